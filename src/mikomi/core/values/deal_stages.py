"""How far a deal is, from the words that SFA have for their stages: still open, won or lost."""

from __future__ import annotations

import polars as pl

OPEN, WON, LOST = "open", "won", "lost"

_NOT_YET = (
    r"見込|予定|予測|確度|可能性|懸念|リスク|内示|待ち|間近|直前|前|目前|以外|probab|likely|expect|forecast"
)
_LOST = r"失注|不成立|見送|辞退|敗|破談|取消|取り消し|キャンセル|中止|closed?\s*-?_?\s*lost|\blost\b|cancel"
_WON = r"受注|成約|成立|契約済|契約締結|納品|導入済|closed?\s*-?_?\s*won|\bwon\b"
_TRUE = ("true", "1", "yes", "はい", "済", "済み", "✓", "✔", "○", "on", "t", "y")
_FALSE = ("false", "0", "no", "いいえ", "未", "×", "off", "f", "n")


def states_of(stages: pl.Series) -> pl.Series:
    """`open`, `won` or `lost` of stages as people call them (受注, 失注（価格）, closedlost …); null where
    no stage is told. 受注予定, 失注リスク and other words about what may come are open."""
    plain = stages.str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    frame = plain.alias("stage").to_frame()
    stage = pl.col("stage")
    state = (
        pl.when(stage.is_null() | (stage == ""))
        .then(pl.lit(None, pl.String))
        .when(stage.str.contains(_NOT_YET))
        .then(pl.lit(OPEN))
        .when(stage.str.contains(_LOST))
        .then(pl.lit(LOST))
        .when(stage.str.contains(_WON))
        .then(pl.lit(WON))
        .otherwise(pl.lit(OPEN))
    )
    return frame.select(state.alias("state"))["state"]


def flags_of(texts: pl.Series) -> pl.Series:
    """True or false of cells that tick something (TRUE, 1, はい, ✓); null where the cell says neither."""
    plain = texts.str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    said = plain.is_in(_TRUE).fill_null(False)
    denied = plain.is_in(_FALSE).fill_null(False)
    return pl.select(
        pl.when(said).then(True).when(denied).then(False).otherwise(None).cast(pl.Boolean).alias("flag")
    )["flag"]
