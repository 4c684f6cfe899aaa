"""Lists of deals as SFA export them: 商談 of Salesforce, 取引 of HubSpot, 案件管理 of kintone, and own lists.

Headers are those of the documentation, in Japanese and English:

- Salesforce: labels of the standard fields of Opportunity in reports (商談 所有者, 完了予定日), API names as
  Data Loader writes them, and Contact, Primary, Role (help, "Opportunity Contact Role Fields"), of which a
  report has a row for each contact.
- HubSpot: knowledge base, "HubSpot's default deal properties" (既定の取引プロパティー), and the guide
  "Exports" (files in the reader's language, columns of names and of numbers for associated records).
- kintone: the sample app 案件管理, alone (会社名, 先方担当者名, 見込み時期, 確度, 製品名, 小計) and in the
  営業支援パック (案件名, 案件担当者名, 受注予定日, 合計費用), as its forms name them.
"""

from __future__ import annotations

from mikomi.core.tabular.form_types import Form, Hint
from mikomi.core.words import Words

AGAIN = Hint(
    Words(
        "同じファイルを何度取り込んでも増えません。変わった商談は、新しい内容に更新します",
        "taken in again and again, deals are never doubled; one that changed is brought up to date",
    )
)
NO_DEAL_KEY = Hint(
    Words(
        "商談の番号の列があると、名前や日付が変わっても同じ商談だと分かります",
        "with a column of the deal's own number, a deal stays the same when its name or dates change",
    )
)

SALESFORCE = Form(
    key="salesforce_deals",
    name=Words("Salesforce の商談", "Salesforce opportunities"),
    kind="deals",
    must=(
        ("商談名", "Opportunity Name", "商談 商談名", "商談 ID", "Opportunity ID", "StageName"),
        ("フェーズ", "Stage", "StageName", "商談 フェーズ"),
        ("完了予定日", "Close Date", "CloseDate", "商談 完了予定日"),
    ),
    never=("Deal Name", "取引名", "Deal Stage", "取引ステージ"),
    telling=(
        "商談名", "Opportunity Name", "商談 ID", "Opportunity ID", "完了予定日", "商談 所有者", "商談所有者",
        "Opportunity Owner", "フェーズ", "StageName", "IsWon", "IsClosed", "確度 (%)", "Probability (%)",
        "次のステップ", "Next Step", "売上予測分類", "Forecast Category", "AccountId", "期間",
    ),
    fields={
        "商談 ID": "deal", "商談ID": "deal", "Opportunity ID": "deal", "Id": "deal",
        "商談名": "deal_name", "商談 商談名": "deal_name", "Opportunity Name": "deal_name",
        "Name": "deal_name",
        "取引先名": "company", "取引先 取引先名": "company", "Account Name": "company",
        "Account.Name": "company",
        "取引先責任者 メール": "email", "取引先責任者: メール": "email", "メール": "email", "Email": "email",
        "Contact Email": "email", "Contact: Email": "email", "Contact.Email": "email",
        "取引先責任者メールアドレス": "email", "Primary Contact Email": "email",
        "取引先責任者": "contact", "取引先責任者 氏名": "contact", "Contact": "contact",
        "Contact Name": "contact", "Primary Contact": "contact",
        "主": "is_primary", "プライマリ": "is_primary", "Primary": "is_primary", "IsPrimary": "is_primary",
        "役割": "", "Role": "",
        "フェーズ": "stage", "商談 フェーズ": "stage", "Stage": "stage", "StageName": "stage",
        "成立": "is_won", "成立フラグ": "is_won", "Won": "is_won", "IsWon": "is_won",
        "完了": "is_closed", "クローズ": "is_closed", "完了フラグ": "is_closed", "Closed": "is_closed",
        "IsClosed": "is_closed",
        "金額 (換算値)": "amount", "Amount (converted)": "amount", "金額": "amount", "商談 金額": "amount",
        "Amount": "amount", "期待収益": "", "Expected Revenue": "",
        "商品名": "product", "商品": "product", "Product Name": "product", "Product": "product",
        "失注理由": "reason", "不成立理由": "reason", "受注/失注理由詳細": "reason", "Loss Reason": "reason",
        "Closed Lost Reason": "reason",
        "作成日": "opened", "商談 作成日": "opened", "Created Date": "opened", "CreatedDate": "opened",
        "Create Date": "opened",
        "完了予定日": "closed", "商談 完了予定日": "closed", "Close Date": "closed", "CloseDate": "closed",
        "商談 所有者": "owner", "商談所有者": "owner", "商談 所有者 氏名": "owner",
        "Opportunity Owner": "owner",
        "リード ID": "lead", "Lead ID": "lead",
        "取引先 ID": "", "Account ID": "", "AccountId": "", "取引先責任者 ID": "", "最終更新日": "",
        "最終活動日": "",
    },
    hints=(
        AGAIN,
        Hint(
            Words(
                "取引先責任者のメールの列をレポートに足すと、商談がその人のものとして数えられます",
                "add the contact's mail address to the report, and a deal counts for that person",
            )
        ),
    ),
)  # fmt: skip

