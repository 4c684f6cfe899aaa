from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from mikomi.cli.serve import port_number
from mikomi.core.words import MikomiError
from mikomi.hub.kit.serving.address import check_free
from tests.cli.serving import Served, descendants, free_port, get, health, lives, run, wait_for

pytestmark = pytest.mark.usefixtures("assets")


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve") / "data"


@pytest.fixture(scope="module")
def served(folder: Path, port: int) -> Iterator[Served]:
    running = Served("serve", "--data", str(folder), "--port", str(port))
    running.wait_until_said("Mikomi runs at")
    yield running
    running.kill()


def test_it_works(served: Served, port: int, folder: Path) -> None:
    wait_for(lambda: health(port).get("worker"))
    assert health(port)["ok"] is True
    assert get(port, "/account/").headers["Location"] == "/login/?next=/account/"
    assert get(port, "/static/manifest.json").headers["Server"] == "granian"
    assert (folder / "mikomi.sqlite3").exists()


KEY = "a-key-of-a-test"


def know_a_source(folder: Path) -> None:
    """As the pages write it, once what takes events in has said at its start what it knows."""
    wait_for((folder / "collector.json").exists)
    told = {"format": 1, "salt": "x", "sources": [{"id": 1, "name": "s", "kind": "web", "write_key": KEY}]}
    (folder / "collector.json").write_text(json.dumps(told))


def send_event(port: int, message: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    page = {"type": "page", "messageId": message, "anonymousId": "a", "properties": {"path": "/pricing"}}
    connection.request("POST", "/v1/batch", json.dumps({"writeKey": KEY, "batch": [page]}))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def events(folder: Path) -> int:
    with contextlib.closing(sqlite3.connect(folder / "mikomi.sqlite3", timeout=20)) as database:
        return database.execute("select count(*) from activity_event").fetchone()[0]


def test_an_event_is_answered_beside_the_pages_and_becomes_a_fact(
    served: Served, port: int, folder: Path
) -> None:
    know_a_source(folder)
    wait_for(lambda: send_event(port, "m1") == 200)
    wait_for(lambda: events(folder) == 1)
    assert send_event(port, "m1") == 200
    assert send_event(port, "m2") == 200
    wait_for(lambda: events(folder) == 2)
    assert get(port, "/login/").status == 200


def test_the_collector_runs_by_itself(tmp_path: Path) -> None:
    port = free_port()
    collector = Served("serve", "--data", str(tmp_path), "--port", str(port), "--only", "collector")
    try:
        collector.wait_until_said("Events are taken at")
        assert health(port) == {"ok": True}
        assert get(port, "/login/").status == 404
        know_a_source(tmp_path)
        wait_for(lambda: send_event(port, "m1") == 200)
        wait_for(lambda: events(tmp_path) == 1)
    finally:
        assert collector.stop() == 0


def test_the_first_start_prints_where_to_make_the_first_account(served: Served, port: int) -> None:
    link = served.wait_until_said(rf"http://127.0.0.1:{port}(/setup/\S+/)")
    page = get(port, link[1])
    assert page.status == 200
    assert 'name="email"' in page.read().decode()


def test_a_second_person_is_let_in_once(served: Served, port: int, folder: Path) -> None:
    asked = ("invite", "Ken@Example.com", "--url", f"http://127.0.0.1:{port}/", "--data", str(folder))
    done = run(*asked)
    assert (done.returncode, done.stderr) == (0, "")
    link = re.search(rf"http://127.0.0.1:{port}(/login/by-link/\S+)", done.stdout)
    assert link is not None
    assert "Give this link to ken@example.com" in done.stdout
    assert get(port, link[1]).status == 200
    again = run(*asked)
    assert again.returncode == 0
    assert link[1] not in again.stdout


def test_a_second_one_on_the_same_folder_is_refused(served: Served, folder: Path) -> None:
    for only in ((), ("--only", "worker")):
        done = run("serve", "--data", str(folder), "--port", str(free_port()), *only)
        assert done.returncode == 2
        assert "already runs on the data folder" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_port_in_use_is_said_in_words(served: Served, port: int, tmp_path: Path) -> None:
    done = run("serve", "--data", str(tmp_path / "other"), "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == (
        f"mikomi: port {port} is in use by another program; choose another, for example --port {port + 1}\n"
    )


def test_processes_that_die_are_started_again(served: Served, port: int) -> None:
    wait_for(lambda: len(descendants(served.process.pid)) >= 4)
    before = descendants(served.process.pid)
    for pid in before:
        if lives(pid):
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: "starting it again" in served.said)
    wait_for(lambda: health(port).get("ok"))
    wait_for(lambda: len(set(descendants(served.process.pid)) - set(before)) >= 4)


