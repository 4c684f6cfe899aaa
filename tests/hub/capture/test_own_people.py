"""Our own people and machines that follow hidden links: kept, shown with the reason, not counted."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import polars as pl
import pytest
from django.test import Client
from django.utils import timezone

from mikomi.hub.accounts.models import User
from mikomi.hub.activity import queries as activity
from mikomi.hub.activity.health import look_at_counters
from mikomi.hub.activity.models import Event
from mikomi.hub.activity.services import set_automated
from mikomi.hub.capture import intake, sources, traps, visitors
from mikomi.hub.capture.models import Source, Submission
from mikomi.hub.capture.webforms import tokens
from mikomi.hub.people.queries import leads_by_email
from tests.hub.capture.forms_world import AYA, page_of, publish_form, send
from tests.hub.capture.messages import entry, message, page

pytestmark = pytest.mark.django_db
BROWSER, ROBOT = "b" * 32, "r" * 32


@pytest.fixture
def source(settings, tmp_path) -> int:
    settings.DATA_FOLDER = tmp_path
    visitors.confirm_linking("test", "", timezone.now())
    return sources.make_source("site").pk


def reasons() -> list[str]:
    return list(Event.objects.order_by("at").values_list("reason", flat=True))


def keys() -> pl.DataFrame:
    rows = Event.objects.values_list("subject", "at", "id")
    schema = {"subject": pl.Int32, "at": pl.Int64, "id": pl.Int64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def test_a_form_whose_hidden_link_was_opened_is_held(source: int) -> None:
    form = publish_form()
    shown = Client().get(f"/f/{form.slug}").content
    link = re.search(rb'<a class="mkf-away" href="/v1/more\?k=([\w-]+)&amp;mk_visitor=(page-[\w-]+)"', shown)
    assert link is not None
    assert b'rel="nofollow" aria-hidden="true" tabindex="-1"></a>' in shown
    assert link[1].decode() == Source.objects.get().write_key
    token, now = page_of(form), timezone.now()
    opened = tokens.read_page_token(token, form.pk, now)
    assert opened is not None
    held = message("track", 0, traps.OF_PAGE + opened.mark, event="trap", timestamp=now.isoformat())
    late = replace(entry(1, source, held), received=round(timezone.now().timestamp() * 1_000_000))
    intake.take("j", [late])
    send(form, AYA, token=token)
    assert Submission.objects.get().held_why == "trap"
    assert send(form, {**AYA, "q-name": "小林 綾"}).status_code == 303
    assert Submission.objects.filter(state="taken").count() == 1


def test_what_is_done_under_a_colleagues_address_counts_for_nothing_until_somebody_says_so(
    source: int,
) -> None:
    User.objects.create_user("Mori@works.example", name="森")
    intake.take("j", [entry(1, source, page(0, BROWSER), page(1, BROWSER, "/cases"))])
    assert reasons() == ["", ""]
    told = message("identify", 2, BROWSER, traits={"email": "mori@works.example"})
    intake.take("j", [entry(2, source, told, page(3, BROWSER))])
    assert reasons() == ["own_mail"] * 3
    [lead] = leads_by_email(pl.Series(["mori@works.example"]))["number"]
    assert activity.event_counts([lead]) == {}
    set_automated(keys().head(1), False)
    intake.take("j", [entry(3, source, page(4, BROWSER))])
    assert sorted(reasons()) == ["by_hand", "own_mail", "own_mail", "own_mail"]
    assert activity.event_counts([lead]) == {lead: 1}
    assert look_at_counters().well


def test_a_browser_where_somebody_is_logged_in_is_left_out_with_its_reason(source: int) -> None:
    own = replace(entry(1, source, page(0, BROWSER)), flags=json.dumps({"staff": "1"}, separators=(",", ":")))
    intake.take("j", [own])
    assert reasons() == ["own_browser"]


def test_who_follows_a_hidden_link_is_a_machine_for_that_day(source: int) -> None:
    intake.take("j", [entry(1, source, page(-1440, ROBOT), page(0, ROBOT), page(1, BROWSER))])
    assert reasons() == ["", "", ""]
    intake.take("j", [entry(2, source, message("track", 5, ROBOT, event="trap"))])
    assert reasons() == ["", "trap", "", "trap"]
    intake.take("j", [entry(3, source, page(60, ROBOT, "/cases"), page(1440, ROBOT), page(61, BROWSER))])
    assert reasons() == ["", "trap", "", "trap", "trap", "", ""]
    assert look_at_counters().well


def test_a_form_knows_the_browser_by_the_tags_cookie(source: int) -> None:
    sources.make_source("another site")
    intake.take("j", [entry(1, source, page(0, BROWSER))])
    form, visitor = publish_form(), Client(headers={"accept-language": "ja"})
    visitor.cookies["mikomi_id"] = BROWSER
    send(form, AYA, client=visitor)
    visitor.cookies["mikomi_session"] = "a colleague who fills it in for somebody"
    send(form, {**AYA, "q-email": "kei@setouchi.example"}, client=visitor)
    held = dict(Submission.objects.values_list("email", "visitor"))
    assert held == {"aya@setouchi.example": f"{source}:{BROWSER}", "kei@setouchi.example": ""}
    [lead] = leads_by_email(pl.Series(["aya@setouchi.example"]))["number"]
    assert sum(activity.event_counts([lead]).values()) == 2


def test_a_colleague_chooses_whether_this_browser_counts(source: int) -> None:
    browser = Client(headers={"accept-language": "ja"})
    browser.force_login(User.objects.create_user("mori@works.example", name="森"))
    path = f"/settings/tag/{source}/"
    assert "ログインしているあいだ" in browser.get(path).content.decode()
    for ours, words in (("0", "ほかの人と同じに数えています"), ("1", "ログアウトしても数えません")):
        browser.post(f"{path}staff/", {"ours": ours})
        held = browser.cookies["mikomi_staff"]
        assert (held.value, held["httponly"], held["samesite"]) == (ours, True, "Lax")
        assert words in browser.get(path).content.decode()
