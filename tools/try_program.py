"""Starts an installed `mikomi` on a demo, asks for its pages, and stops it again.

    python tools/try_program.py FOLDER/bin/mikomi

The program gets nothing but its own folder on PATH: no Node, no uv, no checkout.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

START_SECONDS = 300
STOP_SECONDS = 30


def main(program: Path) -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MIKOMI_")}
    environment |= {"PATH": str(program.parent), "MIKOMI_LANGUAGE": "en"}
    environment.pop("VIRTUAL_ENV", None)
    with tempfile.TemporaryDirectory(prefix="mikomi-try-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as out:
            running = subprocess.Popen(
                [program, "demo", "--no-open", "--port", str(port), "--data", f"{folder}/demo"],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            began = time.monotonic()
            wait_until_healthy(running, address)
            print(f"answered after {time.monotonic() - began:.1f} s")
            look_at_pages(address)
            running.send_signal(signal.SIGTERM)
            code = running.wait(STOP_SECONDS)
            if code != 0:
                raise SystemExit(f"it ended with {code} when it was asked to stop")
        except BaseException:
            print(log.read_text(errors="replace"), file=sys.stderr)
            raise
        finally:
            if running.poll() is None:
                running.kill()
                running.wait()
        if "Traceback" in log.read_text(errors="replace"):
            raise SystemExit(log.read_text(errors="replace"))
    return 0


def wait_until_healthy(running: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if running.poll() is not None:
            raise SystemExit(f"it ended with {running.returncode} before it answered")
        try:
            if fetch(f"{address}/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"no answer from {address}/healthz in {START_SECONDS} s")


def look_at_pages(address: str) -> None:
    """The first page leads to the login, in both languages, with its style sheet and scripts."""
    for language, word in (("ja", "ログイン"), ("en", "Log in")):
        status, page = fetch(f"{address}/", language)
        if status != 200 or word not in page or "password" not in page:
            raise SystemExit(f"the login page ({language}) is not what it should be: {status}\n{page[:2000]}")
        used = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        if not any(path.endswith(".css") for path in used) or not any(path.endswith(".js") for path in used):
            raise SystemExit(f"the login page brings no style sheet or no script: {used}")
        for path in used:
            if fetch(address + path)[0] != 200:
                raise SystemExit(f"{path} is not there")


def fetch(url: str, language: str = "ja") -> tuple[int, str]:
    request = urllib.request.Request(url, headers={"Accept-Language": language})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
