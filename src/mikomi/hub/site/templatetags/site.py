"""`{% load site %}`: what the site's templates need besides the kit's tags."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import get_language

from mikomi.core.words import Words
from mikomi.hub.kit import formats
from mikomi.hub.site.timeline import RESULTS

register = template.Library()


@register.filter
def of(values: Mapping[Any, Any], key: Any) -> Any:
    """`values[key]`, None where there is no such key."""
    return values.get(key)


@register.filter
def dialled(phone: str) -> str:
    """A phone number as a `tel:` address takes it: digits and a leading plus."""
    plain = unicodedata.normalize("NFKC", phone)
    return re.sub(r"(?!^\+)[^0-9]", "", plain)


@register.filter
def result(key: str) -> Words:
    """What became of a lead, in words."""
    return RESULTS.get(key, Words(key, key))


@register.simple_tag
def person_after() -> str:
    """様, and nothing in English."""
    return formats.honorific((get_language() or "ja").split("-")[0])


@register.filter
def gained(points: Decimal) -> str:
    """Points of the why table: +5.0, −10.0, 0.0."""
    return formats.signed(points, 1).removeprefix("±")
