"""Ranks and departments of the titles people write; what is not sure stays unknown."""

from __future__ import annotations

import polars as pl
import pytest

from mikomi.core.values import titles
from mikomi.core.values.titles import (
    DEPARTMENTS,
    RANKS,
    department_of,
    place_departments,
    rank_of,
    rank_titles,
    table_versions,
)

BY_RANK = {
    "officer": "代表取締役 代表取締役社長 取締役 社外取締役 取締役営業部長 執行役員 常務執行役員 監査役 "
    "会長 副社長 専務 代表 "
    "理事長 CEO ＣＥＯ 代表社員 院長 執行役員CTO カンパニー社長 オーナー 専務取締役",
    "general": "部長 営業部長 本部長 事業部長 次長 副部長 部長代理 部長補佐 担当部長 工場長 支店長 "
    "支社長 研究所長 ゼネラルマネージャー "
    "GM 営業GM 統括部長",
    "manager": "課長 課長代理 課長補佐 マネージャー マネジャー 営業課長 室長 店長 営業所長 "
    "シニアマネージャー 担当課長",
    "lead": "係長 主任 チーフ リーダー 主任研究員 アシスタントマネージャー 係長代理 班長 主査",
    "staff": "一般 社員 スタッフ 担当者 営業担当 役員秘書 社長秘書 秘書 アルバイト 契約社員 メンバー",
}
ENGLISH = {
    "officer": "CEO|Chief Executive Officer|Chief Information Security Officer|President|President & CEO|"
    "Managing Director|Representative Director|Executive Vice President|Founder|Chairman",
    "general": "Director|Vice President|VP Sales|General Manager|Head of Marketing|Sales Director|"
    "Deputy General Manager",
    "manager": "Manager|Senior Manager|Section Manager|Sales Manager|Deputy Manager",
    "lead": "Team Leader|Supervisor|Assistant Manager|Leader",
    "staff": "Staff|Sales Staff|Secretary|Assistant to the President|Executive Assistant|Intern",
}
UNKNOWN = (
    "元部長|前社長|元営業部長|元・取締役|Former CEO|ex-Director|部長付|社長付|役員付|社長室|相談役|顧問|"
    "名誉会長|エンジニア|医師|弁護士|"
    "教授|プロダクトマネージャー|プロジェクトマネージャー|Product Manager|アートディレクター|Art "
    "Director|パートナー|参事|理事|東京|営業|"
    "Sales Representative|unknown|-|Managerial accounting|directory"
)


@pytest.mark.parametrize(
    ("title", "rank"),
    [(title, rank) for rank, listed in BY_RANK.items() for title in listed.split()]
    + [(title, rank) for rank, listed in ENGLISH.items() for title in listed.split("|")]
    + [(title, None) for title in UNKNOWN.split("|")],
)
def test_the_rank_of_a_title(title: str, rank: str | None) -> None:
    assert rank_of(title) == rank


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("取締役 兼 営業部長", "officer"),
        ("課長 兼 部長代理", "general"),
        ("部長 代理", "general"),
        ("代表取締役社長兼CEO", "officer"),
        ("営業部 次長 兼 課長", "general"),
        ("マネージャー（課長職）", "manager"),
        ("Sr. Manager", "manager"),
        ("Asst. Mgr.", "lead"),
        ("V.P., Sales", "general"),
        ("Exec. Vice President", "officer"),
        ("営業1課長", "manager"),
        ("情報システム部長(兼)CIO", "officer"),
        ("大阪支社 支社長", "general"),
        ("担当役員", "officer"),
        ("役員秘書 主任", "lead"),
        ("副社長付 秘書", "staff"),
        ("主任弁護士補佐官", "lead"),
        ("Director, Product Management", "general"),
        ("Sales & Marketing Manager", "manager"),
        ("Assistant to the General Manager", "staff"),
        ("元町支店長", "general"),
        ("前橋支店長", "general"),
        ("（元）営業部長　現顧問", None),
        ("社長室長", "manager"),
        ("秘書室長", "manager"),
        ("社長室 担当課長", "manager"),
    ],
)
def test_titles_of_several_words(title: str, rank: str | None) -> None:
    assert rank_of(title) == rank


def test_deputies_are_told_from_heads() -> None:
    found = rank_titles(pl.Series(["部長", "部長代理", "次長", "課長補佐", "部長 兼 次長", "医師", None]))
    assert found["deputy"].to_list() == [False, True, True, True, False, None, None]


def test_the_text_of_a_department_helps_where_the_title_is_silent() -> None:
    assert rank_of("", "営業部長") == "general"
    assert rank_of("", "秘書室") is None
    assert rank_of("", "営業部") is None
    assert rank_of("課長", "事業部長付") == "manager"


@pytest.mark.parametrize(
    ("department", "title", "place"),
    [
        ("営業部", "", "sales"),
        ("営業本部 マーケティング部", "", "marketing"),
        ("経営企画本部人事部", "", "hr"),
        ("営業企画部", "", "sales"),
        ("経営企画室", "", "planning"),
        ("情報システム部", "部長", "it"),
        ("人材開発部", "", "hr"),
        ("総務部", "", "general_affairs"),
        ("経理部", "", "finance"),
        ("法務・知財部", "", "legal"),
        ("購買課", "", "purchasing"),
        ("生産管理課", "", "production"),
        ("品質管理部", "", "quality"),
        ("研究開発本部", "", "research"),
        ("技術営業部", "", "sales"),
        ("システム開発部", "", "engineering"),
        ("物流センター", "", "logistics"),
        ("お客様相談室", "", "support"),
        ("広報部", "", "pr"),
        ("内部監査室", "", "audit"),
        ("Marketing", "", "marketing"),
        ("IT", "", "it"),
        ("IT推進部", "", "it"),
        ("Human Resources", "", "hr"),
        ("R&D Center", "", "research"),
        ("", "営業部長", "sales"),
        ("", "VP Sales", "sales"),
        ("", "CFO", "finance"),
        ("", "Chief Marketing Officer", "marketing"),
        ("", "工場長", "production"),
        ("", "代表取締役", "management"),
        ("", "取締役 営業本部長", "sales"),
        ("第一事業部", "課長", None),
        ("Digital", "", None),
        ("", "", None),
    ],
)
def test_the_department_of_a_person(department: str, title: str, place: str | None) -> None:
    assert department_of(department, title) == place


def test_every_word_of_the_tables_stands_for_what_it_says() -> None:
    ranks, places = titles._table("ranks.txt")[1], titles._table("departments.txt")[1]
    assert {meaning[0] for meaning in ranks.values()} == {*RANKS, "none"}
    assert {meaning[0] for meaning in places.values()} == {*DEPARTMENTS, "none"}
    words = pl.Series([word for word, meaning in ranks.items() if "マネジャ" not in word])
    expected = [None if ranks[word][0] == "none" else ranks[word][0] for word in words]
    wrong = [
        (word, got)
        for word, got, right in zip(words, rank_titles(words)["rank"], expected, strict=True)
        if got != right and not word.startswith(("元", "前", "旧"))
    ]
    assert wrong == []
    units = pl.Series([word for word, meaning in places.items() if meaning[0] != "none"])
    found = place_departments(units, pl.Series([""] * len(units)))
    assert [(u, f) for u, f in zip(units, found, strict=True) if f != places[u][0]] == []
    assert set(table_versions()) == {"ranks", "departments"}
