"""What is said of each gap, in both languages."""

from __future__ import annotations

from mikomi.core.journey.estimates import Share
from mikomi.core.journey.lift import FOLLOW, LANDMARK, Lift
from mikomi.core.journey.reality import HORIZON
from mikomi.core.journey.touching import USED_DAYS
from mikomi.core.words import Words


def percent(value: float | None) -> str:
    """A share as it is shown: whole percents, one decimal below 10."""
    if value is None:
        return "–"
    return f"{value * 100:.0f}%" if value >= 0.0995 or value == 0 else f"{value * 100:.1f}%"


def between(low: float, high: float) -> str:
    """An interval of shares without units: `11〜13`."""
    digits = 0 if high - low >= 0.01 else 1
    return f"{low * 100:.{digits}f}〜{high * 100:.{digits}f}%"


def _dash(low: float, high: float) -> str:
    return between(low, high).replace("〜", "–")


def counted(share: Share) -> Words:
    """A share with its people: `12%（過去1年の3,104人のうち372人）`."""
    return Words(
        f"{percent(share.value)}（過去1年の{share.whole:,}人のうち{share.part:,}人）",
        f"{percent(share.value)} ({share.part:,} of {share.whole:,} people in the past year)",
    )


def _width(share: Share) -> Words:
    low, high = share.interval()
    return Words(f"幅 {between(low, high)}", f"Interval {_dash(low, high)}")


type Said = tuple[Words, Words, Words, Words, Words]
"""Title, believed, real, evidence, button."""

ADJUST = Words("実態に合わせる", "Use the real figure")
REMOVE = Words("段階を外す", "Remove the stage")
ACT = Words("動きを足す", "Add an action")
TAKE_OUT = Words("ここから外す", "Take it out")
PLACE = Words("この段階に置く", "Place it here")


def share_words(name: str, share: Share, expected: float) -> Said:
    """Fewer or more go on than the hypothesis says. `expected`: 0 to 1."""
    fewer = (share.value or 0) < expected
    width = _width(share)
    return (
        Words(f"「{name}」から先へ進みません", f"Few go on from {name}")
        if fewer
        else Words(f"「{name}」から思ったより進みます", f"More than expected go on from {name}"),
        Words(f"次へ進む {percent(expected)}", f"{percent(expected)} go on"),
        counted(share),
        Words(
            f"入ってから{HORIZON}日以内に後の段階へ進んだ人です。{width.ja}で、仮説は幅の外です。",
            f"Who reached a later stage within {HORIZON} days. {width.en}; the hypothesis lies outside.",
        ),
        ADJUST,
    )


def days_words(
    name: str, median: int | None, low: int, high: int | None, expected: float, stays: int, still: int
) -> Said:
    """Stays last longer or shorter than the hypothesis says."""
    slow = median is None or median > expected
    if high is None:
        width = Words(f"{low:,}日かそれより長い間", f"{low:,} days or more")
    elif high == low:
        width = Words(f"ほぼ{low:,}日", f"about {low:,} days")
    else:
        width = Words(f"{low:,}日〜{high:,}日のどこか", f"between {low:,} and {high:,} days")
    return (
        Words(f"「{name}」に思ったより長くいます", f"People stay longer in {name} than expected")
        if slow
        else Words(f"「{name}」を思ったより早く出ます", f"People leave {name} sooner than expected"),
        Words(f"日数の中央値 {expected:g}日", f"A median of {expected:g} days"),
        Words("まだ半分が出ていません", "Not yet half have left")
        if median is None
        else Words(f"{median:,}日", f"{median:,} days"),
        Words(
            f"{stays:,}回の滞在のうち{still:,}回はまだ続いていて、それも数に入れています。"
            f"中央値は{width.ja}です。",
            f"{still:,} of {stays:,} stays still go on and are counted as such. The median is {width.en}.",
        ),
        ADJUST,
    )


def never_entered_words(name: str, elsewhere: int, conditional: bool) -> Said:
    """Nobody ever stood in the stage."""
    why = (
        Words(
            "条件が実際の動きと合っていないかもしれません。条件を見直すか、段階を外してください。",
            "Its condition may not fit what people do. Change the condition, or remove the stage.",
        )
        if conditional
        else Words(
            "この段階には条件がないので、手で入れるまで誰も入りません。",
            "This stage has no condition, so nobody enters it unless put there by hand.",
        )
    )
    return (
        Words(f"「{name}」に誰も入りません", f"Nobody enters {name}"),
        Words(f"「{name}」を通る", f"People pass through {name}"),
        Words(
            f"過去1年で0人（ほかの段階には{elsewhere:,}回）",
            f"0 people in the past year ({elsewhere:,} entries to other stages)",
        ),
        why,
        REMOVE,
    )


def never_left_words(name: str, share: Share) -> Said:
    """Nobody leaves the stage."""
    return (
        Words(f"「{name}」から誰も出ません", f"Nobody leaves {name}"),
        Words("次の段階へ進む", "People go on"),
        Words(
            f"{HORIZON}日たっても0人（{share.whole:,}人のうち）",
            f"0 of {share.whole:,} people after {HORIZON} days",
        ),
        Words(
            "次の段階の条件がきびしすぎるか、進むきっかけがありません。",
            "The next stage asks too much, or nothing moves people on.",
        ),
        ACT,
    )


