"""How long `./mikomi demo` takes from a fresh clone with empty caches, and the second time.

    python -m bench.first_start

Everything is downloaded anew into a temporary home. Prints seconds: asked are 90 and 10.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def seconds_until_ready(clone: Path, home: Path) -> float:
    """Starts the demo, waits until it says where it runs, stops it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name.split("_")[0] not in {"UV", "MIKOMI"}}
    surroundings = kept | {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    # As a user's shell has it: without what a surrounding virtual environment put in front.
    surroundings["PATH"] = os.pathsep.join(
        folder for folder in os.environ["PATH"].split(os.pathsep) if ".venv" not in folder
    )
    started = time.perf_counter()
    command = ["./mikomi", "demo", "--no-open", "--port", str(port), "--data", str(home / "demo")]
    process = subprocess.Popen(
        command, cwd=clone, env=surroundings, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            print("   ", line.rstrip(), flush=True)
            if f":{port}/" in line:
                return time.perf_counter() - started
        raise SystemExit(f"the demo ended with {process.wait()}")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def main() -> None:
    """Clones, starts twice, prints."""
    with tempfile.TemporaryDirectory() as made:
        clone, home = Path(made, "clone"), Path(made, "home")
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        first = seconds_until_ready(clone, home)
        second = seconds_until_ready(clone, home)
    print(f"first start, nothing cached: {first:5.1f} s (asked: under 90)")
    print(f"second start:                {second:5.1f} s (asked: 10)")


if __name__ == "__main__":
    main()
