"""Who a visitor is: each rule of the decision by itself."""

from __future__ import annotations

from mikomi.hub.capture.identity import Claim, Known, Minds

HOME, OFFICE, PHONE = (1, "home"), (1, "office"), (1, "phone")
SATO, TANAKA = 7, 8


def settled(*claims: Claim, minds: Minds | None = None) -> Minds:
    minds = minds or Minds({})
    minds.settle(claims)
    return minds


def stood(minds: Minds, browser: tuple[int, str]) -> list[tuple[int | None, str]]:
    return [(v.lead, v.certainty) for v in minds.visitors[browser]]


def test_a_form_says_who_the_earlier_visits_were_of() -> None:
    minds = settled(Claim(HOME, 100, SATO, "form"))
    (only,) = minds.visitors[HOME]
    assert (only.lead, only.certainty, only.since, only.generation) == (SATO, "sure", 0, 0)


def test_another_person_at_the_same_browser_begins_a_visitor() -> None:
    minds = settled(Claim(HOME, 100, SATO, "form"), Claim(HOME, 200, TANAKA, "identify"))
    assert stood(minds, HOME) == [(SATO, "sure"), (TANAKA, "sure")]
    assert [v.since for v in minds.visitors[HOME]] == [0, 200]


def test_who_comes_back_to_a_shared_browser_begins_anew_too() -> None:
    claims = [Claim(HOME, at, lead, "form") for at, lead in ((1, SATO), (2, TANAKA), (3, SATO))]
    assert stood(settled(*claims), HOME) == [(SATO, "sure"), (TANAKA, "sure"), (SATO, "sure")]


def test_saying_the_same_again_changes_nothing() -> None:
    minds = Minds({HOME: [Known(HOME, 0, 0, SATO, "sure", "form", id=3)]})
    settled(Claim(HOME, 5, SATO, "identify"), Claim(HOME, 6, SATO, "mail", "m1"), minds=minds)
    assert list(minds.changed()) == []


def test_a_mail_link_is_a_guess_in_a_browser_never_seen_with_the_person() -> None:
    assert stood(settled(Claim(HOME, 1, SATO, "mail", "m1")), HOME) == [(SATO, "guess")]


def test_the_same_link_again_confirms_nothing() -> None:
    minds = settled(Claim(HOME, 1, SATO, "mail", "m1"), Claim(HOME, 2, SATO, "mail", "m1"))
    assert stood(minds, HOME) == [(SATO, "guess")]


def test_the_link_of_a_second_mail_confirms_the_guess() -> None:
    minds = settled(Claim(HOME, 1, SATO, "mail", "m1"), Claim(HOME, 2, SATO, "mail", "m2"))
    assert stood(minds, HOME) == [(SATO, "sure")]


def test_a_form_confirms_the_guess() -> None:
    minds = settled(Claim(HOME, 1, SATO, "mail", "m1"), Claim(HOME, 2, SATO, "form"))
    assert stood(minds, HOME) == [(SATO, "sure")]


def test_a_form_of_somebody_else_overrules_the_guess() -> None:
    minds = settled(Claim(HOME, 1, SATO, "mail", "m1"), Claim(HOME, 2, TANAKA, "form"))
    assert stood(minds, HOME) == [(TANAKA, "sure")]


def test_one_link_in_several_browsers_was_passed_on() -> None:
    minds = settled(Claim(HOME, 1, SATO, "mail", "m1"), Claim(OFFICE, 2, SATO, "mail", "m1"))
    assert stood(minds, HOME) == [(SATO, "forwarded")]
    assert stood(minds, OFFICE) == [(SATO, "forwarded")]


def test_the_persons_own_browser_does_not_make_a_link_passed_on() -> None:
    minds = settled(
        Claim(PHONE, 1, SATO, "form"),
        Claim(PHONE, 2, SATO, "mail", "m1"),
        Claim(OFFICE, 3, SATO, "mail", "m1"),
    )
    assert stood(minds, PHONE) == [(SATO, "sure")]
    assert stood(minds, OFFICE) == [(SATO, "guess")]


def test_a_passed_on_link_is_overruled_by_a_form() -> None:
    minds = settled(
        Claim(HOME, 1, SATO, "mail", "m1"),
        Claim(OFFICE, 2, SATO, "mail", "m1"),
        Claim(OFFICE, 3, TANAKA, "form"),
    )
    assert stood(minds, OFFICE) == [(TANAKA, "sure")]


def test_somebody_elses_link_moves_no_known_browser() -> None:
    minds = settled(Claim(HOME, 1, SATO, "form"), Claim(HOME, 2, TANAKA, "mail", "m1"))
    assert stood(minds, HOME) == [(SATO, "sure")]


def test_a_link_brings_back_who_was_seen_at_the_browser_before() -> None:
    minds = settled(
        Claim(HOME, 1, SATO, "form"),
        Claim(HOME, 2, TANAKA, "form"),
        Claim(HOME, 3, SATO, "mail", "m1"),
    )
    assert stood(minds, HOME) == [(SATO, "sure"), (TANAKA, "sure"), (SATO, "sure")]


def test_a_claim_that_comes_late_speaks_of_its_own_time() -> None:
    minds = Minds(
        {HOME: [Known(HOME, 0, 0, SATO, "sure"), Known(HOME, 1, 200, TANAKA, "sure")]},
    )
    settled(Claim(HOME, 100, TANAKA, "identify"), minds=minds)
    assert stood(minds, HOME) == [(SATO, "sure"), (TANAKA, "sure")]
