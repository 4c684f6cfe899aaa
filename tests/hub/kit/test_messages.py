from __future__ import annotations

from pathlib import Path

import pytest

from tools import messages


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "shop" / "apps.py").write_text("")
    monkeypatch.setattr(messages, "HUB", tmp_path)
    return tmp_path


def write_catalogue(hub: Path, text: str) -> None:
    file = messages.catalogue_of("shop")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


@pytest.mark.parametrize("app", messages.apps())
def test_every_sentence_of_an_app_has_its_english(app: str) -> None:
    assert messages.check(app) == []


def test_no_two_apps_say_the_same_sentence_differently() -> None:
    assert messages.conflicts(messages.apps()) == []


def test_sentences_are_found_in_templates_and_python(hub: Path) -> None:
    (hub / "shop" / "templates" / "page.html").write_text(
        '{% load i18n %}{% translate "見る" %}{% blocktranslate count n=n %}{{ n }}件{% plural %}{{ n }}件'
        '{% endblocktranslate %}{% include "a" with t=_("題") %}{% translate "月" context "暦" %}',
        "utf-8",
    )
    (hub / "shop" / "views.py").write_text(
        'from x import gettext_lazy as _\nA = _("買う")\nB = ngettext("%(n)s人", "%(n)s人", n)\n', "utf-8"
    )
    found, complaints = messages.collect("shop")
    assert complaints == []
    assert set(found) == {
        (None, "見る"),
        (None, "%(n)s件"),
        (None, "題"),
        ("暦", "月"),
        (None, "買う"),
        (None, "%(n)s人"),
    }


def test_update_keeps_english_adds_new_sentences_and_drops_unused_ones(hub: Path) -> None:
    (hub / "shop" / "views.py").write_text('A = _("古い")\nB = _("新しい")\n', "utf-8")
    write_catalogue(hub, 'msgid "古い"\nmsgstr "old"\n\nmsgid "昔"\nmsgstr "once"\n')
    assert messages.update("shop") == 1
    entries = {entry.msgid: entry.msgstr for entry in messages._entries(messages.catalogue_of("shop"))}
    assert entries == {"古い": "old", "新しい": ""}


def test_check_complains_of_missing_unused_and_misfitting_english(hub: Path) -> None:
    (hub / "shop" / "views.py").write_text(
        'A = _("無い")\nB = _("空")\nC = _("%(n)s人")\nD = _("和")\n', "utf-8"
    )
    write_catalogue(
        hub,
        'msgid "空"\nmsgstr ""\n\nmsgid "%(n)s人"\nmsgstr "people"\n\n'
        'msgid "和"\nmsgstr "和 style"\n\nmsgid "昔"\nmsgstr "once"\n',
    )
    complaints = "\n".join(messages.check("shop"))
    assert "「無い」 is not in" in complaints
    assert "「空」 has no English" in complaints
    assert "「%(n)s人」 and its English have different places" in complaints
    assert "the English of 「和」 holds Japanese" in complaints
    assert "「昔」 is used nowhere" in complaints


def test_japanese_outside_translation_is_a_complaint(hub: Path) -> None:
    (hub / "shop" / "templates" / "page.html").write_text(
        "{% load i18n %}{# 注 #}<b>裸</b>{% blocktranslate %}衣{% endblocktranslate %}", "utf-8"
    )
    assert [c.split(": ")[1] for c in messages.collect("shop")[1]] == ["「裸」 is not translated"]


def test_an_assembled_sentence_cannot_be_translated(hub: Path) -> None:
    (hub / "shop" / "views.py").write_text('A = _(f"{n}件")\n', "utf-8")
    assert messages.collect("shop")[1] == ["shop/views.py:1: give _() a plain string"]