def test_it_stops_cleanly_when_asked(tmp_path: Path) -> None:
    port = free_port()
    served = Served("serve", "--data", str(tmp_path), "--port", str(port))
    served.wait_until_said("Mikomi runs at")
    children = descendants(served.process.pid)
    assert served.stop() == 0
    assert not [pid for pid in children if lives(pid)]
    assert "Traceback" not in served.said
    check_free("127.0.0.1", port)


def test_it_stops_cleanly_while_it_still_loads(tmp_path: Path) -> None:
    port = free_port()
    served = Served("serve", "--data", str(tmp_path), "--port", str(port))
    # The server and what loads the pages beside the migrations.
    wait_for(lambda: len(descendants(served.process.pid)) >= 2)
    children = descendants(served.process.pid)
    # Where Python itself ends by the signal, a shell says the same.
    assert served.stop(signal.SIGINT) in (130, -signal.SIGINT)
    assert not [pid for pid in children if lives(pid)]
    assert served.said == ""
    check_free("127.0.0.1", port)


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    served = Served("serve", "--data", str(tmp_path), "--port", str(free_port()))
    served.wait_until_said("Mikomi runs at")
    # The pages come first; what works in the background follows.
    wait_for(lambda: len(descendants(served.process.pid)) >= 4)
    children = descendants(served.process.pid)
    served.process.kill()
    wait_for(lambda: not [pid for pid in children if lives(pid)], 30)


def test_web_and_worker_can_run_apart_on_one_folder(tmp_path: Path) -> None:
    port = free_port()
    web = Served("serve", "--data", str(tmp_path), "--port", str(port), "--only", "web")
    try:
        web.wait_until_said("Mikomi runs at")
        assert health(port)["worker"] is False
        worker = Served("serve", "--data", str(tmp_path), "--only", "worker")
        try:
            worker.wait_until_said("The worker runs")
            wait_for(lambda: health(port).get("worker"))
        finally:
            assert worker.stop(signal.SIGINT) == 0
    finally:
        assert web.stop(signal.SIGINT) == 0


def test_a_newer_versions_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    said = {"format": 1, "timezone": "Asia/Tokyo"}
    (tmp_path / "folder.json").write_text(json.dumps(said))
    with sqlite3.connect(tmp_path / "mikomi.sqlite3") as database:
        database.execute("create table django_migrations (id integer primary key, app, name, applied)")
        database.execute("insert into django_migrations values (1, 'kit', '9999_later', '2030-01-01')")
    done = run("serve", "--data", str(tmp_path), "--port", str(free_port()))
    assert done.returncode == 2
    assert "newer version of Mikomi" in done.stderr
    with sqlite3.connect(tmp_path / "mikomi.sqlite3") as database:
        assert database.execute("select count(*) from sqlite_master where type = 'table'").fetchone() == (1,)


def test_a_damaged_database_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "folder.json").write_text(json.dumps({"format": 1, "timezone": "Asia/Tokyo"}))
    (tmp_path / "mikomi.sqlite3").write_bytes(b"this is no database" * 1000)
    done = run("serve", "--data", str(tmp_path), "--port", str(free_port()))
    assert done.returncode == 2
    assert done.stderr.startswith("mikomi: the database is damaged")


@pytest.mark.parametrize("port", ["0", "70000", "http", "８０"])
def test_a_port_that_is_none_is_said_in_words(port: str) -> None:
    with pytest.raises(MikomiError, match="--port is a number from 1 to 65535"):
        port_number(port)


def test_a_host_that_is_none_is_said_in_words() -> None:
    with pytest.raises(MikomiError, match=r"there is no host no\.such\.host\.invalid"):
        check_free("no.such.host.invalid", 8000)


def test_a_port_without_rights_or_in_use_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(MikomiError, match="no rights to use port 80"):
        check_free("127.0.0.1", 80)
