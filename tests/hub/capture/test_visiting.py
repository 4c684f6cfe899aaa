"""Companies behind visits of nobody: guessed, never of a person, and nothing asked outside unbidden."""

from __future__ import annotations

import http.server
import json
import threading
from datetime import timedelta

import polars as pl
import pytest
from django.urls import reverse

from mikomi.hub.accounts.models import User
from mikomi.hub.activity.models import Event
from mikomi.hub.activity.queries import event_counts
from mikomi.hub.capture import intake, networks, sources, visiting, visitors
from mikomi.hub.capture.models import VisitingCompany, Visitor
from mikomi.hub.capture.tokens import MailLink, make_token
from mikomi.hub.people.dated import origin
from mikomi.hub.people.queries import company_numbers, numbers_of
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.site import pipeline
from tests.hub.capture.messages import START, entry, message, page

pytestmark = pytest.mark.django_db

NOW = START + timedelta(days=2)


@pytest.fixture
def site(settings, tmp_path) -> int:
    settings.DATA_FOLDER = tmp_path
    return sources.make_source("site").pk


_seq = iter(range(1, 10_000))


def come(source: int, address: str, *messages) -> None:
    one = entry(next(_seq), source, *messages)
    intake.take("j", [type(one)(**{**{f: getattr(one, f) for f in one.__slots__}, "address": address})])


def names() -> dict[str, tuple[int, int, str]]:
    rows = VisitingCompany.objects.all()
    return {row.name: (row.visitors, row.events, row.how) for row in rows}


def put(kind: str, text: str) -> None:
    networks.replace_networks(kind, networks.read_ranges(text, kind))


def no_asking(address: str) -> str:
    raise AssertionError("nobody said that this may be asked")


def test_a_list_of_our_own_says_which_company_it_is(site) -> None:
    upsert_leads(pl.DataFrame({"lead": ["k"], "company": ["㈱見込製作所"]}), origin("f"))
    put("company", "192.0.2.0/24, 株式会社見込製作所")
    come(site, "192.0.2.9", page(0, "a"), page(1, "a", "/case"))
    come(site, "192.0.2.10", page(2, "b"))
    come(site, "198.51.100.1", page(3, "c"))
    assert visiting.guess(NOW, reverse_name=no_asking) == 3
    assert visiting.summarise(NOW) == 1
    assert names() == {"株式会社見込製作所": (2, 3, "list")}
    held = VisitingCompany.objects.get()
    assert held.contents == ["/pricing", "/case"]
    assert held.company is not None


def test_a_reverse_name_leads_to_a_company_that_is_known_by_its_mail(site) -> None:
    known = {"lead": ["k"], "email": ["sato@mail.example-seizo.co.jp"], "company": ["株式会社見本製造"]}
    upsert_leads(pl.DataFrame(known), origin("f"))
    visiting.set_up(names=True, service_url="", service_key="")
    come(site, "192.0.2.9", page(0, "a"))
    come(site, "192.0.2.77", page(0, "b"))
    answers = {"192.0.2.9": "gw.example-seizo.co.jp", "192.0.2.77": "p77.tokyo.ocn.ne.jp"}
    visiting.guess(NOW, reverse_name=answers.__getitem__)
    visiting.summarise(NOW)
    assert names() == {"株式会社見本製造": (1, 1, "name")}
    assert VisitingCompany.objects.get().company is not None
    assert visiting.guess(NOW, reverse_name=no_asking) == 0


def test_a_service_is_asked_where_the_name_says_nothing(site) -> None:
    visiting.set_up(names=False, service_url="https://lookup.example/{ip}?k={key}", service_key="x")
    come(site, "192.0.2.9", page(0, "a"))
    visiting.guess(NOW, reverse_name=no_asking, ask=lambda address: ("", "見本商事", "example-shoji.co.jp"))
    visiting.summarise(NOW)
    assert names() == {"見本商事": (1, 1, "service")}


def test_who_is_known_is_no_guess(site) -> None:
    put("company", "192.0.2.0/24, 見込製作所")
    visitors.confirm_linking("test", "", NOW)
    told = message("identify", 1, "a", traits={"email": "sato@example.co.jp"})
    come(site, "192.0.2.9", page(0, "a"), told)
    visiting.guess(NOW)
    visiting.summarise(NOW)
    assert names() == {}


def test_visits_from_our_own_offices_count_for_nothing(site) -> None:
    put("own", "203.0.113.0/24")
    come(site, "203.0.113.5", page(0, "a"))
    come(site, "198.51.100.5", page(0, "b"))
    assert sorted(Event.objects.values_list("automated", flat=True)) == [False, True]


def test_a_mail_link_that_was_passed_on_counts_for_the_company_alone(site, client) -> None:
    known = {"lead": ["k"], "email": ["sato@example-seizo.co.jp"], "company": ["株式会社見本製造"]}
    upsert_leads(pl.DataFrame(known), origin("f"))
    lead = numbers_of(["k"])["k"]
    link = f"https://www.example.co.jp/pricing?mk={make_token(MailLink(lead, 'm1'))}"
    come(site, "192.0.2.9", page(0, "a", url=link), page(1, "a", "/case"))
    come(site, "192.0.2.10", page(2, "b", url=link))
    assert set(Visitor.objects.values_list("certainty", flat=True)) == {"forwarded"}
    client.force_login(User.objects.create_user("mori@works.example", name="森 健太郎"))
    company = reverse("site:company", args=[company_numbers([lead])["company_id"].item()])
    assert visiting.summarise(NOW) == 0
    assert 'id="passed-on"' not in client.get(company).content.decode()
    visitors.confirm_linking("森", "https://www.example.co.jp/privacy/", NOW)
    visiting.summarise(NOW)
    pipeline.score_all(NOW.date())
    assert names() == {"株式会社見本製造": (2, 3, "mail")}
    shown = client.get(company).content.decode().split('id="passed-on"')[1].split("</section>")[0]
    assert "/pricing" in shown
    assert client.get(reverse("site:visiting")).status_code == 200
    assert event_counts([lead]) == {}


def test_addresses_are_forgotten(site) -> None:
    come(site, "192.0.2.9", page(0, "a"))
    visiting.forget_addresses(round(NOW.timestamp() * 1e6))
    assert Visitor.objects.get().address == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"company": {"name": "見本商事", "domain": "example.co.jp"}}, ("", "見本商事", "example.co.jp")),
        ({"name": "見本商事", "hostname": "gw.example.co.jp"}, ("gw.example.co.jp", "見本商事", "")),
        ({"company": {"name": "Some ISP", "type": "isp"}}, ("", "", "")),
        ([1], ("", "", "")),
        ("broken", ("", "", "")),
    ],
)
def test_services_answer_in_several_ways(said, told) -> None:
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/192.0.2.9?k=a%26b"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{" if said == "broken" else json.dumps(said).encode())

        def log_message(self, *_: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.handle_request, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/{{ip}}?k={{key}}"
    assert visiting.ask_service(url, "a&b", "192.0.2.9", allowed=lambda *_: True) == told
    server.server_close()
    assert visiting.ask_service(url, "a&b", "192.0.2.9") == ("", "", "")


def test_the_settings_name_the_line_that_is_wrong_and_keep_what_was_typed(client) -> None:
    client.force_login(User.objects.create_user("sasaki@example.com"))
    url = reverse("capture:networks")
    typed = {"own": "203.0.113.0/24, 本社", "company": "abc", "service_url": "http://x/{ip}"}
    wrong = client.post(url, typed)
    assert wrong.status_code == 422
    assert "203.0.113.0/24, 本社" in wrong.content.decode()
    assert networks.written("own") == ""
    assert client.post(url, typed | {"company": ""}).status_code == 422
    good = typed | {"company": "192.0.2.0/24, 見込", "service_url": "https://x.example/{ip}", "names": "on"}
    assert client.post(url, good).status_code == 302
    assert networks.written("company") == "192.0.2.0/24, 見込"
    assert visiting.settings().names


def test_the_page_says_how_to_begin(client, site) -> None:
    client.force_login(User.objects.create_user("sasaki@example.com"))

    def page_of() -> str:
        return client.get(reverse("site:visiting"), headers={"accept-language": "ja"}).content.decode()

    assert "会社の推定はまだ始めていません" in page_of()
    put("company", "192.0.2.0/24, 見込<製作所>")
    come(site, "192.0.2.9", page(0, "a"))
    visiting.guess(NOW)
    visiting.summarise(NOW)
    assert "見込&lt;製作所&gt;" in page_of()
