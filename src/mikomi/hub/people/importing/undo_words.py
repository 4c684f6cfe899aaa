"""What is said of an import that was taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mikomi.core.words import Words

NOTHING_THERE = Words("元に戻すものはありませんでした", "there was nothing to take back")
WHY = {
    "facts": Words("あとから行動や結果が加わった", "events or outcomes came later"),
    "changes": Words("あとから情報が変わった", "something was changed later"),
    "notes": Words("メモかファイルがある", "it has notes or files"),
    "labels": Words("あとからタグかリストが付いた", "it was given a tag or a list later"),
    "merges": Words("統合されている", "it was merged"),
    "exclusions": Words("除外に入っている", "it is kept out by a rule"),
    "leads": Words("ほかのリードがいる", "other leads belong to it"),
}
"""Why a lead or company stays although the import made it."""


def undo_sentences(told: Mapping[str, Any]) -> list[Words]:
    """What became of an import that was taken back, out of the counts of its report."""
    counted = (
        ("leads", "リード {n:,} 人を消しました", "{n:,} leads were taken away"),
        ("companies", "会社 {n:,} 社を消しました", "{n:,} companies were taken away"),
        ("values", "{n:,} 件のリードと会社の情報を前に戻しました",
         "{n:,} leads and companies are known as before"),
        ("events", "行動 {n:,} 件を消しました", "{n:,} events were taken away"),
        ("outcomes", "結果 {n:,} 件を消しました", "{n:,} outcomes were taken away"),
        ("deals", "商談 {n:,} 件を取り込む前に戻しました", "{n:,} deals are as they were before"),
        ("tags", "タグを {n:,} 人から外しました", "tags were taken off {n:,} times"),
        ("lists", "リストから {n:,} 人を外しました", "{n:,} entries were taken off lists"),
        ("bases", "配信の根拠 {n:,} 件を消しました", "{n:,} grounds for mail were taken away"),
        ("kept_leads", "リード {n:,} 人は、あとから行動や変更などが加わったため残しました",
         "{n:,} leads stay, since something was added to them later"),
        ("kept_companies", "会社 {n:,} 社は、ほかで使われているため残しました",
         "{n:,} companies stay, since they are used elsewhere"),
        ("handed_leads",
         "リード {n:,} 人は、ほかのファイルにも載っているため、そのファイルの人として残しました",
         "{n:,} leads stay as those of other files that name them, too"),
        ("handed_companies",
         "会社 {n:,} 社は、ほかのファイルにも載っているため、そのファイルの会社として残しました",
         "{n:,} companies stay as those of other files that name them, too"),
        ("stayed_values", "{n:,} 件の値は、あとから書き換えられていたためそのままです",
         "{n:,} values stay, since somebody wrote them later"),
        ("confirmed", "{n:,} 件の値は、あとのファイルも同じことを言っているためそのままです",
         "{n:,} values stay, since a later file says the same"),
        ("refusals_stay", "配信停止 {n:,} 件は残ります。取り込みを元に戻しても消えません",
         "{n:,} refusals of mail stay: no undo takes them away"),
    )  # fmt: skip
    return [Words(ja.format(n=told[k]), en.format(n=told[k])) for k, ja, en in counted if told[k]]
