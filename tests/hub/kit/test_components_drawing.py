"""Icons, bars, plots and the frame, as HTML."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.urls import path
from django.utils import translation

from mikomi.hub.kit import icons, menu
from mikomi.hub.kit.menu import Light, MenuEntry, health_of, menu_of, register, register_health
from mikomi.hub.kit.plots import Mark, TemperaturePlot, draw_spark, draw_temperature
from mikomi.hub.kit.sentence import Text
from mikomi.hub.kit.templatetags import kit as kit_tags

HUB = Path(icons.__file__).parent.parent
TOKENS = HUB.parents[2] / "frontend" / "src" / "css" / "tokens.css"
FIRST = date(2026, 5, 25)


def render(text: str, **context: object) -> str:
    return Template("{% load kit %}" + text).render(Context(context))


def plain(request):
    return HttpResponse("")


urlpatterns = [
    path("hot/", plain, name="hot"),
    path("hot/old/", plain, name="old"),
    path("leads/", plain, name="leads"),
]


@pytest.fixture
def entries(monkeypatch):
    monkeypatch.setattr(menu, "_entries", {})
    monkeypatch.setattr(menu, "_health", [])
    monkeypatch.setattr(menu, "_guards", [])
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_the_menu_shows_only_pages_that_exist_in_the_order_of_the_design(entries):
    register(
        MenuEntry("leads", "leads", 10, "リード", "users", "leads"),
        MenuEntry("gone", "sales", 5, "見直し", "report-analytics", "not_there"),
        MenuEntry("old", "sales", 20, "前のホット", "flame", "old"),
        MenuEntry("hot", "sales", 10, "ホット", "flame", "hot", count=lambda request: 43),
    )
    groups = menu_of(RequestFactory().get("/hot/old/3/"))
    assert [(group.key, [item.key for item in group.items]) for group in groups] == [
        ("sales", ["hot", "old"]),
        ("leads", ["leads"]),
    ]
    assert [item.key for group in groups for item in group.items if item.current] == ["old"]
    assert groups[0].items[0].count == 43


def test_a_page_can_name_its_menu_entry_itself(entries):
    register(MenuEntry("leads", "leads", 10, "リード", "users", "leads"))
    assert menu_of(RequestFactory().get("/elsewhere/"), "leads")[0].items[0].current
    assert not menu_of(RequestFactory().get("/elsewhere/"))[0].items[0].current


def test_the_health_light_shows_the_worst(entries):
    register_health(lambda request: Light("good", "a"))
    register_health(lambda request: None)
    register_health(lambda request: Light("bad", "b"))
    register_health(lambda request: Light("warn", "c"))
    assert health_of(RequestFactory().get("/")) == Light("bad", "b")


def test_lights_stand_for_some_seconds_in_each_language(entries, monkeypatch):
    monkeypatch.setattr(menu, "_held_lights", {})
    monkeypatch.setattr(menu, "LIGHTS_HOLD_SECONDS", 600.0)
    asked = []
    register_health(lambda request: asked.append(1) or Light("good", f"{len(asked)}"))
    for language, words in (("ja", "1"), ("ja", "1"), ("en", "2"), ("ja", "1")):
        with translation.override(language):
            assert health_of(RequestFactory().get("/")) == Light("good", words)
    monkeypatch.setattr(menu, "monotonic", lambda: 10.0**9)
    with translation.override("ja"):
        assert health_of(RequestFactory().get("/")) == Light("good", "3")


@pytest.mark.parametrize(
    ("told", "shown"),
    [("the file is empty", "The file is empty"), ("model.yaml:3: fit[0]", "model.yaml:3: fit[0]"), ("", "")],
)
def test_a_sentence_begins_with_a_capital_but_for_the_name_of_a_file(told, shown):
    assert kit_tags.as_sentence(told) == shown


def test_an_icon_is_hidden_from_screen_readers_and_an_unknown_one_is_an_error():
    assert 'aria-hidden="true"' in icons.icon("flame")
    assert 'class="mk-icon mk-icon-18"' in icons.icon("flame", "mk-icon-18")
    with pytest.raises(KeyError):
        icons.icon("no-such-icon")


@pytest.mark.parametrize("level", range(5))
def test_a_temperature_bar_fills_one_segment_a_level_and_says_its_name(level):
    with translation.override("en"):
        bar = render("{% temperature_bar level %}", level=level)
    assert bar.count('class="on"') == level + 1
    assert bar.count("<rect") == 5
    assert f'aria-label="{("Quiet", "Cool", "Mild", "Warm", "Hot")[level]}"' in bar


def test_a_score_bar_never_leaves_its_frame():
    for fit, engagement in ((35, 51.6), (-10, 30), (90, 400), (0, 0), (100, 0)):
        bar = render("{% score_bar fit engagement %}", fit=fit, engagement=engagement)
        left, start, width = (
            float(found)
            for found in re.search(
                r'class="fit" width="([\d.]+)".*class="eng" x="([\d.]+)" width="([\d.]+)"', bar
            ).groups()
        )
        assert left >= 0
        assert start >= left
        assert start + width <= 92.05


def test_a_sparkline_ends_where_the_score_is():
    spark = draw_spark([10, 20, 87], 60)
    assert spark is not None
    assert spark.hot
    assert spark.end_y < spark.threshold_y
    assert draw_spark([], 60) is None
    assert draw_spark([5], None).curve.count("L") == 1
    assert 'class="mk-spark mk-spark-hot"' in render("{% sparkline values 60 %}", values=[10, 20, 87])


def plot(**changes) -> TemperaturePlot:
    given = {
        "first": FIRST,
        "scores": [float(index) for index in range(90)],
        "threshold": 60.0,
        "cursor": FIRST + timedelta(days=89),
        "address": lambda on: f"?on={on.isoformat()}",
    }
    return TemperaturePlot(**{**given, **changes})


def test_the_temperature_plot_numbers_its_marks_by_day_and_links_every_day():
    marks = [
        Mark(FIRST + timedelta(days=40), "後"),
        Mark(FIRST + timedelta(days=3), "前"),
        Mark(date(2020, 1, 1), "昔"),
    ]
    drawing = draw_temperature(plot(marks=marks))
    assert [(mark.number, mark.text) for mark in drawing.marks] == [(1, "前"), (2, "後")]
    assert len(drawing.hits) == 90
    assert drawing.hits[7].url == "?on=2026-06-01"
    assert drawing.cursor_level == 4


def test_the_temperature_plot_bears_any_scores():
    for scores in ([0.0], [-20.0, -5.0], [1e4, 3.0], [5.0] * 200):
        for threshold in (None, 0.0, 60.0, 900.0):
            drawing = draw_temperature(plot(scores=scores, threshold=threshold, machine_days=[FIRST]))
            assert 0 <= drawing.cursor_y <= drawing.height
            assert all(band.height > 0 for band in drawing.bands)


def test_the_temperature_plot_tells_its_story_in_words():
    with translation.override("ja"):
        html = render(
            "{% temperature_plot plot %}", plot=plot(marks=[Mark(FIRST, "セミナー参加")], machine_events=7)
        )
    assert "<title" in html
    assert "<desc" in html
    assert "8月22日（土）は89.0点" in html
    assert "機械の開封・クリック 7件" in html


def test_no_template_carries_inline_style_or_script():
    wrong = []
    for template in HUB.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        if re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\bsrc=)|#[0-9a-fA-F]{6}\b", text):
            wrong.append(template.relative_to(HUB).as_posix())
    assert wrong == []


def tokens(theme: str) -> dict[str, str]:
    sheet = TOKENS.read_text(encoding="utf-8")
    start = ":root {" if theme == "light" else '[data-bs-theme="dark"] {'
    block = sheet[sheet.index(start) :].split("}")[0]
    return dict(re.findall(r"--mk-([a-z0-9-]+): (#[0-9a-f]{6});", block))


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read_on_its_ground_in_both_themes(theme):
    token = tokens(theme)
    grounds = ("canvas", "surface", "sunken")
    pairs = [
        (ink, ground) for ink in ("ink", "ink-2", "ink-3", "ai", "good", "warn", "bad") for ground in grounds
    ]
    pairs += [(f"score-{name}", "surface") for name in ("hot", "warm", "mild")]
    pairs += [(name, f"{name}-soft") for name in ("ai", "good", "warn", "bad")]
    pairs += [("on-ai", "ai"), ("on-toast", "toast"), ("score-hot", "tint4"), ("ink-2", "ai-soft")]
    poor = {pair: round(contrast(token[pair[0]], token[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}
    assert contrast(token["ctl"], token["surface"]) >= 3
    assert contrast(token["ctl"], token["canvas"]) >= 3


def test_marks_and_names_of_the_plot_never_lie_on_each_other():
    marks = [Mark(FIRST + timedelta(days=40), str(number)) for number in range(5)]
    drawing = draw_temperature(plot(marks=marks, scores=[150.0] * 90, threshold=20.0))
    heights = sorted(mark.y for mark in drawing.marks)
    assert min(high - low for low, high in pairwise(heights)) >= 16
    names = [band.text_y for band in drawing.bands]
    assert all(low - high >= 12 for low, high in pairwise(names))


def test_every_class_of_ours_in_a_template_is_in_a_style_sheet():
    sheets = "".join(sheet.read_text(encoding="utf-8") for sheet in TOKENS.parent.glob("*.css"))
    known = set(re.findall(r"\.(mk-[a-z0-9-]+)", sheets))
    unknown = set()
    for template in HUB.rglob("*.html"):
        text = re.sub(r"\{[%{#].*?[%}#]\}", " ", template.read_text(encoding="utf-8"))
        for classes in re.findall(r'class="([^"]*)"', text):
            # A name that ends in - goes on with a number of its own, as mk-score-4.
            unknown |= {
                name for name in classes.split() if name.startswith("mk-") and name[-1] != "-"
            } - known
    assert unknown == set()


@pytest.mark.parametrize(
    ("language", "text"), [("ja", "60日以上あけて戻り（開封）"), ("en", "60日以上 あけて戻り （開封 ）")]
)
def test_only_english_parts_its_words_and_never_before_a_closing_mark(language, text):
    parts = (Text("60日以上"), Text("あけて戻り"), Text("（開封"), Text("）"))
    with translation.override(language):
        said = "".join(space + str(part.text) for part, space in kit_tags.spaced(parts))
    assert said == text.replace(" ）", "）")
