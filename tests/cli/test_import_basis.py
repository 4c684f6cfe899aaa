"""The ground for mail on the command line: for all, or row by row out of columns."""

from __future__ import annotations

import pytest

from mikomi.cli import import_
from mikomi.cli.main import Parser
from mikomi.core.words import MikomiError
from mikomi.hub.people.importing.options import EACH, GivenBasis, parse


def chosen(*given: str) -> GivenBasis | None:
    parser = Parser("en", prog="mikomi import")
    import_.add_arguments(parser)
    args = parser.parse_args(["leads", "cards.csv", *given])
    return parse(import_._chosen(args)).basis


def test_columns_say_the_ground_and_its_day_row_by_row() -> None:
    basis = chosen(
        "--basis-kind-column", "根拠", "--basis-column", "同意日", "--basis-how", "前のツール",
        "--basis-wording", "受け取ります", "--basis-url", "https://one.example/",
    )  # fmt: skip
    assert basis == GivenBasis(
        EACH, None, "前のツール", "受け取ります", "https://one.example/", "同意日", "根拠"
    )
    assert chosen() is None


@pytest.mark.parametrize(
    "given",
    [
        ("--basis", "card"),
        ("--basis", "card", "--basis-since", "2026-04-01", "--basis-column", "取得日"),
        ("--basis", "card", "--basis-kind-column", "根拠", "--basis-since", "2026-04-01"),
        ("--basis-kind-column", "根拠"),
        ("--basis", "consent", "--basis-since", "2026-04-01"),
        ("--basis", "published", "--basis-since", "2026-04-01"),
    ],
)
def test_what_contradicts_itself_or_lacks_its_evidence_is_refused_in_words(given: tuple[str, ...]) -> None:
    with pytest.raises(MikomiError) as refused:
        chosen(*given)
    assert "--basis" in refused.value.words.ja
