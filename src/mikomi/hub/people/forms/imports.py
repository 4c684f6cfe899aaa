"""What a person fills in to bring files in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from mikomi.core.tabular.formats import ENDINGS
from mikomi.hub.people.models import Import

KINDS = [
    (Import.Kind.LEADS.value, _("リード（だれか）")),
    (Import.Kind.EVENTS.value, _("行動（何をしたか）")),
    (Import.Kind.OUTCOMES.value, _("結果（受注・失注など）")),
    (Import.Kind.DEALS.value, _("商談（SFAの一覧）")),
    (Import.Kind.OPTOUTS.value, _("配信停止・エラーアドレス")),
]
ENCODINGS = [
    ("", _("自動で見分ける")),
    ("utf-8", "UTF-8"),
    ("cp932", _("CP932（日本語版Excel）")),
    ("euc_jp", "EUC-JP"),
    ("iso2022_jp", "ISO-2022-JP"),
    ("utf-16", "UTF-16"),
]
DELIMITERS = [
    ("", _("自動で見分ける")),
    (",", _("コンマ")),
    ("tab", _("タブ")),
    (";", _("セミコロン")),
    ("|", _("縦線")),
]
MOST_FILES = 30
NO_HEADER = {"なし", "無し", "0", "none", "no"}


class ManyFiles(forms.FileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; its value is a list of them."""

    # Several files where Django's own field cleans one: its documentation asks for just this.
    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Each file as a `FileField` would clean it; not more than may come at once."""
        given: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        if len(given) > MOST_FILES:
            raise forms.ValidationError(
                _("一度に置けるのは%(most)s個までです。分けて置いてください。"), params={"most": MOST_FILES}
            )
        return [super(ManyFilesField, self).clean(one, initial) for one in given or [None]]


class UploadForm(forms.Form):
    """Files, what they hold, and since when it was known."""

    kind = forms.ChoiceField(
        choices=[("", _("自動で見分ける")), *KINDS],
        initial="",
        required=False,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    file = ManyFilesField(
        label=_("ファイル"),
        max_length=255,
        allow_empty_file=True,
        widget=ManyFiles(
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


class ReadingForm(forms.Form):
    """How a file is read, where the program found it otherwise than it is."""

    kind = forms.ChoiceField(
        label=_("ファイルの中身"),
        choices=KINDS,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    encoding = forms.ChoiceField(
        label=_("文字コード"),
        choices=ENCODINGS,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    delimiter = forms.ChoiceField(
        label=_("区切り"),
        choices=DELIMITERS,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    sheet = forms.ChoiceField(
        label=_("シート"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    header = forms.CharField(
        label=_("見出しの行"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        help_text=_("空なら自動。2段の見出しは「2・3」、見出しがなければ「なし」。"),
    )

    def __init__(
        self, data: Any = None, *, sheets: Sequence[str] = (), text: bool = True, **more: Any
    ) -> None:
        super().__init__(data, **more)
        if len(sheets) > 1:
            self.sheet_choices([*sheets])
        else:
            del self.fields["sheet"]
        if not text:
            del self.fields["encoding"], self.fields["delimiter"]

    def sheet_choices(self, sheets: list[str]) -> None:
        """Offers the sheets of the workbook."""
        field = self.fields["sheet"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("自動で見分ける")), *((name, name) for name in sheets)]

    def clean_header(self) -> tuple[bool | None, tuple[int, ...] | None]:
        """Whether there is a header, and its lines; None: to be found."""
        text = unicodedata.normalize("NFKC", str(self.cleaned_data["header"])).strip().lower()
        if not text:
            return None, None
        if text in NO_HEADER:
            return False, None
        parts = [part for part in re.split(r"[^0-9]+", text) if part]
        lines = tuple(int(part) for part in parts)
        if not lines or len(lines) > 3 or min(lines) < 1:
            raise forms.ValidationError(_("行の番号で書いてください（例：3）。見出しがなければ「なし」。"))
        return True, lines
