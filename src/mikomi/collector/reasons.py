"""Why something is refused: the closed list, with what to say and which answer to give."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mikomi.core.words import Words


class Reason(StrEnum):
    """A reason for refusing a request or a message; the value is the `code` of the answer."""

    NO_KEY = "no_key"
    UNKNOWN_KEY = "unknown_key"
    ORIGIN = "origin_not_allowed"
    RATE_OF_KEY = "rate_of_key"
    RATE_OF_ADDRESS = "rate_of_address"
    METHOD = "method_not_allowed"
    PATH = "not_found"
    CODING = "content_coding"
    BODY_TOO_LARGE = "body_too_large"
    BODY_BROKEN = "body_broken"
    ENCODING = "encoding"
    JSON = "not_json"
    SHAPE = "wrong_shape"
    TOO_DEEP = "too_deep"
    MESSAGE_TOO_LARGE = "message_too_large"
    MESSAGE = "wrong_message"
    NOBODY = "nobody"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a reason means to the one who sent: the HTTP status, and what to do about it."""

    status: int
    words: Words


REFUSALS: dict[Reason, Refusal] = {
    Reason.NO_KEY: Refusal(
        401,
        Words(
            "書き込みキーがありません。Basic 認証のユーザー名か writeKey に入れてください",
            "there is no write key; give it as the user of basic authentication or as writeKey",
        ),
    ),
    Reason.UNKNOWN_KEY: Refusal(
        401,
        Words(
            "この書き込みキーは使えません。計測元の画面のキーと比べてください",
            "this write key is not known; compare it with the one that the source shows",
        ),
    ),
    Reason.ORIGIN: Refusal(
        403,
        Words(
            "このサイトからは受け付けていません。計測元のサイトに加えてください",
            "this site may not send; add it to the sites of the source",
        ),
    ),
    Reason.RATE_OF_KEY: Refusal(
        429,
        Words(
            "このキーの送信が多すぎます。Retry-After の秒数だけ待って送り直してください",
            "too many events with this key; send again after the seconds in Retry-After",
        ),
    ),
    Reason.RATE_OF_ADDRESS: Refusal(
        429,
        Words(
            "このアドレスの送信が多すぎます。Retry-After の秒数だけ待って送り直してください",
            "too many requests from this address; send again after the seconds in Retry-After",
        ),
    ),
    Reason.METHOD: Refusal(
        405,
        Words("このメソッドは使えません。POST で送ってください", "this method is not allowed; use POST"),
    ),
    Reason.PATH: Refusal(
        404,
        Words(
            "このアドレスはありません。/v1/batch などに送ってください",
            "there is nothing at this address; send to /v1/batch and the like",
        ),
    ),
    Reason.CODING: Refusal(
        415,
        Words(
            "この Content-Encoding は読めません。gzip か、圧縮せずに送ってください",
            "this Content-Encoding cannot be read; send gzip or no coding at all",
        ),
    ),
    Reason.BODY_TOO_LARGE: Refusal(
        413,
        Words(
            "一度に送れるのは展開後 500 KiB までです。分けて送ってください",
            "a request holds at most 500 KiB after inflating; send it in parts",
        ),
    ),
    Reason.BODY_BROKEN: Refusal(
        400,
        Words(
            "本文が途中で切れているか、gzip が壊れています。送り直してください",
            "the body ends early or its gzip is damaged; send it again",
        ),
    ),
    Reason.ENCODING: Refusal(
        400,
        Words("本文が UTF-8 ではありません。UTF-8 で送ってください", "the body is not UTF-8; send UTF-8"),
    ),
    Reason.JSON: Refusal(
        400,
        Words("本文が JSON として読めません。書き方を確かめてください", "the body is not JSON; check it"),
    ),
    Reason.SHAPE: Refusal(
        400,
        Words(
            '本文の形が違います。batch には {"batch": […]} を送ってください',
            'the body has another shape; a batch is {"batch": […]}',
        ),
    ),
    Reason.TOO_DEEP: Refusal(
        400,
        Words(
            "入れ子が深すぎます。平らな形にして送ってください",
            "the JSON is nested too deeply; send it flatter",
        ),
    ),
    Reason.MESSAGE_TOO_LARGE: Refusal(
        413,
        Words(
            "一件は 32 KiB までです。プロパティを減らしてください",
            "a message holds at most 32 KiB; send fewer properties",
        ),
    ),
    Reason.MESSAGE: Refusal(
        400,
        Words(
            "項目の型か長さが違います。message に示した項目を直してください",
            "a field has the wrong type or length; mend the one named in the message",
        ),
    ),
    Reason.NOBODY: Refusal(
        400,
        Words(
            "だれの行動か分かりません。anonymousId か userId を入れてください",
            "it does not say whose it is; give anonymousId or userId",
        ),
    ),
    Reason.BUSY: Refusal(
        503,
        Words(
            "いまは受け取れません。Retry-After の秒数だけ待って送り直してください",
            "events cannot be taken just now; send again after the seconds in Retry-After",
        ),
    ),
}
