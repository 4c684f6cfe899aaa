from __future__ import annotations

import io
from datetime import timedelta

import fastexcel
import polars as pl
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from mikomi.core.tabular import read_table
from mikomi.hub.accounts.models import User
from mikomi.hub.kit.jobs import run_pending
from mikomi.hub.people import labels
from mikomi.hub.people import queries as people
from mikomi.hub.people.dated import origin
from mikomi.hub.people.services import upsert_leads
from mikomi.hub.site import exports, pipeline
from mikomi.hub.site.actions.erase_leads import erase_leads
from mikomi.hub.site.models import Export
from tests.hub.site.world import LEADS, ON, make_world, put_leads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def world(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr("mikomi.hub.site.lists.export.PIECE", 3)
    make_world()
    upsert_leads(
        pl.DataFrame({"lead": ["L1", "L2"], "seats": ["300", "=1+1"], "memo2": ["髙橋", "😀です"]}),
        origin("x"),
    )
    pipeline.score_all(ON)


@pytest.fixture
def client() -> Client:
    logged_in = Client(headers={"accept-language": "ja"})
    logged_in.force_login(User.objects.create_user("mori@works.example", name="森"))
    return logged_in


def body(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def number(key: str) -> int:
    return people.numbers_of([key])[key]


def test_it_works(client, tmp_path) -> None:
    """The page, the file of the view's columns in the list's order, and it can be read in again."""
    tag = labels.make_label("tag", "展示会")
    labels.put_label("tag", tag, [number("L1")])
    asked = "sort=-total&col=company&col=f.seats&col=tags&col=last_day&col=fit"
    page = client.get(f"/leads/export/?{asked}").content.decode()
    assert "8人を、今の並び順で" in page
    file = tmp_path / "leads.csv"
    file.write_bytes(body(client, f"/leads/export/file/?{asked}"))
    frame = read_table(file).frame
    wanted = ["番号", "氏名", "会社", "seats", "タグ", "最後の動き", "属性の点", "属性"]
    assert [c for c in frame.columns if not c.startswith("#")][-8:] == wanted
    assert frame["番号"].to_list()[0] == "L1"
    assert sorted(frame["番号"].to_list()) == [lead[0] for lead in LEADS]
    first = frame.row(0, named=True)
    assert (first["会社"], first["seats"], first["タグ"], first["最後の動き"]) == (
        "北浜精機",
        "300",
        "展示会",
        "2026-11-18",
    )
    assert frame.filter(pl.col("番号") == "L2")["seats"].item() == "=1+1"


def test_formulas_are_harmless_in_a_csv_file(client) -> None:
    put_leads([("L1", "=1+1", "", "+1+cmd", "-2+3", "")])
    pipeline.score_all(ON)
    lines = body(client, "/leads/export/file/?col=company&col=title").decode("utf-8-sig").splitlines()
    (row,) = [line for line in lines if line.startswith("L1,")]
    assert row == "L1,'=1+1,'+1+cmd,'-2+3"


def test_a_workbook_holds_numbers_days_and_texts(client) -> None:
    data = body(client, "/leads/export/file/?as=xlsx&sort=-total&col=total&col=last_day&col=f.seats")
    sheet = fastexcel.read_excel(io.BytesIO(data).getvalue()).load_sheet(0).to_polars()
    assert sheet["番号"][0] == "L1"
    assert sheet["スコア"].dtype.is_numeric()
    assert sheet["最後の動き"].dtype.is_temporal()
    assert "=1+1" in sheet["seats"].to_list()


def test_more_than_a_sheet_takes_is_said_and_given_as_csv(client, monkeypatch) -> None:
    monkeypatch.setattr("mikomi.hub.site.exports.MOST_ROWS", 7)
    monkeypatch.setattr("mikomi.hub.site.views.export.AT_ONCE", 5)
    assert "入るのは7人までです" in client.get("/leads/export/").content.decode()
    assert body(client, "/leads/export/file/?as=xlsx").startswith(b"\xef\xbb\xbf")
    assert client.post("/leads/export/written/", {"list": ""})["Location"] == "/leads/export/?"
    assert not Export.objects.exists()


@pytest.fixture
def long_list(client, monkeypatch) -> int:
    """A list that is too long to be written at once, asked for as a workbook: its number."""
    monkeypatch.setattr("mikomi.hub.site.views.export.AT_ONCE", 5)
    assert "裏で書きます" in client.get("/leads/export/?sort=-total&col=company").content.decode()
    asked = client.post("/leads/export/written/", {"list": "sort=-total&col=company"})
    again = client.post("/leads/export/written/", {"list": "sort=-total&col=company"})
    assert asked["Location"] == again["Location"]
    return Export.objects.get().pk


def test_a_long_list_is_written_by_a_worker_for_its_maker_alone(client, long_list, tmp_path) -> None:
    page = f"/leads/export/written/{long_list}/"
    assert "この画面を閉じても続きます" in client.get(page).content.decode()
    assert client.get(f"{page}file/")["Location"] == page
    run_pending()
    assert client.get(f"{page}progress/")["HX-Refresh"] == "true"
    assert "受け取る（" in client.get(page).content.decode()
    frame = fastexcel.read_excel(body(client, f"{page}file/")).load_sheet(0).to_polars()
    assert frame["番号"][0] == "L1"
    assert frame.columns == ["番号", "氏名", "会社"]
    assert frame.height == Export.objects.get().rows == 8
    assert "受け取れます" in client.get("/leads/export/").content.decode()
    assert len(list((tmp_path / "exports").iterdir())) == 1
    other = Client()
    other.force_login(User.objects.create_user("kei@works.example", name="圭"))
    assert [other.get(f"{page}{part}").status_code for part in ("", "file/")] == [404, 404]
    assert other.post(f"{page}drop/").status_code == 404
    client.post(f"{page}drop/")
    assert not list((tmp_path / "exports").iterdir())


def test_a_written_list_goes_after_some_days_and_when_somebody_is_erased(client, long_list, tmp_path) -> None:
    run_pending()
    exports.sweep(timezone.now())
    assert len(list((tmp_path / "exports").iterdir())) == 1
    exports.sweep(timezone.now() + exports.KEPT + timedelta(hours=1))
    page = client.get(f"/leads/export/written/{long_list}/").content.decode()
    assert "7日たったので、ファイルを消しました" in page
    client.post("/leads/export/written/", {"list": "sort=-total&col=company"})
    run_pending()
    assert len(list((tmp_path / "exports").iterdir())) == 1
    erase_leads([number("L8")])
    assert not list((tmp_path / "exports").iterdir())
    latest = Export.objects.latest("pk")
    assert "個人情報を消す求め" in client.get(f"/leads/export/written/{latest.pk}/").content.decode()


def test_a_list_that_cannot_be_written_says_why_and_one_that_is_dropped_stops(
    client, long_list, monkeypatch, tmp_path
) -> None:
    seen = []
    frames = exports.lists.frames

    def dropped(*args):
        for at, frame in enumerate(frames(*args)):
            if at:
                seen.append(Export.objects.get().done)
                client.post(f"/leads/export/written/{long_list}/drop/")
            yield frame

    monkeypatch.setattr(exports.lists, "frames", dropped)
    exports.write(long_list)
    assert (seen, Export.objects.exists(), list((tmp_path / "exports").iterdir())) == ([3], False, [])

    def full(*args):
        raise OSError(28, "No space left on device")
        yield

    client.post("/leads/export/written/", {"list": ""})
    monkeypatch.setattr(exports.lists, "frames", full)
    run_pending()
    failed = Export.objects.get()
    assert failed.state == "failed"
    page = client.get(f"/leads/export/written/{failed.pk}/").content.decode()
    assert "No space left on device" in page
    assert "もう一度書き出す" in page


def test_what_cp932_cannot_hold_is_named_with_its_row_before_the_download(client) -> None:
    asked = "col=f.memo2&sort=kana"
    page = client.get(f"/leads/export/check/?{asked}").content.decode()
    lines = body(client, f"/leads/export/file/?as=cp932&{asked}").decode("cp932").splitlines()
    at = next(place for place, line in enumerate(lines, 1) if line.startswith("L2,"))
    assert "1か所に" in page
    assert f">{at}</td>" in page
    assert "😀" in page
    assert "〓です" in lines[at - 1]
    assert "?" not in "".join(lines)
    assert any("髙橋" in line for line in lines)


def test_a_list_that_cp932_holds_is_said_to_fit(client) -> None:
    assert "すべての文字を書けます" in client.get("/leads/export/check/?col=company").content.decode()


def test_the_file_has_just_the_leads_of_the_filter(client) -> None:
    lines = body(client, "/leads/export/file/?q=北浜&col=company").decode("utf-8-sig").splitlines()
    assert sorted(line.split(",")[0] for line in lines[1:]) == ["L1", "L2", "L3"]
    assert len(body(client, "/leads/export/file/?q=zzzz").decode().splitlines()) == 1
