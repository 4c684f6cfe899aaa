"""Company names taken apart, and keys over columns."""

from __future__ import annotations

import random
import time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikomi.core.names.companies import (
    COLUMNS,
    CompanyName,
    company_groups,
    company_key,
    company_parts,
    split_company,
)
from mikomi.core.names.legal_forms import legal_forms


def test_a_name_is_taken_apart_and_kept_as_written() -> None:
    assert split_company("（株）髙島 商事　大阪支店") == CompanyName(
        original="（株）髙島 商事　大阪支店",
        core="髙島 商事",
        legal_form="株式会社",
        position="before",
        branch="大阪支店",
        key="高島商事|株式会社|前",
    )


@pytest.mark.parametrize(
    ("text", "core", "form", "position", "branch"),
    [
        ("北浜商事㈱", "北浜商事", "株式会社", "after", None),
        ("北浜商事", "北浜商事", None, None, None),
        ("北浜商事　営業部", "北浜商事", None, None, "営業部"),
        ("株式会社北浜商事大阪支店 営業一課", "北浜商事", "株式会社", "before", "大阪支店 営業一課"),
        ("北浜商事(株)茅ヶ丘営業所", "北浜商事", "株式会社", "after", "茅ヶ丘営業所"),
        ("ｷﾀﾊﾏ(ｶ)ｵｵｻｶｴｲｷﾞﾖｳｼﾖ", "キタハマ", "株式会社", "after", "オオサカエイギヨウシヨ"),
        ("Kitahama Co., Ltd. Osaka Branch", "Kitahama", "Co., Ltd.", "after", "Osaka Branch"),
        ("医療法人社団北浜会　北浜病院", "北浜会", "医療法人社団", "before", "北浜病院"),
        ("株式会社北浜美容室", "北浜美容室", "株式会社", "before", None),
        ("株式会社北浜総合研究所", "北浜総合研究所", "株式会社", "before", None),
        ("株式会社みんなの人事部", "みんなの人事部", "株式会社", "before", None),
        ("株式会社東京倶楽部", "東京倶楽部", "株式会社", "before", None),
        ("日本医療法人協会", "日本医療法人協会", None, None, None),
        ("北浜株式会社労働組合", "北浜株式会社労働組合", None, None, None),
        ("王様", "王様", None, None, None),
        ("株式会社王様", "王様", "株式会社", "before", None),
        ("北浜商事株式会社様", "北浜商事", "株式会社", "after", None),
    ],
)
def test_form_position_and_branch(
    text: str, core: str, form: str | None, position: str | None, branch: str | None
) -> None:
    found = split_company(text)
    assert (found.core, found.legal_form, found.position, found.branch) == (core, form, position, branch)


@pytest.mark.parametrize(
    "text",
    ["", " ", "　", "株式会社", "㈱", "なし", "－", "個人", "フリーランス", "N/A", "taro@example.com", "https://example.com",
     "・", "営業部", "大阪支店"],
)  # fmt: skip
def test_what_names_no_company_has_no_key(text: str) -> None:
    assert split_company(text).key is None


def test_a_column_keeps_its_rows_its_nulls_and_its_name() -> None:
    names = pl.Series("会社名", ["㈱北浜", None, "北浜㈱", "㈱北浜", ""])
    keys = company_key(names)
    assert keys.name == "会社名"
    assert keys.to_list() == ["北浜|株式会社|前", None, "北浜|株式会社|後", "北浜|株式会社|前", None]
    assert company_parts(names.clear()).columns == list(COLUMNS)


def test_a_name_without_form_joins_the_only_company_of_that_name() -> None:
    def groups(*names: str | None) -> list[str | None]:
        return company_groups(company_parts(pl.Series(names, dtype=pl.String))).to_list()

    assert len(set(groups("北浜商事", "株式会社北浜商事", "㈱北浜商事 大阪支店"))) == 1
    # Two companies, or a surname alone: nothing tells which.
    assert len(set(groups("北浜商事", "株式会社北浜商事", "有限会社北浜商事"))) == 3
    assert len(set(groups("北浜商事", "株式会社北浜商事", "北浜商事株式会社"))) == 3
    assert len(set(groups("山田", "株式会社山田"))) == 2
    assert groups("北浜商事", None, "なし") == ["北浜商事", None, None]


LETTERS = st.sampled_from("北浜髙橋ミナモトーッａＡ1 　・&()（）株㈱有式会社支店部東京御中様.,-「」")


@given(st.text(LETTERS, max_size=14))
def test_nothing_breaks_and_one_name_is_as_a_column_of_one(text: str) -> None:
    found = split_company(text)
    assert found.original == text
    assert company_key(pl.Series([text, None, text])).to_list() == [found.key, None, found.key]
    assert (found.legal_form is None) == (found.position is None)


@given(
    st.text(st.sampled_from("北浜橋製作商事ミナモトA"), min_size=3, max_size=8), st.sampled_from(["前", "後"])
)
def test_every_short_form_has_the_key_of_the_long_one(core: str, side: str) -> None:
    # A core of marks alone, or one that ends in a branch, is another matter.
    names = [
        f"{form}{core}" if side == "前" else f"{core}{form}"
        for form in ("株式会社", "㈱", "（株）", "(株)", "㍿", "株式會社")
    ]
    assert len(set(company_key(pl.Series(names)))) == 1


def test_every_form_is_found_before_and_after_a_name() -> None:
    for token, form in legal_forms().names.items():
        before, after = split_company(f"({token})北浜ミナモト"), split_company(f"北浜ミナモト({token})")
        assert (before.legal_form, before.core) == (form, "北浜ミナモト")
        assert (after.legal_form, after.core) == (form, "北浜ミナモト")


def test_a_million_rows_take_seconds() -> None:
    draw = random.Random(1)
    forms = ["株式会社{}", "{}㈱", "有限会社 {}", "{}", "株式会社{} 大阪支店", "{} Co., Ltd."]
    letters = "山田中村高橋佐藤北浜東西南工業機械商事"
    cores = ["".join(draw.choices(letters, k=6)) for _ in range(20_000)]
    names = pl.Series([draw.choice(forms).format(core) for core in cores])
    rows = names.sample(100_000, with_replacement=True, seed=1)
    company_key(rows.head(10))
    started = time.perf_counter()
    company_key(rows)
    # A tenth of the million; two seconds for all of it on a quiet machine, ten times that in a crowd.
    assert time.perf_counter() - started < 2
