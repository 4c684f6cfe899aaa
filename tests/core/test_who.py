"""Conditions on leads: read, written back, said in both languages, and refused with precise words."""

from __future__ import annotations

import pytest

from mikomi.core.conditions.describe_who import describe_who, who_sentence
from mikomi.core.conditions.document import DocumentError, read_document
from mikomi.core.conditions.parse_who import DEEPEST, MOST, parse_who, read_who, who_data
from mikomi.core.conditions.who import (
    Did,
    order_of,
    parts_of,
    used_contents,
    used_fields,
    used_groups,
    used_lists,
    used_segments,
    used_stages,
    used_tags,
)
from mikomi.core.conditions.who_names import Names
from mikomi.core.words import MikomiError

NAMES = Names(
    stages={"compare": "比較検討", "internal": "社内検討"},
    tags={1: "展示会", 2: "重要"},
    lists={3: "名古屋"},
    segments={4: "見込み", 5: "製造"},
)
PRICES = {"kind": "page_view", "group": "料金"}
DOCUMENT = {"kind": "download"}

SAID = [
    (
        {
            "all": [
                {"did": PRICES, "within_days": 30, "at_least": 2},
                {"field": "industry", "in": ["製造業"]},
            ]
        },
        "料金ページを30日以内に2回以上見た、かつ 業種が製造業",
        "Viewed a page of “料金” at least twice within 30 days and industry is 製造業",
    ),
    ({"did": PRICES}, "料金ページを見た", "Viewed a page of “料金”"),
    ({"did": {}, "within_days": 30}, "30日以内に動いた", "Was active within 30 days"),
    (
        {"did": PRICES, "within_days": 30, "at_most": 0},
        "料金ページを30日以内に見ていない",
        "Did not view a page of “料金” within 30 days",
    ),
    (
        {"not": {"did": PRICES, "within_days": 30}},
        "料金ページを30日以内に見ていない",
        "Did not view a page of “料金” within 30 days",
    ),
    ({"not": {"did": {}, "at_most": 0}}, "動いた", "Was active"),
    (
        {"did": {"kind": ["download", "form_submit"]}, "within_days": 1, "at_most": 0},
        "（資料をダウンロードする、フォームを送信する）のどれも今日していない",
        "Did none of: download a document or submit a form today",
    ),
    (
        {"did": {"kind": "seminar_apply"}, "at_most": 0},
        "セミナーに申し込んでいない",
        "Did not apply for a seminar",
    ),
    (
        {"did": PRICES, "within_days": 30, "count": "days", "at_least": 3},
        "30日以内に料金ページを見た日数が3日以上",
        "Viewed a page of “料金” on 3 or more days within 30 days",
    ),
    (
        {"did": DOCUMENT, "at_least": 2, "at_most": 5},
        "資料を2回から5回ダウンロードした",
        "Downloaded a document 2 to 5 times",
    ),
    (
        {"did": DOCUMENT, "within_days": 7, "at_most": 5},
        "7日以内に資料をダウンロードした回数が5回以下",
        "Downloaded a document at most 5 times within 7 days",
    ),
    (
        {"did": DOCUMENT, "at_least": 2, "at_most": 2},
        "資料をちょうど2回ダウンロードした",
        "Downloaded a document exactly twice",
    ),
    (
        {"not": {"did": DOCUMENT, "at_least": 2}},
        "資料をダウンロードした回数が2回以上ではない",
        "Not (downloaded a document at least twice)",
    ),
    (
        {"first": PRICES, "days_ago": {"at_least": 30}},
        "最初に料金ページを見たのが30日以上前",
        "First viewed a page of “料金” 30 or more days ago",
    ),
    (
        {"last": {}, "days_ago": {"at_most": 7}},
        "最後に動いたのが7日前から今日まで",
        "Last was active at most 7 days ago",
    ),
    (
        {"last": {"kind": "call"}, "days_ago": {"at_least": 7, "at_most": 30}},
        "最後に電話で話したのが30日前から7日前まで",
        "Last had a phone call 7 to 30 days ago",
    ),
    (
        {"last": PRICES, "days_ago": {"at_most": 0}},
        "最後に料金ページを見たのが今日",
        "Last viewed a page of “料金” today",
    ),
    (
        {"outcome": ["meeting", "won"], "within_days": 90},
        "90日以内に商談か受注になった",
        "Has the outcome “meeting” or “won” within 90 days",
    ),
    ({"not": {"outcome": ["won"]}}, "受注になっていない", "Does not have the outcome “won”"),
    ({"score": "total", "gte": 40}, "合計スコアが40点以上", "Total score is 40 or more"),
    ({"score": "fit", "lte": -2.5}, "属性スコアが−2.5点以下", "Fit score is −2.5 or less"),
    (
        {"score": "engagement", "between": [10, 30]},
        "行動スコアが10点から30点",
        "Engagement score is 10 to 30",
    ),
    ({"grade": "fit", "in": ["A", "B"]}, "属性の等級がAかB", "Fit grade is A or B"),
    ({"hot": True}, "ホット", "Is hot"),
    ({"not": {"hot": True}}, "ホットではない", "Is not hot"),
    (
        {"stage": ["compare", "internal"]},
        "段階が「比較検討」か「社内検討」",
        "Is in stage “比較検討” or in stage “社内検討”",
    ),
    ({"stage": ["none"]}, "どの段階にもいない", "Is in no stage"),
    ({"not": {"stage": ["none"]}}, "どれかの段階にいる", "Is in a stage"),
    ({"tag": [1, 2]}, "タグ「展示会」「重要」のどれかがついている", "Has the tag “展示会” or “重要”"),
    (
        {"not": {"tag": [1, 2]}},
        "タグ「展示会」「重要」のどれもついていない",
        "Does not have the tag “展示会” or “重要”",
    ),
    ({"not": {"list": [3]}}, "リスト「名古屋」に入っていない", "Is not in the list “名古屋”"),
    (
        {"segment": [4, 9]},
        "セグメント「見込み」「?9」のどれかに入っている",
        "Is in the segment “見込み” or “?9”",
    ),
    ({"consent": "refused"}, "メールを断っている", "Refuses mail"),
    ({"not": {"consent": "granted"}}, "メールの同意がない", "Has not agreed to mail"),
    (
        {
            "any": [
                {"all": [{"hot": True}, {"tag": [1]}]},
                {"not": {"any": [{"hot": True}, {"did": DOCUMENT}]}},
                {"not": {"field": "employees", "gte": 300}},
            ]
        },
        "（ホット、かつ タグ「展示会」がついている）、または "
        "「ホット、または 資料をダウンロードした」ではない、または 「従業員数が300名以上」ではない",
        "(is hot and has the tag “展示会”) or "
        "not (is hot or downloaded a document) or not (employees 300 or more)",
    ),
]


