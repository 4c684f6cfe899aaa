"""What the demo's people wrote down: after meetings and calls, about deals and companies."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

AFTER_OUTCOME = timedelta(minutes=25)
AFTER_CALL = timedelta(minutes=6)
CALLS_WITH_NOTE = 3
"""After one in so many calls somebody wrote a note."""
COMPANIES_WITH_NOTE = 2

AFTER = {
    "meeting": (
        "初回の打ち合わせ。生産計画はExcelで、急な差し込みのたびに組み直しに半日かかるとのこと。次は工場長にも同席いただく。",
        "課題は在庫の見え方。月末の棚卸しで毎回ずれるので、現場の入力を減らしたい。概算の見積を来週までに送る。",
        "情報システムの方も同席。基幹システムとのつなぎ方を気にされていた。つなぎ方の資料を用意する。",
        "来期の予算に入れる前提で比較中。他社は2社。導入までの期間と、現場の教育を重く見ている。",
    ),
    "lost": (
        "今期は予算がつかず見送り。来期の計画を9月に立てるので、そのころもう一度声をかける。",
        "他社に決まった。決め手は今の会計ソフトとのつながり。3年契約と聞いた。",
        "担当の方が異動になり、検討が止まった。後任が決まったら連絡をもらえる。",
    ),
    "won": (
        "注文書を受け取った。まず1ラインで始め、落ち着いたら隣の工場にも広げたいとのこと。",
        "契約。決め手は段取り替えの時間を減らした事例。導入担当への引き継ぎは来週月曜。",
    ),
    "rejected": (
        "調べものの学生の方だった。",
        "受託の開発会社で、自社で使う予定はない。",
    ),
}
AFTER_CALLS = (
    "資料は届いている。まだ目を通せていないので、来週また電話してほしいとのこと。",
    "会議中。折り返しは16時以降がつながりやすい。",
    "料金の見方を聞かれた。人数ではなくライン数で決まることを説明。社内で相談してみるとのこと。",
    "今は繁忙期。落ち着くのは月末。",
    "決めるのは部長。次の打ち合わせに同席してもらえるよう頼んだ。",
)
OF_COMPANIES = (
    "本社と工場で窓口が分かれている。現場のことは工場の生産管理、契約は本社の購買。",
    "決算は3月。設備の予算は10月に固まる。",
    "年に2回、取引先の集まりがある。紹介で話が進みやすい。",
    "電話は午前中がつながりやすい。水曜は定例会議で不在。",
)


def draw_notes(leads: pl.DataFrame, events: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """`scope`, `key` (the lead's, or the demo's key of the company), `text`, `at` (UTC), in order of time."""
    told = [
        _picked("lead", outcomes.filter(pl.col("result") == result), texts, AFTER_OUTCOME)
        for result, texts in AFTER.items()
    ]
    calls = events.filter(pl.col("kind") == "call").sort("at", "lead").gather_every(CALLS_WITH_NOTE)
    told.append(_picked("lead", calls, AFTER_CALLS, AFTER_CALL))
    of_leads = pl.concat(told)
    known = outcomes.join(leads.select("lead", "company"), on="lead").sort("at", "lead")
    first = known.unique("company", keep="first", maintain_order=True).gather_every(COMPANIES_WITH_NOTE)
    return pl.concat([of_leads, _picked("company", first, OF_COMPANIES, 2 * AFTER_OUTCOME)]).sort("at", "key")


def _picked(scope: str, rows: pl.DataFrame, texts: tuple[str, ...], after: timedelta) -> pl.DataFrame:
    """A note on the `scope` of each row, the texts by turns."""
    turn = pl.int_range(pl.len()) % len(texts)
    return rows.sort("at", "lead").select(
        pl.lit(scope).alias("scope"),
        pl.col(scope).alias("key"),
        turn.replace_strict(dict(enumerate(texts)), return_dtype=pl.String).alias("text"),
        (pl.col("at") + after).alias("at"),
    )
