"""Whose row it is: the lead's key, or else the mail address."""

from __future__ import annotations

from pathlib import Path

import pytest

from mikomi.core.tabular import read_events, read_leads, read_outcomes
from mikomi.core.words import MikomiError


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_without_a_key_the_mail_address_is_the_key_in_every_kind_of_file(tmp_path: Path) -> None:
    leads = read_leads(write(tmp_path / "l.csv", "氏名,メールアドレス\n森,a@x.example\n"))
    assert leads.frame.to_dicts() == [{"lead": "a@x.example", "氏名": "森", "メールアドレス": "a@x.example"}]
    events = read_events(
        write(tmp_path / "e.csv", "email,at,kind,content\na@x.example,2026-11-01,call,\n"), "UTC"
    )
    assert events.frame["lead"].to_list() == ["a@x.example"]
    outcomes = read_outcomes(
        write(tmp_path / "o.csv", "email,at,result\na@x.example,2026-11-01,won\n"), "UTC"
    )
    assert outcomes.frame["lead"].to_list() == ["a@x.example"]


def test_a_key_goes_before_the_mail_address_and_is_no_attribute(tmp_path: Path) -> None:
    leads = read_leads(write(tmp_path / "l.csv", "email,lead\na@x.example,L1\n"))
    assert leads.frame.to_dicts() == [{"lead": "L1", "email": "a@x.example"}]


def test_with_neither_the_headers_that_would_do_are_named(tmp_path: Path) -> None:
    with pytest.raises(MikomiError, match="no column for the lead"):
        read_leads(write(tmp_path / "l.csv", "氏名,会社名\n森,北浜\n"))
