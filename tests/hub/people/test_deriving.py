"""Rules that are new reach every lead, once, and give way as ever."""

from __future__ import annotations

import pytest

from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import deriving, jobs
from mikomi.hub.people.models import Change, Lead
from tests.hub.people.test_companies import store
from tests.hub.people.test_dated_values import value

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deriving, "LEADS_A_STEP", 2)


def put_as_before() -> None:
    """Leads whose values came before anything was derived."""
    store(*({"lead": f"L{at}", "title": "営業部長", "phone": "03-5555-0101"} for at in range(5)))
    Change.objects.filter(source="自動").delete()
    for lead in Lead.objects.all():
        left = {key: told for key, told in lead.attributes.items() if key in ("title", "phone")}
        Lead.objects.filter(pk=lead.pk).update(attributes=left)


def test_it_works() -> None:
    put_as_before()
    assert value("L0", "title_rank") is None
    assert deriving.is_due()
    jobs.check_derived("")
    run_pending()
    assert [value(f"L{at}", "title_rank") for at in range(5)] == ["部長"] * 5
    assert value("L4", "phone_number") == "+81355550101"
    assert not deriving.is_due()
    assert deriving.derive_all() == 0


def test_new_rules_go_through_all_again_and_spare_what_somebody_said(monkeypatch: pytest.MonkeyPatch) -> None:
    put_as_before()
    store({"lead": "L1", "title_rank": "課長"})
    deriving.derive_all()
    assert value("L1", "title_rank") == "課長"
    monkeypatch.setattr(deriving, "rules_version", lambda: "other")
    assert deriving.is_due()
    assert deriving.derive_all() == 0
    assert not deriving.is_due()


def test_a_run_that_was_cut_off_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    put_as_before()
    done = deriving.derive_again
    seen = []

    def cut(leads, told):
        if len(seen) == 1:
            seen.append([])
            raise OSError("cut off")
        seen.append(leads.to_list())
        return done(leads, told)

    monkeypatch.setattr(deriving, "derive_again", cut)
    with pytest.raises(OSError, match="cut off"):
        deriving.derive_all()
    deriving.derive_all()
    assert [len(step) for step in seen] == [2, 0, 2, 1]
