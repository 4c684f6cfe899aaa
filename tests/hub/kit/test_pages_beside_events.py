"""Pages and collector under one server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.conf import settings

from mikomi.hub import asgi


@pytest.mark.django_db(transaction=True)
def test_a_page_reads_what_is_posted_from_a_server_that_answers_with_futures(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    body = b'--b\r\nContent-Disposition: form-data; name="login"\r\n\r\nx\r\n--b--\r\n'
    heads = {
        "host": "localhost",
        "content-type": "multipart/form-data; boundary=b",
        "content-length": str(len(body)),
        "cookie": "mikomi_csrf=" + "a" * 32,
    }
    scope: dict[str, Any] = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/login/",
        "raw_path": b"/login/", "root_path": "", "query_string": b"", "client": ("127.0.0.1", 1),
        "server": ("localhost", 80), "headers": [(n.encode(), v.encode()) for n, v in heads.items()],
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        def receive() -> asyncio.Future[dict[str, Any]]:
            told: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            told.set_result({"type": "http.request", "body": body, "more_body": False})
            return told

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await asgi.Together()(scope, receive, send)

    asyncio.run(ask())
    # The token is missing, which only a page that could read the form can tell.
    assert sent[0]["status"] == 403
