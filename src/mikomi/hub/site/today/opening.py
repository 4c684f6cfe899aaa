"""The suggested first sentence of a call. Pure: what is known in, words out.

It speaks of what the person did knowingly (a form, a download, a seminar) or of a topic; never of pages that
somebody was seen on, which nobody likes to hear.
"""

from __future__ import annotations

from dataclasses import dataclass

from mikomi.core.words import Words
from mikomi.hub.site.reasons import Before, Deed

LONGEST_JA = 90
LONGEST_THING = 24
FIVE_MINUTES = Words("5分ほどよろしいですか", "do you have five minutes?")


@dataclass(frozen=True, slots=True)
class Known:
    """What the sentence rests on. `urgent`: the person asked for something just now. `deed`: the latest of
    the lead's own. `question`: what people in its stage of the journey ask, "" where nobody wrote it down.
    `colleague`: somebody else of the company was active, too. `talked`: we talked with the person before."""

    urgent: bool = False
    deed: Deed | None = None
    before: Before | None = None
    question: str = ""
    colleague: bool = False
    talked: bool = False


_ASKED = Words(
    "お問い合わせいただきありがとうございます。くわしくうかがいたく、お電話しました。今よろしいですか",
    "Thank you for getting in touch. I am calling to hear more: is now a good time?",
)
_THANKS = {
    "download": Words(
        "先日は{thing}をダウンロードいただき、ありがとうございます。気になった点はありましたか",
        "Thank you for downloading {thing}. Was there anything you would like to know more about?",
    ),
    "form_submit": Words(
        "先日は{thing}をお送りいただき、ありがとうございます。くわしくうかがってもよろしいですか",
        "Thank you for sending {thing}. May I ask a little more about it?",
    ),
    "seminar_apply": Words(
        "{thing}にお申し込みいただき、ありがとうございます。今、いちばん知りたいことは何ですか",
        "Thank you for signing up for {thing}. What would you most like to learn?",
    ),
    "seminar_attend": Words(
        "先日は{thing}にご参加いただき、ありがとうございます。お仕事に当てはまる点はありましたか",
        "Thank you for attending {thing}. Was there anything that applies to your own work?",
    ),
    "card_exchange": Words(
        "先日は名刺を交換いただき、ありがとうございます。その後いかがかと思い、お電話しました",
        "It was good to meet you the other day. I am calling to hear how things are going.",
    ),
}
_LOST = Words(
    "以前ご検討いただいた件で、その後のご状況をうかがえればと思い、お電話しました",
    "I am calling about what we discussed some time ago, to hear how things stand today",
)
_WON = Words(
    "いつもお使いいただきありがとうございます。その後お困りのことはないか、お電話しました",
    "Thank you for being our customer. I am calling to hear whether all is well",
)
_QUESTION = Words(
    "同じお立場の方から「{question}」とよく聞かれます。御社ではいかがでしょうか",
    "People in your position often ask us “{question}”. How is that for you?",
)
_COLLEAGUE = Words(
    "御社の方からもご関心をいただいているようで、お役に立てればとお電話しました",
    "Colleagues of yours have shown interest, so I am calling to see whether we can help",
)
_AGAIN = Words(
    "先日のお話の続きで、お電話しました",
    "I am calling to pick up where we left off",
)
_FIRST = Words(
    "はじめてお電話します。お仕事のお役に立てる話がないか、うかがえればと思いました",
    "We have not spoken before. I am calling to learn whether we can be of help",
)


def opening(known: Known) -> Words:
    """The sentence to begin with, without quotation marks."""
    deed = known.deed
    if known.urgent:
        return _ASKED
    if deed is not None and deed.kind in _THANKS and known.before is None:
        return _filled(_THANKS[deed.kind], thing=_short(deed.thing))
    if known.before is not None and known.before.what != "quiet":
        return _with_ask(_LOST if known.before.what == "lost" else _WON)
    if known.talked:
        return _with_ask(_AGAIN)
    if known.question:
        told = _filled(_QUESTION, question=_plain(known.question))
        if len(told.ja) <= LONGEST_JA:
            return told
    if deed is not None and deed.kind in _THANKS:
        return _filled(_THANKS[deed.kind], thing=_short(deed.thing))
    return _with_ask(_COLLEAGUE if known.colleague else _FIRST)


def _with_ask(words: Words) -> Words:
    return Words(f"{words.ja}。{FIVE_MINUTES.ja}", f"{words.en}: {FIVE_MINUTES.en}")


def _filled(words: Words, *, thing: Words | None = None, question: Words | None = None) -> Words:
    ja = {"thing": thing.ja if thing else "", "question": question.ja if question else ""}
    en = {"thing": thing.en if thing else "", "question": question.en if question else ""}
    # The whole sentence stands in quotation marks; those within are the inner ones.
    inner = _put(words.ja, ja).translate(str.maketrans("「」", "『』"))
    return Words(inner, _put(words.en, en))


def _put(text: str, values: dict[str, str]) -> str:
    # Names come from pages and files: braces in them are no places to fill.
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value, 1)
    return text


def _plain(question: str) -> Words:
    text = " ".join(question.split()).strip("「」?？。 ")
    return Words(text, text)


def _short(thing: Words) -> Words:
    ja = thing.ja if len(thing.ja) <= LONGEST_THING else thing.ja[: LONGEST_THING - 1] + "…"
    en = thing.en if len(thing.en) <= 2 * LONGEST_THING else thing.en[: 2 * LONGEST_THING - 1] + "…"
    return Words(ja, en)
