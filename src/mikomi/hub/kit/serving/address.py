"""The address the pages are served at: is it free, and does it answer yet?"""

from __future__ import annotations

import errno
import http.client
import ipaddress
import json
import socket
import time
from collections.abc import Callable

from mikomi.core.words import MikomiError, Words


def check_free(host: str, port: int) -> None:
    """Raises `MikomiError` in words where `host`:`port` cannot be listened on."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise MikomiError(
            Words(
                f"--host {host} が見つかりません。127.0.0.1 か 0.0.0.0 のように指定してください",
                f"there is no host {host}; write --host 127.0.0.1 or 0.0.0.0",
            )
        ) from error
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            raise _cannot_listen(host, port, error) from error


def _cannot_listen(host: str, port: int, error: OSError) -> MikomiError:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return MikomiError(
            Words(
                f"ポート {port} はほかのプログラムが使っています。"
                f"--port {other} のように、別の番号を指定してください",
                f"port {port} is in use by another program; choose another, for example --port {other}",
            )
        )
    if error.errno == errno.EACCES:
        return MikomiError(
            Words(
                f"ポート {port} を使う権限がありません。--port 8000 のように、1024以上を指定してください",
                f"no rights to use port {port}; choose one from 1024 on, for example --port 8000",
            )
        )
    return MikomiError(
        Words(
            f"{host} のポート {port} を使えません（{error.strerror}）。--host と --port を確かめてください",
            f"cannot listen on {host} port {port} ({error.strerror}); check --host and --port",
        )
    )


def reachable_host(host: str) -> str:
    """The name by which this machine reaches what listens on `host`."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1"
    return f"[{host}]" if address.version == 6 else host


def is_local(host: str) -> bool:
    """Whether only this machine reaches what listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def url_of(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    return f"http://{reachable_host(host)}:{port}/"


def is_healthy(host: str, port: int, timeout: float = 2.0) -> bool:
    """Whether `/healthz` answers well."""
    connection = http.client.HTTPConnection(reachable_host(host).strip("[]"), port, timeout=timeout)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status == 200 and json.load(answer)["ok"] is True
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until_healthy(host: str, port: int, seconds: float, go_on: Callable[[], bool]) -> bool:
    """Waits for `/healthz`, up to `seconds` or until `go_on` says no; says whether it answered."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and go_on():
        if is_healthy(host, port):
            return True
        time.sleep(0.1)
    return False