HUBSPOT = Form(
    key="hubspot_deals",
    name=Words("HubSpot の取引", "HubSpot deals"),
    kind="deals",
    must=(
        ("Deal Name", "取引名"),
        ("Deal Stage", "取引ステージ"),
        ("Close Date", "クローズ日", "クローズ予定日", "Amount", "金額"),
    ),
    telling=(
        "Deal Name", "取引名", "Deal Stage", "取引ステージ", "Pipeline", "パイプライン", "クローズ日",
        "Deal owner", "取引担当者", "取引の所有者", "Associated Company", "Associated Contact",
        "Associated Company IDs", "Associated Contact IDs", "関連付けられた会社", "関連付けられたコンタクト",
        "Closed Lost Reason", "クローズ済み不成立の理由", "Deal Type", "取引タイプ", "会社通貨での金額",
        "関連付けられている会社", "関連付けられているコンタクト",
    ),
    fields={
        "Record ID": "deal", "レコードID": "deal", "Deal ID": "deal",
        "Deal Name": "deal_name", "取引名": "deal_name",
        "Associated Company": "company", "関連付けられた会社": "company", "関連する会社": "company",
        "関連付けられている会社": "company",
        "Associated Company (Primary)": "company", "会社名": "company", "Company name": "company",
        "Associated Contact Email": "email", "Contact Email": "email", "Email": "email", "Eメール": "email",
        "コンタクトのEメール": "email",
        "Associated Contact": "contact", "関連付けられたコンタクト": "contact",
        "関連するコンタクト": "contact", "関連付けられているコンタクト": "contact",
        "Deal Stage": "stage", "取引ステージ": "stage",
        "Is Closed Won": "is_won", "Is Deal Closed?": "is_closed", "取引クローズ済み": "is_closed",
        "Amount in company currency": "amount", "会社通貨での金額": "amount", "Amount": "amount",
        "金額": "amount",
        "Product": "product", "製品": "product", "商品": "product",
        "Closed Lost Reason": "reason", "失注理由": "reason", "不成立理由": "reason",
        "クローズ済み不成立の理由": "reason", "Closed Won Reason": "", "成約理由": "",
        "クローズ済み成立の理由": "",
        "Create Date": "opened", "作成日": "opened",
        "Close Date": "closed", "クローズ日": "closed", "クローズ予定日": "closed",
        "Deal owner": "owner", "取引担当者": "owner", "取引の所有者": "owner",
        "Associated Company IDs": "", "Associated Contact IDs": "",
    },
    hints=(AGAIN,),
)  # fmt: skip

