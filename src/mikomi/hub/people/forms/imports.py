"""What a person fills in to import a file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from mikomi.core.tabular.formats import ENDINGS
from mikomi.hub.people.models import Import

KINDS = [
    (Import.Kind.LEADS.value, _("リード（だれか）")),
    (Import.Kind.EVENTS.value, _("行動（何をしたか）")),
    (Import.Kind.OUTCOMES.value, _("結果（受注・失注など）")),
]
ENCODINGS = [
    ("", _("自動で見分ける")),
    ("utf-8", "UTF-8"),
    ("cp932", _("CP932（日本語版Excel）")),
    ("euc_jp", "EUC-JP"),
    ("utf-16", "UTF-16"),
]


class UploadForm(forms.Form):
    """A file, what it holds, and since when it was known."""

    kind = forms.ChoiceField(
        choices=KINDS,
        initial=Import.Kind.LEADS,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    file = forms.FileField(
        label=_("ファイル"),
        max_length=255,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ",".join(sorted(ENDINGS)), "class": "form-control", "data-drop-target": ""}
        ),
        error_messages={
            "required": _("ファイルを選んでください。"),
            "max_length": _("ファイルの名前が長すぎます。短くしてください。"),
        },
    )
    known_from = forms.DateField(
        label=_("いつの情報か（わかれば）"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
        help_text=_("古い名簿のときに入れると、その日からの情報として残ります。"),
        error_messages={"invalid": _("日付を入れてください（例：2026-05-01）。")},
    )


class EncodingForm(forms.Form):
    """Another encoding to read the file in."""

    encoding = forms.ChoiceField(choices=ENCODINGS, required=False)
