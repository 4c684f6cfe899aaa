from __future__ import annotations

import json
import subprocess
import sys


def classified(text: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "mikomi.cli.main", "classify", "company"]
    return subprocess.run(command, input=text, capture_output=True, check=False)


def test_names_are_taken_apart_a_line_each() -> None:
    names = ["（株）髙島商事　大阪支店", "高島商事", "株式会社髙島商事", "高島商事(株)", "なし"]
    names.append("Kitahama, Inc.")
    done = classified("\n".join(names).encode())
    assert done.returncode == 0
    first, formless, second, behind, nothing, english = map(json.loads, done.stdout.splitlines())
    assert first["key"] == second["key"]
    assert (first["legal_form"], first["position"], first["branch"]) == ("株式会社", "before", "大阪支店")
    assert (behind["position"], nothing["key"]) == ("after", None)
    assert behind["key"] != first["key"]
    # Two companies bear the name, so nobody can say which of them is meant.
    assert formless["key"] not in (first["key"], behind["key"])
    assert (formless["position"], formless["display"]) == ("none", "高島商事")
    assert (first["display"], behind["display"]) == ("株式会社髙島商事", "高島商事株式会社")
    assert english["display"] == "Kitahama Inc."


def test_a_name_without_a_form_joins_the_one_company_that_bears_it() -> None:
    done = classified("北浜精機\n㈱北浜精機\n".encode())
    keys = {json.loads(line)["key"] for line in done.stdout.splitlines()}
    assert len(keys) == 1


def test_another_encoding_is_said_in_words() -> None:
    done = classified("株式会社北浜精機".encode("cp932"))
    assert done.returncode == 2
    assert b"UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr
