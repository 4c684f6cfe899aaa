from __future__ import annotations

import io

import pytest

from mikomi.cli.terminal import Progress, remaining
from mikomi.core.words import Words

LABEL = Words("採点しています", "Scoring")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_written_where_there_is_no_terminal():
    stream = io.StringIO()
    with Progress(LABEL, "en", stream=stream) as progress:
        progress(1, 2)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("language", "words"), [("en", "Scoring"), ("ja", "採点しています")])
def test_bar_percentage_and_remaining_time_are_shown(language, words):
    stream, clock = Terminal(), Clock()
    with Progress(LABEL, language, stream=stream, clock=clock) as progress:
        clock.now = 10.0
        progress(1, 4)
        line = stream.getvalue()
    assert words in line
    assert "██████░" in line
    assert " 25%" in line
    assert remaining(30).text(language) in line


def test_the_line_is_cleared_at_the_end():
    stream = Terminal()
    with Progress(LABEL, "en", stream=stream) as progress:
        progress(4, 4)
    assert stream.getvalue().endswith("\r\x1b[K")


def test_it_draws_at_most_ten_times_a_second():
    stream, clock = Terminal(), Clock()
    with Progress(LABEL, "en", stream=stream, clock=clock) as progress:
        for step in range(1000):
            clock.now = step / 1000
            progress(step, 1000)
    assert stream.getvalue().count("%") <= 11


def test_a_narrow_terminal_gets_one_line(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    Progress(LABEL, "ja", stream=stream)(1, 2)
    assert stream.getvalue() == "\r採点しています ████\x1b[K"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s left"), (59, "59 s left"), (61, "1 min left"), (7200, "about 2 h left")]
)
def test_remaining_time_is_rounded_to_what_a_person_reads(seconds, words):
    assert remaining(seconds).en == words
