from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from mikomi.hub.consent import queries, services
from mikomi.hub.consent.models import Basis, Refusal

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 4)


def refusals(*addresses: str, kind: str = "opt_out", since: date = DAY, how: str = "former tool"):
    return pl.DataFrame({"address": addresses}).with_columns(
        pl.lit(kind).alias("kind"), pl.lit(since).alias("since"), pl.lit(how).alias("how")
    )


def test_it_works() -> None:
    given = pl.Series(["Aya@Example.JP ", "ｂｏｂ@example.jp", "no address"])
    assert services.record_bases(given, "card", DAY, "名刺交換", import_id=7) == 2
    assert services.record_refusals(refusals("bob@example.jp")) == 1
    found = queries.standing_of(["aya@example.jp", "BOB@example.jp", "nobody"])
    assert set(found) == {"aya@example.jp", "BOB@example.jp"}
    assert [g.kind for g in found["aya@example.jp"].grounds] == ["card"]
    assert not found["aya@example.jp"].refused
    assert found["BOB@example.jp"].refused


def test_the_same_twice_is_once() -> None:
    for _ in range(2):
        services.record_bases(pl.Series(["a@example.jp"]), "consent", DAY, "form", import_id=1)
        services.record_bases(pl.Series(["a@example.jp"]), "consent", DAY, "form")
        services.record_refusals(refusals("a@example.jp", "A@EXAMPLE.jp"), import_id=1)
    assert Basis.objects.count() == 2
    assert Refusal.objects.count() == 1


def test_taking_an_import_back_takes_grounds_and_never_refusals() -> None:
    services.record_bases(pl.Series(["a@example.jp"]), "card", DAY, "", import_id=1)
    services.record_bases(pl.Series(["a@example.jp"]), "card", DAY, "", import_id=2)
    services.record_refusals(refusals("a@example.jp", "b@example.jp"), import_id=1)
    assert services.take_back_import(1) == (1, 2)
    assert list(Basis.objects.values_list("import_id", flat=True)) == [2]
    assert queries.refused(pl.Series(["a@example.jp", "b@example.jp", "c@example.jp"])).to_list() == [
        True,
        True,
        False,
    ]


def test_a_refusal_that_was_lifted_holds_again_only_for_a_later_no() -> None:
    services.record_refusals(refusals("a@example.jp"))
    Refusal.objects.update(lifted_at=datetime(2026, 6, 1, 3, tzinfo=UTC))
    assert services.record_refusals(refusals("a@example.jp", since=date(2026, 5, 31))) == 0
    assert not queries.standing_of(["a@example.jp"])["a@example.jp"].refused
    assert services.record_refusals(refusals("a@example.jp", since=date(2026, 6, 2))) == 1
    assert queries.standing_of(["a@example.jp"])["a@example.jp"].refused


def test_new_refusals_are_counted_without_writing() -> None:
    services.record_refusals(refusals("a@example.jp"))
    assert queries.new_refusals(pl.Series(["a@example.jp", "b@example.jp", "B@example.jp", "x"])) == 1
    assert Refusal.objects.count() == 1


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="gossip"):
        services.record_bases(pl.Series(["a@example.jp"]), "gossip", DAY, "")
