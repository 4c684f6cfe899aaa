"""Five plain questions each for marketing, inside sales and sales, and the cells the answers go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mikomi.core.journey.defaults import NAMES
from mikomi.core.journey.map import JourneyMap
from mikomi.core.words import Words
from mikomi.hub.journey.types import Answered


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `stage` is the key of a default stage, `lane` the lane its answer goes to."""

    key: str
    stage: str
    lane: str
    words: Words
    example: Words


@dataclass(frozen=True, slots=True)
class Role:
    """Who is asked what."""

    key: str
    name: Words
    questions: tuple[Question, ...]


def _role(key: str, name: Words, *questions: tuple[str, str, Words, Words]) -> Role:
    asked = (Question(f"{key}{n}", *question) for n, question in enumerate(questions, start=1))
    return Role(key, name, tuple(asked))


ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        _role(
            "marketing",
            Words("マーケティング", "Marketing"),
            (
                "aware",
                "question",
                Words("お客様は何に困って、私たちを見つけますか", "What trouble makes customers find us?"),
                Words("例：月末の集計に3日かかっている", "e.g. closing the month takes three days"),
            ),
            (
                "aware",
                "action",
                Words(
                    "最初に出会ったあと、私たちは何をしていますか", "What do we do after the first contact?"
                ),
                Words("例：お礼のメールを当日に送る", "e.g. we send a thank-you mail the same day"),
            ),
            (
                "inform",
                "question",
                Words(
                    "調べ始めたお客様は、何を知りたがりますか",
                    "What do customers want to know when they begin to look?",
                ),
                Words("例：自社でも使えるのか", "e.g. would it work for us?"),
            ),
            (
                "inform",
                "action",
                Words("興味を持った人に、何を届けていますか", "What do we give those who are interested?"),
                Words("例：2週間後に導入事例を案内する", "e.g. a customer story two weeks later"),
            ),
            (
                "compare",
                "kpi",
                Words(
                    "うまくいっていることを、どの数字で見ますか", "Which figure tells us that it goes well?"
                ),
                Words("例：料金ページを見た人の数", "e.g. people who saw the prices"),
            ),
        ),
        _role(
            "inside",
            Words("インサイドセールス", "Inside sales"),
            (
                "inform",
                "feeling",
                Words("最初の電話で、お客様はどんな気持ちですか", "How do customers feel at the first call?"),
                Words("例：まだ売り込まれたくない", "e.g. not ready for a pitch"),
            ),
            (
                "compare",
                "question",
                Words(
                    "比べているお客様から、よく何を聞かれますか", "What do customers who compare ask most?"
                ),
                Words("例：費用とほかの製品との違い", "e.g. the price, and how we differ"),
            ),
            (
                "compare",
                "feeling",
                Words(
                    "比べているとき、何を心配していますか", "What are they worried about while they compare?"
                ),
                Words("例：選び間違えたくない", "e.g. making the wrong choice"),
            ),
            (
                "compare",
                "action",
                Words("連絡するきっかけと、その速さを教えてください", "What makes us call, and how soon?"),
                Words(
                    "例：料金を2回見たら、その日のうちに電話する",
                    "e.g. two looks at the prices: a call the same day",
                ),
            ),
            (
                "compare",
                "owner",
                Words("この段階はだれが受け持ちますか", "Who looks after this stage?"),
                Words("例：インサイドセールス", "e.g. inside sales"),
            ),
        ),
        _role(
            "sales",
            Words("営業", "Sales"),
            (
                "internal",
                "question",
                Words(
                    "社内で話すとき、お客様は何を説明しなければなりませんか",
                    "What must customers explain inside their company?",
                ),
                Words("例：安全か、いつ元が取れるか", "e.g. is it safe, and when does it pay off?"),
            ),
            (
                "internal",
                "feeling",
                Words(
                    "社内の相談で止まるとき、何が起きていますか",
                    "When it stops inside their company, what has happened?",
                ),
                Words(
                    "例：上司にうまく説明できず、後回しになる", "e.g. they cannot explain it to their boss"
                ),
            ),
            (
                "internal",
                "action",
                Words(
                    "社内の相談を助けるために、何を渡していますか",
                    "What do we hand over to help them inside?",
                ),
                Words("例：1枚にまとめた比較表", "e.g. a comparison on one page"),
            ),
            (
                "meeting",
                "question",
                Words("商談で決め手になる問いは何ですか", "Which question decides the deal?"),
                Words(
                    "例：いつから使えるか、データは移せるか", "e.g. when can we start, can our data be moved?"
                ),
            ),
            (
                "meeting",
                "action",
                Words("商談のあと、いつ何をしますか", "What do we do after the meeting, and when?"),
                Words("例：見積もりを3日以内に出す", "e.g. a quote within three days"),
            ),
        ),
    )
}


def stage_for(stage: str, journey: JourneyMap) -> str:
    """The key of the stage that stands for a default stage: itself, or the one about as far on the way."""
    keys = journey.keys()
    if stage in keys:
        return stage
    defaults = list(NAMES)
    return keys[round(defaults.index(stage) / (len(defaults) - 1) * (len(keys) - 1))]


def placed(role: Role, typed: Mapping[str, str], journey: JourneyMap) -> list[Answered]:
    """The answers that were typed, with their cells; questions left empty are passed over."""
    return [
        Answered(question.key, stage_for(question.stage, journey), question.lane, text)
        for question in role.questions
        if (text := str(typed.get(question.key, "")).replace("\r\n", "\n").strip())
    ]
