from __future__ import annotations

import json

import pytest

from mikomi.core.words import MikomiError
from mikomi.hub.capture import sources
from mikomi.hub.capture.models import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path

    def read() -> dict:
        return json.loads((tmp_path / sources.FILE).read_text("utf-8"))

    return read


def test_the_collector_is_told_of_each_source(told, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = sources.make_source(" 会社サイト ", options={"cookie": "none"})
    (one,) = told()["sources"]
    assert (one["id"], one["name"], one["write_key"]) == (made.pk, "会社サイト", made.write_key)
    assert one["cookie"] == "none"
    assert one["collect"]["page"]
    salt = told()["salt"]
    with django_capture_on_commit_callbacks(execute=True):
        sources.set_options(made.pk, {"cookie": "script"})
    assert told()["sources"][0]["cookie"] == "script"
    assert told()["salt"] == salt


def test_a_disabled_source_is_not_told_any_more(told, django_capture_on_commit_callbacks) -> None:
    made = sources.make_source("site")
    with django_capture_on_commit_callbacks(execute=True):
        sources.disable(made.pk)
    assert told()["sources"] == []
    assert Source.objects.get(pk=made.pk).disabled_at is not None


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "taken"])
def test_a_name_must_be_there_and_free(name: str) -> None:
    sources.make_source("taken")
    with pytest.raises(MikomiError):
        sources.make_source(name)
