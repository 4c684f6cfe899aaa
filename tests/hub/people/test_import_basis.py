"""The ground for mail: asked for on the page of an import, with the evidence that the law asks for."""

from __future__ import annotations

import pytest
from django.test import Client

from mikomi.hub.consent.queries import standing_of
from mikomi.hub.people.models import Lead
from tests.hub.people.choosing import CARDS, choose, load, signed_in, the_import, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> None:
    settings.DATA_FOLDER = tmp_path


@pytest.fixture
def client(db: None) -> Client:
    return signed_in()


def test_mail_addresses_are_not_loaded_before_the_ground_for_mail_is_said(client: Client) -> None:
    upload(client, CARDS)
    page = load(client)
    assert page.status_code == 422
    assert "どれか1つを選んでください" in page.content.decode()
    assert Lead.objects.count() == 0


def test_no_ground_can_be_said_and_the_result_says_what_that_means(client: Client) -> None:
    upload(client, CARDS)
    assert load(client, basis="none").status_code == 302
    assert Lead.objects.count() == 2
    assert not standing_of(["hana@kitahama.example"])["hana@kitahama.example"].grounds
    page = client.get(f"/import/{the_import().pk}/").content.decode()
    assert "根拠を記録していないので、広告のメールは送れません" in page


@pytest.mark.parametrize(
    ("posted", "missing"),
    [
        ({"basis": "card", "card-how": "展示会"}, "日付を入れてください"),
        ({"basis": "card", "card-since": "2999-01-01", "card-how": "展示会"}, "先の日"),
        ({"basis": "card", "card-since": "2026-01-02"}, "どこで、どのように得たか"),
        (
            {"basis": "consent", "consent-since": "2026-01-02", "consent-how": "フォーム"},
            "同意を求めた文を、見せたとおりに",
        ),
        (
            {"basis": "published", "published-since": "2026-01-02", "published-how": "案内"},
            "公表しているページのURL（https:// から）",
        ),
        (
            {
                "basis": "published",
                "published-since": "2026-01-02",
                "published-how": "案内",
                "published-url": "javascript:alert(1)",
            },
            "公表しているページのURL（https:// から）",
        ),
    ],
)
def test_a_ground_without_its_evidence_is_not_taken(
    client: Client, posted: dict[str, str], missing: str
) -> None:
    upload(client, CARDS)
    page = load(client, **posted)
    assert page.status_code == 422
    assert missing in page.content.decode()
    assert Lead.objects.count() == 0
    # What was written stays, also for who comes back later.
    later = client.get(f"/import/{the_import().pk}/").content.decode()
    assert f'id="basis-{posted["basis"]}" value="{posted["basis"]}" checked' in later


def test_a_ground_goes_to_every_address_with_its_evidence(client: Client) -> None:
    upload(client, CARDS)
    load(
        client,
        **{
            "basis": "consent",
            "consent-since": "2026-01-02",
            "consent-how": "資料請求フォーム",
            "consent-wording": "お知らせメールを受け取ります",
        },
    )
    ground = standing_of(["hajime@seiwa.example"])["hajime@seiwa.example"].grounds[0]
    assert (ground.kind, ground.how) == ("consent", "資料請求フォーム")
    assert ground.wording == "お知らせメールを受け取ります"


def test_a_file_without_mail_addresses_is_not_asked_for_a_ground(client: Client) -> None:
    page = client.get(upload(client, "リードID,氏名\n1,山田 花\n")["Location"]).content.decode()
    assert "import-basis-head" not in page
    assert load(client).status_code == 302
    assert Lead.objects.count() == 1


GROUNDS = (
    "氏名,E-mail,同意日,根拠\n"
    "山田 花,hana@kitahama.example,2026/4/1,名刺\n"
    "髙橋 一,hajime@seiwa.example,2026/13/45,同意\n"
    "林 さき,saki@minato.example,2026/4/3,たぶん\n"
    "森 あや,,,\n"
    "木村 健,ken@minato.example,2026/4/4,公表\n"
)


def kinds(*addresses: str) -> list[list[tuple[str, str]]]:
    standing = standing_of(list(addresses))
    return [[(g.kind, g.since.isoformat()) for g in standing[a].grounds] for a in addresses]


def test_a_column_of_days_is_proposed_shown_for_each_row_and_kept(client: Client) -> None:
    upload(client, GROUNDS)
    page = client.get(f"/import/{the_import().pk}/").content.decode()
    assert "見出し「同意日」の意味から" in page
    posted = {
        "basis": "consent",
        "consent-column": "同意日",
        "consent-how": "フォーム",
        "consent-wording": "受け取る",
    }
    answer = choose(client, part="rest", tags="", **posted)
    assert "同意 2026-04-01" in answer
    assert "日付として読めません。この人の配信の根拠は記録しません" in answer
    assert the_import().report["based"] == {"consent": 3, "": 1}
    assert load(client, **posted).status_code == 302
    assert the_import().status == "done"
    assert kinds("hana@kitahama.example", "hajime@seiwa.example") == [[("consent", "2026-04-01")], []]
    assert Lead.objects.count() == 4


def test_a_column_says_which_ground_each_has_and_what_it_does_not_say_is_not_guessed(client: Client) -> None:
    upload(client, GROUNDS)
    posted = {"basis": "each", "each-kind": "根拠", "each-since": "2026-05-01", "each-how": "前のツール"}
    # Without having looked at it: the file is read so first, and shown.
    assert load(client, **posted)["Location"] == f"/import/{the_import().pk}/"
    page = client.get(f"/import/{the_import().pk}/").content.decode()
    assert the_import().status == "checked"
    assert "書面・名刺 2026-05-01" in page
    assert "どの根拠か読めません" in page
    assert "同意を求めた文が書かれていない" in page
    assert "公表しているページのURLが書かれていない" in page
    assert "根拠の種類がありません" not in page  # the row without an address needs none
    load(client, **posted, **{"each-wording": "受け取る"})
    load(client, **posted, **{"each-wording": "受け取る"})
    assert the_import().status == "done"
    assert kinds(
        "hana@kitahama.example", "hajime@seiwa.example", "saki@minato.example", "ken@minato.example"
    ) == [[("card", "2026-05-01")], [("consent", "2026-05-01")], [], []]
    assert standing_of(["hana@kitahama.example"])["hana@kitahama.example"].grounds[0].wording == ""


def test_a_column_that_is_not_in_the_file_is_not_taken(client: Client) -> None:
    upload(client, GROUNDS)
    page = load(client, **{"basis": "each", "each-kind": "氏名?", "each-column": "x", "each-how": "y"})
    assert page.status_code == 422
    assert "根拠の種類が書いてある列を選んでください" in page.content.decode()
    assert "日付を入れてください" in page.content.decode()
