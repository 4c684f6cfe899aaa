"""What a new rule can begin with."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mikomi.core.scoring.describe import Section
from mikomi.hub.scores.editors import kind_name
from mikomi.hub.scores.rows import Desk


def choices_of(desk: Desk, section: Section) -> list[tuple[str, str]]:
    """The fields, kinds of activity or patterns of a section: what is sent, and its words."""
    if section == "fit":
        return [(pick.key, pick.label.name.text(desk.language)) for pick in desk.picks.fields]
    if section == "engagement":
        return [(kind, kind_name(kind, desk.language)) for kind in desk.picks.kinds]
    return [
        ("return", _("しばらくあけて戻った")),
        ("surge", _("短いあいだに何回もした")),
        ("colleagues", _("同じ会社の何人かが動いた")),
        ("silence", _("動きがなくなった")),
    ]