KINTONE = Form(
    key="kintone_deals",
    name=Words("kintone の案件管理", "kintone deals"),
    kind="deals",
    must=(
        ("案件名", "案件管理番号", "案件番号", "見込み時期", "受注予定日", "Opportunity Name"),
        ("確度", "ステータス", "商談フェーズ", "案件ステータス", "商談ステータス", "受注確度", "Accuracy"),
        ("レコード番号", "Record number", "案件担当者名", "見込み時期", "受注予定日"),
    ),
    never=("商談名", "取引ステージ", "Deal Stage", "StageName"),
    telling=(
        "レコード番号", "Record number", "案件名", "見込み時期", "受注予定日", "案件担当者名", "確度",
        "合計費用", "小計", "先方担当者", "更新者", "作業者",
    ),
    fields={
        "レコード番号": "deal", "Record number": "deal", "案件番号": "", "案件管理番号": "",
        "案件名": "deal_name",
        "会社名": "company", "顧客名": "company", "取引先名": "company", "企業名": "company",
        "メールアドレス": "email", "メール": "email", "Email": "email",
        "先方担当者": "contact", "先方担当者名": "contact", "ご担当者名": "contact", "担当者名": "contact",
        "案件ステータス": "stage", "商談ステータス": "stage", "商談フェーズ": "stage", "ステータス": "stage",
        "確度": "stage", "受注確度": "stage",
        "受注金額": "amount", "合計費用": "amount", "金額": "amount", "売上": "amount", "見積金額": "amount",
        "小計": "amount", "単価": "", "ユーザー数": "",
        "製品名": "product", "商品名": "product", "サービス名": "product",
        "失注理由": "reason", "受注・失注理由": "reason",
        "商談開始日": "opened", "案件発生日": "opened", "作成日時": "opened", "作成日": "opened",
        "受注日": "closed", "失注日": "closed", "完了日": "closed", "受注予定日": "closed",
        "見込み時期": "closed",
        "案件担当者名": "owner", "営業担当者": "owner", "営業担当": "owner",
        "更新日時": "", "更新者": "", "作成者": "", "作業者": "",
    },
    hints=(
        AGAIN,
        Hint(
            Words(
                "確度がA・B・Cだけのアプリでは、受注・失注がわかりません。"
                "「受注」「失注」と書かれるフィールド（ステータスなど）も書き出してください",
                "a certainty of A, B or C does not tell won from lost;"
                " export the field that says whether it was won or lost, too",
            )
        ),
    ),
)  # fmt: skip

OWN = Form(
    key="deals",
    name=Words("商談・案件の一覧", "a list of deals"),
    kind="deals",
    must=(
        ("案件名", "商談名", "取引名", "案件番号", "案件ID", "商談番号", "Deal", "Deal name", "Deal ID",
         "Opportunity", "Opportunity Name"),
        ("商談ステージ", "案件ステータス", "商談フェーズ", "フェーズ", "ステージ", "段階", "ステータス",
         "受失注", "受注結果", "商談結果", "Stage", "Deal Stage", "Phase", "Status"),
        ("金額", "受注金額", "商談金額", "見積金額", "契約金額", "金額（円）", "金額（万円）", "金額（千円）",
         "受注日", "失注日", "受注失注日", "成約日", "契約日", "完了日", "完了予定日", "受注予定日",
         "クローズ日", "Amount", "Close Date", "Closed Date"),
    ),
    fields={
        "案件番号": "deal", "案件ID": "deal", "商談番号": "deal", "商談ID": "deal", "Deal ID": "deal",
        "案件名": "deal_name", "商談名": "deal_name", "取引名": "deal_name", "Deal name": "deal_name",
        "会社名": "company", "顧客名": "company", "取引先名": "company", "企業名": "company",
        "Company": "company", "メールアドレス": "email", "メール": "email", "Email": "email",
        "商談ステージ": "stage", "案件ステータス": "stage", "商談フェーズ": "stage", "フェーズ": "stage",
        "ステージ": "stage", "ステータス": "stage", "Stage": "stage", "Deal Stage": "stage",
        "受注金額": "amount", "商談金額": "amount", "契約金額": "amount", "金額": "amount",
        "見積金額": "amount", "Amount": "amount",
        "受注日": "closed", "失注日": "closed", "成約日": "closed", "契約日": "closed", "完了日": "closed",
        "クローズ日": "closed", "Close Date": "closed", "受注予定日": "closed", "完了予定日": "closed",
        "商談日": "opened", "商談開始日": "opened", "作成日": "opened", "Create Date": "opened",
        "製品名": "product", "商品名": "product", "失注理由": "reason", "営業担当": "owner",
    },
    never=("結果", "result", "種別", "kind"),
    hints=(AGAIN, NO_DEAL_KEY),
)  # fmt: skip
"""What people write themselves, known when nothing more special is."""

DEAL_FORMS: tuple[Form, ...] = (SALESFORCE, HUBSPOT, KINTONE, OWN)
SFA: dict[str, str] = {
    "salesforce_deals": "salesforce",
    "hubspot_deals": "hubspot",
    "kintone_deals": "kintone",
}
"""Form -> the SFA whose numbers its deals bear."""
