"""What messages say of people, as the leads' fields.

The names are those that the Segment specification reserves for traits
(https://segment.com/docs/connections/spec/identify/), and our own field keys.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from mikomi.hub.capture.arrivals import dictionary, text_of
from mikomi.hub.people.fields import HEARING, STANDARD, TOUCHES

OF_PERSON = {
    "email": "email",
    "name": "name",
    "firstName": "given_name",
    "first_name": "given_name",
    "lastName": "family_name",
    "last_name": "family_name",
    "phone": "phone",
    "title": "title",
    "website": "website",
    "industry": "industry",
    "employees": "employees",
    "department": "department",
}
OF_COMPANY = {"name": "company", "industry": "industry", "employees": "employees", "website": "website"}
OF_ADDRESS = ("postalCode", "state", "city", "street")
NOT_TO_BE_TOLD = frozenset(
    {"owner", "note", "consent", "unsubscribed", "corporate_number", *TOUCHES, *HEARING}
)
"""Fields that a site's visitor does not say."""
PLAIN = tuple(key for key in STANDARD if key not in NOT_TO_BE_TOLD)


def fields_of(text: str | None, custom: Collection[str] = ()) -> dict[str, str]:
    """Field key -> value, of the traits in a message (JSON text); what no field takes is left out.

    `custom`: the keys of fields that people made, which are filled under their own names.
    """
    if text is None:
        return {}
    traits: Mapping[str, Any] = json.loads(text)
    found = {key: text_of(traits.get(key)) for key in (*PLAIN, *custom)}
    found |= {field: value for trait, field in OF_PERSON.items() if (value := text_of(traits.get(trait)))}
    company = traits.get("company")
    if isinstance(company, Mapping):
        found |= {f: value for trait, f in OF_COMPANY.items() if (value := text_of(company.get(trait)))}
    elif text_of(company):
        found["company"] = text_of(company)
    address = traits.get("address")
    if isinstance(address, Mapping):
        parts = (text_of(dictionary(address).get(part)) for part in OF_ADDRESS)
        found["address"] = " ".join(part for part in parts if part)
    return {field: value for field, value in found.items() if value}
