"""Templates of whole models: a start for a kind of company, to be changed like any draft."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mikomi.core.scoring.model import Model
from mikomi.core.scoring.model_file import parse_model

NAMES: dict[str, tuple[str | Promise, str | Promise]] = {
    "saas": ("SaaS", _("無料の試用から契約まで")),
    "maker": (_("製造業"), _("展示会と資料請求から商談まで")),
    "staffing": (_("人材"), _("登録から面談まで")),
    "seminar": (_("セミナー集客"), _("申し込みから個別相談まで")),
}
"""Key, name and what it leads to."""


def starter(name: str, timezone: str) -> Model:
    """The template as a model that counts days in `timezone`. Raises `KeyError` for another name."""
    if name not in NAMES:
        raise KeyError(name)
    file = resources.files("mikomi.hub.scores").joinpath("models_to_start_from", f"{name}.yaml")
    return replace(parse_model(file.read_text("utf-8"), file=f"{name}.yaml"), timezone=timezone)