@pytest.mark.parametrize(("data", "ja", "en"), SAID, ids=[s[1] for s in SAID])
def test_a_condition_reads_as_a_sentence_and_is_written_back_as_it_was(data: dict, ja: str, en: str) -> None:
    who = read_who(data)
    assert describe_who(who, "ja", NAMES) == ja
    assert describe_who(who, "en", NAMES).removesuffix(".") == en[:1].upper() + en[1:]
    assert who_data(who) == data
    for language in ("ja", "en"):
        paths = [part.path for part in who_sentence(who, language, NAMES).parts if part.path]
        assert paths
        assert len(paths) == len(set(paths))
        for path in paths:
            _follow(data, [*path])


def _follow(data: object, path: list) -> None:
    """A token's path leads to a key that is there, or that is left out since it says the usual."""
    while path:
        step, *path = path
        if step in ("which", "at_least", "count"):
            assert not path
            return
        data = data[step]


WRONG = [
    ({}, "", "ちょうど1つ", "exactly one kind of condition"),
    ([], "", "キー: 値", "mapping of keys to values"),
    ({"did": {}, "hot": True}, "", "今はdid, hot", "found did, hot"),
    ({"dad": {}}, "", "今はdad", "found dad"),
    ({"all": []}, "all", "1つ以上", "at least one condition"),
    ({"all": [{"hot": "yes"}]}, "all[0].hot", "true か false", "true or false"),
    ({"did": {"content": "/a", "group": "料金"}}, "did.group", "どちらか", "not both"),
    ({"did": {"group": "事例"}}, "did.group", "groups にありません", "is not in groups"),
    ({"did": {"kind": "Page"}}, "did.kind", "使えません", "is no kind"),
    ({"did": {}, "within_days": 0}, "within_days", "1以上の整数", "whole number from 1"),
    ({"did": {}, "at_least": 1.5}, "at_least", "1以上の整数", "whole number from 1"),
    ({"did": {}, "at_most": -1}, "at_most", "0以上の整数", "whole number from 0"),
    ({"did": {}, "at_least": 3, "at_most": 2}, "at_most", "at_least（3）以上", "below at_least (3)"),
    ({"did": {}, "count": "weeks"}, "count", "events、days", "events, days"),
    ({"did": {}, "days": 3}, "days", "というキーはありません", "unknown key"),
    ({"last": {}}, "", "「days_ago」がありません", "'days_ago' is missing"),
    ({"last": {}, "days_ago": {}}, "days_ago", "at_least か at_most", "needs at_least or at_most"),
    ({"outcome": "sold"}, "outcome", "meeting、won", "meeting, won"),
    ({"outcome": []}, "outcome", "1つ以上", "at least one value"),
    ({"score": "all", "gte": 1}, "score", "total、fit", "total, fit"),
    ({"score": "fit"}, "", "gte、lte、between", "gte, lte, between"),
    ({"score": "fit", "between": [3, 1]}, "between", "2つの数", "two numbers"),
    ({"grade": "fit"}, "", "「in」がありません", "'in' is missing"),
    ({"stage": "比較"}, "stage", "英小文字", "no key of a stage"),
    ({"tag": ["a"]}, "tag[0]", "数字を入れて", "must be a number"),
    ({"consent": "yes"}, "consent", "granted、refused", "granted, refused"),
    ({"field": "a", "between": [1, "x"]}, "between[1]", "数字", "must be a number"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "path", "ja", "en"), WRONG, ids=[w[3] + str(i) for i, w in enumerate(WRONG)]
)
def test_a_wrong_condition_is_refused_with_its_place(data: object, path: str, ja: str, en: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_who(data, groups=("料金",))
    assert caught.value.path == path
    assert ja in caught.value.words.ja
    assert en in caught.value.words.en


def test_a_condition_in_a_file_is_refused_with_its_line() -> None:
    with pytest.raises(DocumentError, match=r"who.yaml:2: all\[0\]: needs exactly one kind"):
        parse_who(read_document("all:\n  - kind: hot\n", "who.yaml"))


@pytest.mark.parametrize(
    "leaf",
    [
        *({kind: [1]} for kind in ("segment", "tag", "list")),
        {"hot": True},
        {"stage": ["a"]},
        {"consent": "granted"},
        {"score": "fit", "gte": 1},
        {"grade": "fit", "in": ["A"]},
    ],
)
def test_a_stage_asks_for_nothing_that_comes_after_it(leaf: dict) -> None:
    with pytest.raises(DocumentError, match="a stage cannot ask for"):
        read_who({"all": [{"did": {}}, leaf]}, purpose="stage")


def test_conditions_without_end_are_refused() -> None:
    deep: dict = {"hot": True}
    for _ in range(DEEPEST):
        deep = {"not": deep}
    for data in (deep, {"all": [{"hot": True}] * MOST}):
        with pytest.raises(DocumentError, match="more than"):
            read_who(data)
    endless: dict = {"hot": True}
    for _ in range(100_000):
        endless = {"not": endless}
    with pytest.raises(DocumentError, match="nested too deeply"):
        read_who(endless)


def test_what_a_condition_refers_to_is_known() -> None:
    who = read_who(
        {
            "all": [
                {"any": [{"field": "industry", "is": "製造業"}, {"tag": [1, 2]}, {"list": [7]}]},
                {"not": {"segment": [3]}},
                {"did": {"content": ["/a*", "/b"]}},
                {"last": {"group": "料金"}, "days_ago": {"at_most": 3}},
                {"stage": ["none", "compare"]},
            ]
        }
    )
    assert [type(leaf).__name__ for leaf in parts_of(who)] == [
        "Test", "Labelled", "Labelled", "Labelled", "Did", "Since", "InStage",
    ]  # fmt: skip
    assert used_fields(who) == {"industry"}
    assert used_contents(who) == {"/a*", "/b"}
    assert used_groups(who) == {"料金"}
    assert (used_tags(who), used_lists(who), used_segments(who)) == ({1, 2}, {7}, {3})
    assert used_stages(who) == {"compare"}


def test_a_window_can_still_be_said_where_there_is_none() -> None:
    sentence = who_sentence(read_who({"all": [{"did": {}}, {"hot": True}]}), "ja", NAMES)
    assert sentence.missing == (("all", 0, "within_days"), ("all", 0, "at_least"))
    assert isinstance(read_who({"did": {}}), Did)


def test_segments_are_worked_out_after_those_they_refer_to() -> None:
    refer = {1: [2, 3], 2: [3, 99], 3: [], 4: [1]}
    segments = {n: read_who({"segment": to} if to else {"hot": True}) for n, to in refer.items()}
    assert order_of(segments) == [3, 2, 1, 4]
    assert order_of({}) == []


@pytest.mark.parametrize(
    ("refer", "ja", "en"),
    [
        ({1: [2], 2: [3], 3: [2]}, "「B」 → 「C」 → 「B」", "“B” → “C” → “B”"),
        ({1: [1]}, "「A」が自分自身", "“A” refers to itself"),
    ],
)
def test_a_circle_of_segments_is_named(refer: dict[int, list[int]], ja: str, en: str) -> None:
    segments = {n: read_who({"not": {"segment": to}}) for n, to in refer.items()}
    with pytest.raises(MikomiError) as caught:
        order_of(segments, {1: "A", 2: "B", 3: "C"})
    assert ja in caught.value.words.ja
    assert en in caught.value.words.en
