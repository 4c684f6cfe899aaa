"""Which fields of a lead forms ask for, so that none of them goes while somebody may still be asked."""

from __future__ import annotations

from mikomi.hub.capture.models import Form
from mikomi.hub.capture.webforms.content import content_from


def asked_fields() -> set[str]:
    """The keys of the fields in all forms, as they are shown and as they are being edited."""
    told = Form.objects.values_list("draft", "version__content")
    contents = [content_from(one) for pair in told for one in pair if one]
    return {question.field for content in contents for question in content.questions if question.field}