def skipped_words(name: str, share: Share) -> Said:
    """Most come to a later stage without it."""
    width = _width(share)
    return (
        Words(f"「{name}」を通らずに先へ進みます", f"Most skip {name}"),
        Words(f"全員が「{name}」を通る", f"Everybody passes through {name}"),
        Words(
            f"{percent(share.value)}は通らない（{share.whole:,}人のうち{share.part:,}人）",
            f"{percent(share.value)} do not ({share.part:,} of {share.whole:,})",
        ),
        Words(
            f"後の段階に来た人のうち、それまでにこの段階で見られなかった人です。{width.ja}。",
            f"People who came to a later stage and were never seen here before. {width.en}.",
        ),
        REMOVE,
    )


def stalled_words(name: str, share: Share, days: int, usual: float, expected: bool) -> Said:
    """Many stand in the stage much longer than usual."""
    return (
        Words(f"「{name}」で止まっている人がいます", f"People are stuck in {name}"),
        Words(f"日数の中央値 {usual:g}日", f"A median of {usual:g} days")
        if expected
        else Words("（日数の仮説はありません）", "(no hypothesis of days)"),
        Words(
            f"今いる{share.whole:,}人のうち{share.part:,}人が{days:,}日より長くいる",
            f"{share.part:,} of the {share.whole:,} here now have been for more than {days:,} days",
        ),
        Words(
            "連絡するか、再検討の時期を聞いて、リストを動かしてください。",
            "Contact them, or ask when to come back to it.",
        ),
        ACT,
    )


def _compared(lift: Lift) -> Words:
    times, low, high = (f"{value:.1f}" for value in (lift.ratio, lift.low, lift.high))
    read, others = percent(lift.touched.value), percent(lift.others.value)
    seen = Words(
        f"読んだ人は{read}、読まない人は{others}が次へ進みました。",
        f"{read} of those who touched it went on, {others} of others. ",
    )
    if lift.ratio < 1 and (lift.touched.value or 0) > (lift.others.value or 0):
        busy = Words("よく読む人はもともと進みやすいので、", "Who reads much goes on more anyway: ")
        seen = Words(seen.ja + busy.ja, seen.en + busy.en)
    return Words(
        f"{seen.ja}同じくらい読む人どうしでは{times}倍（幅 {low}〜{high}倍）です。",
        f"{seen.en}{times} times among people as active (interval {low}–{high}).",
    )


def _readers(lift: Lift) -> Words:
    return Words(
        f"{lift.touched.whole:,}人が入って{LANDMARK}日以内に読み、{lift.touched.part:,}人がその後{FOLLOW}日で進んだ",
        f"{lift.touched.whole:,} people touched it in their first {LANDMARK} days, "
        f"{lift.touched.part:,} went on in the next {FOLLOW}",
    )


def no_effect_words(content: str, name: str, lift: Lift) -> Said:
    """Placed where people who read it go on no more often."""
    return (
        Words(f"「{content}」は次への一歩につながっていません", f"{content} comes before no step"),
        Words(f"「{name}」で読むと進む", f"Moves people on in {name}"),
        _readers(lift),
        _compared(lift),
        TAKE_OUT,
    )


def not_placed_words(content: str, name: str, lift: Lift) -> Said:
    """Comes before a step, and the map does not know it."""
    return (
        Words(f"「{content}」が地図にありません", f"{content} is not on the map"),
        Words("どの段階にも置いていない", "Placed in no stage"),
        Words(f"「{name}」で読むと進みやすい", f"In {name}, those who touch it go on more often"),
        _compared(lift),
        PLACE,
    )


def elsewhere_words(content: str, name: str, placed: str, lift: Lift) -> Said:
    """Comes before a step in another stage than the map says."""
    button = f"{name}へ移す"
    return (
        Words(f"「{content}」は「{name}」で効きます", f"{content} works in {name}"),
        Words(f"「{placed}」で読む", f"Read in {placed}"),
        Words(f"「{name}」で読むと進みやすい", f"In {name}, those who touch it go on more often"),
        _compared(lift),
        Words(button if len(button) <= 10 else "そこへ移す", "Move it there"),
    )


def unused_words(content: str, name: str, people: int, around: int) -> Said:
    """Hardly anybody uses it."""
    return (
        Words(f"「{content}」は使われていません", f"{content} is hardly used"),
        Words(f"「{name}」で使う", f"Used in {name}"),
        Words(f"{USED_DAYS}日で{people:,}人", f"{people:,} people in {USED_DAYS} days"),
        Words(
            f"「{name}」には過去1年で{around:,}回人が入っています。案内がないか、アドレスが変わったかもしれません。",
            f"People entered {name} {around:,} times in the past year. "
            "Nothing may lead to it, or its address may have changed.",
        ),
        TAKE_OUT,
    )
