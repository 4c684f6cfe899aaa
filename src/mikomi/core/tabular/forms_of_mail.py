"""Forms of mail and marketing tools: their lists, and the addresses that get no more mail."""

from __future__ import annotations

from mikomi.core.tabular.form_types import Form, Hint
from mikomi.core.words import Words

MAILS = (
    "メールアドレス",
    "Eメール",
    "E-mail",
    "Email",
    "Mail",
    "アドレス",
    "Email Address",
    "配信先アドレス",
)
FORMER_STOPS = Hint(
    Words(
        "配信停止の一覧です。どの取り込みよりも優先され、取り込みを元に戻しても停止は残ります",
        "a list of opt-outs: they win over every import and stay when the import is undone",
    )
)
FORMER_ERRORS = Hint(
    Words(
        "届かなかったアドレスの一覧です。届かないアドレスとして記録し、配信しません",
        "addresses that mail did not reach: they are recorded so and get no mail",
    )
)
STATE = Hint(
    Words(
        "配信停止・エラー停止の状態の列は、配信停止として取り込みます。配信停止の一覧も先に取り込んでください",
        "the column that says who is stopped is taken as an opt-out; import the opt-out list first too",
    )
)

MAIL_FORMS: tuple[Form, ...] = (
    Form(
        key="bounces",
        name=Words("エラーアドレスの一覧", "Addresses that bounced"),
        kind="optouts",
        must=(
            MAILS,
            ("エラー種別", "エラー種類", "エラー回数", "エラー数", "エラー内容", "エラー理由",
             "エラーコード",
             "エラーカウント", "エラー日時", "エラー日", "エラー発生日時", "最終エラー日", "最終エラー日時",
             "最終エラー理由", "不達理由", "不達日時", "バウンス種別", "Bounce Type", "Bounce Reason",
             "Bounced At",
             "SMTPコード"),
        ),
        telling=("エラー種別", "エラー回数", "エラー内容", "エラー理由", "エラーコード", "エラーカウント",
                 "エラー日時",
                 "最終エラー日時", "不達理由", "不達日時", "バウンス種別", "Bounce Type", "Bounced At",
                 "SMTPコード"),
        fields={
            **dict.fromkeys(MAILS, "email"),
            "エラー日時": "at", "エラー日": "at", "エラー発生日時": "at", "最終エラー日": "at",
            "最終エラー日時": "at",
            "不達日時": "at", "Bounced At": "at", "エラー種別": "reason", "エラー種類": "reason",
            "エラー内容": "reason", "エラー理由": "reason", "最終エラー理由": "reason",
            "不達理由": "reason",
            "バウンス種別": "reason", "Bounce Type": "reason", "Bounce Reason": "reason",
            "エラーコード": "",
            "エラー回数": "", "エラー数": "", "エラーカウント": "", "SMTPコード": "",
        },
        stops="bounced",
        hints=(FORMER_ERRORS,),
    ),
    Form(
        key="optouts",
        name=Words("配信停止の一覧", "Opt-outs"),
        kind="optouts",
        must=(
            MAILS,
            ("配信停止日", "配信停止日時", "停止日", "停止日時", "停止理由", "配信停止理由", "解除日",
             "解除日時",
             "解除理由", "購読解除日", "購読解除日時", "登録解除日", "登録解除日時", "退会日", "退会日時",
             "オプトアウト日", "オプトアウト日時", "オプトアウト理由", "Unsubscribed At",
             "Unsubscribe Date",
             "Unsubscribe Reason", "Opt-out Date", "Opted Out At", "配信拒否日", "配信拒否日時"),
        ),
        telling=("配信停止日", "配信停止日時", "停止理由", "配信停止理由", "解除日時", "解除理由",
                 "購読解除日時",
                 "退会日時", "オプトアウト日", "オプトアウト日時", "Unsubscribed At", "Unsubscribe Date",
                 "Unsubscribe Reason", "Opt-out Date", "配信拒否日"),
        fields={
            **dict.fromkeys(MAILS, "email"),
            "配信停止日": "at", "配信停止日時": "at", "停止日": "at", "停止日時": "at", "解除日": "at",
            "解除日時": "at",
            "購読解除日": "at", "購読解除日時": "at", "登録解除日": "at", "登録解除日時": "at",
            "退会日": "at",
            "退会日時": "at", "オプトアウト日": "at", "オプトアウト日時": "at", "Unsubscribed At": "at",
            "Unsubscribe Date": "at", "Opt-out Date": "at", "Opted Out At": "at", "配信拒否日": "at",
            "配信拒否日時": "at", "停止理由": "reason", "配信停止理由": "reason", "解除理由": "reason",
            "オプトアウト理由": "reason", "Unsubscribe Reason": "reason",
        },
        stops="asked",
        hints=(FORMER_STOPS,),
    ),
    Form(
        key="bownow",
        name=Words("BowNow のリード", "BowNow leads"),
        kind="leads",
        must=(("会社・組織名",), ("メールアドレス", "Eメール"),
              ("旧メール配信グループ", "メール配信グループ", "ステータス", "セッション数", "PV数", "CV数",
               "タグ")),
        telling=("会社・組織名", "旧メール配信グループ", "メール配信グループ", "セッション数", "PV数",
                 "CV数", "cid"),
        fields={
            "会社・組織名": "company", "メールアドレス": "email", "氏名": "name", "姓": "family_name",
            "名": "given_name", "部署": "department", "役職": "title", "電話番号": "phone",
            "担当者": "owner",
            "グループ": "", "メール配信状態": "unsubscribed", "メール配信": "unsubscribed",
            "セッション数": "",
            "PV数": "", "CV数": "", "登録日": "created_at", "登録日時": "created_at",
        },
        hints=(STATE,),
    ),
    Form(
        key="satori",
        name=Words("SATORI のカスタマー", "SATORI customers"),
        kind="leads",
        must=(("カスタマーID", "SATORI ID", "カスタマー ID"), ("メールアドレス", "Eメール")),
        telling=("カスタマーID", "SATORI ID", "カスタマー ID", "最終アクセス日時", "スコア",
                 "メール配信可否",
                 "メール配信停止", "タグ", "流入元", "初回アクセス日時", "PV数"),
        fields={
            "カスタマーID": "lead", "SATORI ID": "lead", "カスタマー ID": "lead", "姓": "family_name",
            "名": "given_name", "氏名": "name", "メールアドレス": "email", "会社名": "company",
            "部署名": "department", "役職": "title", "電話番号": "phone", "メール配信停止": "unsubscribed",
            "メール配信可否": "consent", "登録日時": "created_at", "スコア": "", "最終アクセス日時": "",
            "初回アクセス日時": "", "PV数": "",
        },
        hints=(STATE,),
    ),
    Form(
        key="list_finder",
        name=Words("List Finder の個人マスタ", "List Finder people"),
        kind="leads",
        must=(("個人ID", "個人マスタID", "個人 ID", "LF個人ID"), ("メールアドレス", "E-mail", "Email")),
        telling=("個人ID", "個人マスタID", "LF個人ID", "企業ID", "企業名", "メール配信", "配信可否",
                 "スコア",
                 "ランク", "最終訪問日", "訪問回数", "顧客担当者"),
        fields={
            "個人ID": "lead", "個人マスタID": "lead", "個人 ID": "lead", "LF個人ID": "lead", "企業ID": "",
            "企業名": "company", "会社名": "company", "氏名": "name", "メールアドレス": "email",
            "部署": "department", "役職": "title", "電話番号": "phone", "メール配信": "consent",
            "配信可否": "consent", "顧客担当者": "owner", "スコア": "", "ランク": "", "最終訪問日": "",
            "訪問回数": "", "登録日": "created_at",
        },
        hints=(STATE,),
    ),
    Form(
        key="haihaimail",
        name=Words("メール配信ツールの読者一覧（配配メールなど）",
                   "Readers from a mail tool (Haihai Mail …)"),
        kind="leads",
        must=(
            MAILS,
            ("配信ステータス", "配信状態", "配信状況", "メール配信状態", "読者ステータス", "登録状態",
             "読者状態",
             "グループ名", "配信グループ", "メールマガジン名"),
            ("登録日時", "登録日", "エラー回数", "最終配信日時", "グループ名", "読者ID", "メールID",
             "顧客ID",
             "登録経路"),
        ),
        telling=("配信ステータス", "配信状態", "配信状況", "読者ステータス", "読者状態", "グループ名",
                 "配信グループ",
                 "最終配信日時", "最終開封日時", "最終クリック日時", "読者ID", "登録経路"),
        fields={
            **dict.fromkeys(MAILS, "email"),
            "読者ID": "lead", "名前": "name", "氏名": "name", "会社名": "company", "登録日時": "created_at",
            "登録日": "created_at", "配信ステータス": "unsubscribed", "配信状態": "unsubscribed",
            "配信状況": "unsubscribed", "メール配信状態": "unsubscribed", "読者ステータス": "unsubscribed",
            "読者状態": "unsubscribed", "登録経路": "source", "グループ名": "", "配信グループ": "",
            "最終配信日時": "", "最終開封日時": "", "最終クリック日時": "", "エラー回数": "",
        },
        hints=(STATE,),
    ),
)  # fmt: skip
"""Lists of stopped addresses first: to take one for a list of leads would send them mail."""
