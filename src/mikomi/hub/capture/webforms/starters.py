"""The templates that a form is begun from."""

from __future__ import annotations

from dataclasses import replace

from mikomi.core.words import Words
from mikomi.hub.capture.webforms.content import EMAIL, PURPOSES, Consent, Content, Purpose, Question

_CONSENT = Words(
    "{sender}から、製品やセミナーのご案内をメールで受け取ります。配信はいつでも止められます。",
    "I would like to receive mail from {sender} about products and seminars. I can stop it at any time.",
)
_SEND = Words("送信する", "Send")
_WHO = (
    Question("company", "company", required=True),
    Question("name", "name", required=True),
    Question(EMAIL, EMAIL, required=True),
)
_MAIL = Words(
    "{name} 様\n\nこのたびは「{form}」をお送りいただき、ありがとうございます。\n"
    "内容を確かめて、担当者からご連絡します。\n\n{sender}",
    "Dear {name},\n\nThank you for sending “{form}”.\nWe will look at it and come back to you.\n\n{sender}",
)
_SUBJECT = Words("「{form}」を受け付けました", "We have received “{form}”")

_STARTERS: dict[str, Content] = {
    "request": Content(
        intro=Words(
            "下の項目をご記入ください。資料の送り先をメールでお知らせします。",
            "Please fill in the fields below. We will mail you where to find the documents.",
        ),
        button=Words("資料を請求する", "Request documents"),
        questions=(*_WHO, Question("department", "department"), Question("phone", "phone")),
        thanks=Words(
            "ご請求ありがとうございます。メールをお送りしましたので、ご確認ください。",
            "Thank you. We have sent you a mail; please have a look at it.",
        ),
    ),
    "contact": Content(
        intro=Words(
            "ご質問やご相談をお書きください。2営業日以内にご連絡します。",
            "Please write what you would like to know. We will come back to you within two working days.",
        ),
        button=_SEND,
        questions=(
            *_WHO,
            Question("phone", "phone"),
            Question(
                "q1",
                kind="long_text",
                label=Words("お問い合わせ内容", "Your question"),
                required=True,
            ),
        ),
        thanks=Words(
            "お問い合わせありがとうございます。担当者からご連絡します。",
            "Thank you for writing to us. We will come back to you.",
        ),
    ),
    "seminar": Content(
        intro=Words(
            "下の項目をご記入のうえ、お申し込みください。", "Please fill in the fields below to apply."
        ),
        button=Words("申し込む", "Apply"),
        questions=(
            *_WHO,
            Question("department", "department"),
            Question("title", "title"),
            Question(
                "q1", kind="long_text", label=Words("聞いてみたいこと", "What you would like to hear about")
            ),
        ),
        thanks=Words(
            "お申し込みありがとうございます。当日のご案内をメールでお送りします。",
            "Thank you for applying. We will mail you how to take part.",
        ),
    ),
    "newsletter": Content(
        intro=Words(
            "メールアドレスをご登録ください。確認のメールをお送りします。",
            "Please enter your mail address. We will send you a mail to confirm it.",
        ),
        button=Words("登録する", "Subscribe"),
        questions=(Question(EMAIL, EMAIL, required=True), Question("name", "name")),
        thanks=Words(
            "ありがとうございます。届いたメールのリンクを押すと、登録が終わります。",
            "Thank you. Please open the link in the mail we have sent you to finish.",
        ),
        mail=False,
    ),
}


def start(purpose: Purpose, sender: str = "") -> Content:
    """A form to begin with, in both languages."""
    begun = _STARTERS[purpose]
    news = purpose == "newsletter"
    return replace(
        begun,
        purpose=purpose,
        title=PURPOSES[purpose],
        consent=Consent(ask=True, sender=sender, wording=_CONSENT, required=news, double=news),
        mail=not news,
        mail_subject=_SUBJECT,
        mail_body=_MAIL,
    )
