"""Forms of seminar and event tools: who applied, who came."""

from __future__ import annotations

from mikomi.core.tabular.form_types import Attendance, Form, Hint
from mikomi.core.words import Words

BOTH = Hint(
    Words(
        "申込者はリードとして、申込と参加はセミナーの行動として取り込めます。セミナー名を 1 つ決めてください",
        "people can be taken as leads, applying and attending as events; give the seminar's name",
    )
)
MONTH_FIRST = Hint(
    Words(
        "日時は 月/日/年 の順で書かれています",
        "days are written month/day/year",
    )
)
SECTIONS = Hint(
    Words(
        "上にある開催情報と主催者の表は読み飛ばし、参加者の表だけを読みます",
        "the tables of the webinar and its hosts are skipped; only the attendees are read",
    )
)

EVENT_FORMS: tuple[Form, ...] = (
    Form(
        key="zoom_webinar",
        name=Words("Zoom ウェビナーの参加者レポート", "Zoom webinar attendee report"),
        kind="events",
        must=(
            ("Attended", "参加済み", "出席済み", "参加", "出席"),
            ("User Name (Original Name)", "ユーザー名（元の名前）", "ユーザー名（オリジナルの名前）",
             "User Name"),
            ("Email", "メール", "メールアドレス", "Eメール"),
        ),
        telling=(
            "User Name (Original Name)", "ユーザー名（元の名前）", "Registration Time", "登録時間",
            "登録日時",
            "Approval Status", "承認ステータス", "Join Time", "参加時間", "Leave Time", "退出時間",
            "Time in Session (minutes)", "セッションの時間（分）", "Is Guest", "Country/Region Name",
        ),
        fields={
            "Attended": "", "User Name (Original Name)": "name", "ユーザー名（元の名前）": "name",
            "ユーザー名（オリジナルの名前）": "name", "First Name": "given_name", "名": "given_name",
            "Last Name": "family_name", "姓": "family_name", "Email": "email", "メール": "email",
            "メールアドレス": "email", "Phone": "phone", "電話": "phone", "Organization": "company",
            "組織": "company", "Job Title": "title", "役職": "title", "Industry": "industry",
            "業種": "industry",
            "Registration Time": "created_at", "登録時間": "created_at", "登録日時": "created_at",
            "Approval Status": "", "承認ステータス": "", "Join Time": "at", "参加時間": "at",
            "Leave Time": "",
            "退出時間": "", "Time in Session (minutes)": "", "Is Guest": "",
            "Country/Region Name": "country",
            "Source Name": "source",
        },
        attendance=Attendance(
            ("Attended", "参加済み", "出席済み", "参加", "出席"), ("yes", "はい", "参加", "出席", "○"),
            ("Registration Time", "登録時間", "登録日時"), ("Join Time", "参加時間"), "mdy",
        ),
        hints=(BOTH, SECTIONS, MONTH_FIRST),
    ),
    Form(
        key="zoom_registration",
        name=Words("Zoom の登録者レポート", "Zoom registration report"),
        kind="events",
        must=(("Email", "メール", "メールアドレス"), ("First Name", "名"),
              ("Registration Time", "登録時間", "登録日時"), ("Approval Status", "承認ステータス")),
        never=("Attended", "参加済み"),
        telling=("Registration Time", "Approval Status", "登録時間", "承認ステータス"),
        fields={
            "First Name": "given_name", "Last Name": "family_name", "名": "given_name", "姓": "family_name",
            "Email": "email", "メール": "email", "Registration Time": "created_at",
            "登録時間": "created_at",
            "Approval Status": "", "承認ステータス": "", "Organization": "company", "Job Title": "title",
            "Phone": "phone", "Industry": "industry",
        },
        attendance=Attendance(applied_at=("Registration Time", "登録時間", "登録日時"), order="mdy"),
        hints=(BOTH, MONTH_FIRST),
    ),
    Form(
        key="teams",
        name=Words("Microsoft Teams の出席者レポート", "Microsoft Teams attendance report"),
        kind="events",
        must=(
            ("Name", "Full Name", "名前", "氏名"),
            ("First Join", "最初の参加", "Join Time", "参加時間", "最初の参加時刻"),
            ("Last Leave", "最後の退出", "Leave Time", "退出時間", "最後の退出時刻"),
            ("Email", "メール", "Participant ID (UPN)", "参加者 ID (UPN)"),
        ),
        never=("Attended", "参加済み", "視聴時間"),
        telling=("First Join", "Last Leave", "In-Meeting Duration", "Participant ID (UPN)", "最初の参加",
                 "最後の退出", "会議の期間", "会議内の期間", "参加者 ID (UPN)", "ロール"),
        fields={
            "Name": "name", "Full Name": "name", "名前": "name", "Email": "email", "メール": "email",
            "First Join": "at", "最初の参加": "at", "最初の参加時刻": "at", "Join Time": "at",
            "参加時間": "at", "Last Leave": "", "最後の退出": "", "最後の退出時刻": "", "Leave Time": "",
            "退出時間": "", "In-Meeting Duration": "", "会議の期間": "", "会議内の期間": "", "Duration": "",
            "期間": "", "Participant ID (UPN)": "", "参加者 ID (UPN)": "", "Role": "", "ロール": "",
        },
        attendance=Attendance(
            ("First Join", "最初の参加", "最初の参加時刻", "Join Time", "参加時間"), (), (),
            ("First Join", "最初の参加", "最初の参加時刻", "Join Time", "参加時間"), "mdy",
        ),
        hints=(BOTH, MONTH_FIRST),
    ),
    Form(
        key="connpass",
        name=Words("connpass の参加者", "connpass participants"),
        kind="events",
        must=(("参加枠名",), ("ユーザー名", "表示名"), ("参加ステータス", "出欠ステータス")),
        telling=("参加枠名", "表示名", "参加ステータス", "出欠ステータス", "受付番号", "利用開始日"),
        fields={
            "参加枠名": "", "ユーザー名": "lead", "表示名": "name", "コメント": "note",
            "参加ステータス": "",
            "出欠ステータス": "", "更新日時": "at", "出席日時": "at", "受付番号": "", "利用開始日": "",
        },
        attendance=Attendance(("出欠ステータス",), ("出席", "参加"), ("更新日時",), ("出席日時",
                                        "更新日時")),
        hints=(
            BOTH,
            Hint(Words("メールアドレスの列がないことがあります。アンケートの列にあれば、それをメールにしてください",
                       "there may be no mail column; if the questionnaire asked for it, choose that column")),
            Hint(Words("参加キャンセルの行は除いてください", "leave out the rows that were cancelled"),
                 "参加ステータス"),
        ),
    ),
    Form(
        key="peatix",
        name=Words("Peatix の参加者", "Peatix attendees"),
        kind="events",
        must=(("チケット", "チケット名", "チケット種別", "Ticket", "Ticket Name"),
              ("メールアドレス", "Email", "Eメール"),
              ("注文番号", "申込番号", "チケット番号", "フォーム番号", "Order Number", "Order ID",
               "Ticket Number",
               "申込日時", "購入日時", "Ordered at", "チェックイン", "Checked in")),
        telling=("チケット名", "チケット番号", "注文番号", "申込番号", "チェックイン", "チェックイン日時",
                 "購入日時",
                 "申込日時", "枚数", "チケット", "Checked in", "Ticket Name", "Order Number",
                 "Ticket Number",
                 "参加ステータス"),
        fields={
            "お名前": "name", "氏名": "name", "名前": "name", "Name": "name", "苗字": "family_name",
            "メールアドレス": "email", "Email": "email", "会社名": "company", "チケット": "",
            "チケット名": "",
            "チケット番号": "", "注文番号": "", "申込番号": "", "枚数": "", "金額": "", "申込日時": "at",
            "購入日時": "at", "チェックイン": "", "チェックイン日時": "",
        },
        attendance=Attendance(
            ("チェックイン", "チェックイン日時", "Checked in", "参加ステータス"),
            ("済", "済み", "チェックイン済み", "チェックイン", "○", "yes", "参加", "出席"),
            ("申込日時", "購入日時", "Ordered at"), ("チェックイン日時",),
        ),
        hints=(BOTH,),
    ),
    Form(
        key="eventregist",
        name=Words("EventRegist の参加者", "EventRegist attendees"),
        kind="events",
        must=(("参加者ID", "登録ID", "エントリーID", "来場者ID", "Registration ID"),
              ("メールアドレス", "Email", "E-mail"),
              ("チケット名", "チケット", "参加券", "受付ステータス", "受付日時", "来場日時",
               "チェックイン日時")),
        telling=("参加者ID", "登録ID", "来場者ID", "受付ステータス", "受付日時", "来場日時", "チケット名",
                 "チェックイン日時", "申込日時", "姓（ふりがな）"),
        fields={
            "参加者ID": "", "登録ID": "", "来場者ID": "", "チケット名": "", "受付ステータス": "",
            "姓": "family_name", "名": "given_name", "メールアドレス": "email", "会社名": "company",
            "部署": "department", "役職": "title", "申込日時": "created_at", "受付日時": "at",
            "来場日時": "at",
            "チェックイン日時": "at",
        },
        attendance=Attendance(
            ("受付ステータス", "来場日時", "受付日時", "チェックイン日時"),
            ("受付済", "受付済み", "来場", "来場済", "来場済み", "参加", "出席", "○"),
            ("申込日時", "登録日時"), ("受付日時", "来場日時", "チェックイン日時"),
        ),
        hints=(BOTH,),
    ),
    Form(
        key="webinar_tool",
        name=Words("ウェビナーツールの視聴者（Bizibl・ネクプロなど）",
                   "Viewers from a webinar tool (Bizibl, Nexpro …)"),
        kind="events",
        must=(("メールアドレス", "Email", "E-mail"),
              ("視聴時間", "視聴時間（分）", "視聴時間(秒)", "視聴開始日時", "視聴日時", "視聴ステータス",
               "視聴状況",
               "視聴有無", "視聴率", "入室日時", "入室時間", "合計視聴時間", "ライブ視聴時間",
               "アーカイブ視聴時間")),
        never=("Attended", "参加枠名"),
        telling=("視聴時間", "視聴時間（分）", "視聴開始日時", "視聴終了日時", "視聴日時", "視聴ステータス",
                 "視聴状況",
                 "視聴有無", "視聴率", "入室日時", "退室日時", "合計視聴時間", "申込日時", "申込経路",
                 "アンケート回答"),
        fields={
            "メールアドレス": "email", "会社名": "company", "氏名": "name", "お名前": "name",
            "部署名": "department",
            "役職": "title", "電話番号": "phone", "申込日時": "created_at", "登録日時": "created_at",
            "視聴開始日時": "at", "視聴日時": "at", "入室日時": "at", "視聴終了日時": "", "退室日時": "",
            "視聴時間": "", "視聴率": "", "視聴ステータス": "", "視聴状況": "", "申込経路": "source",
        },
        attendance=Attendance(
            ("視聴ステータス", "視聴状況", "視聴有無", "視聴開始日時", "視聴日時", "入室日時"),
            ("視聴", "視聴済", "視聴済み", "視聴あり", "あり", "有", "参加", "○", "1", "yes"),
            ("申込日時", "登録日時"), ("視聴開始日時", "視聴日時", "入室日時"),
        ),
        hints=(BOTH,),
    ),
    Form(
        key="seminar",
        name=Words("セミナーの申込者・参加者", "Seminar applicants and attendees"),
        kind="events",
        must=(("メールアドレス", "Email", "E-mail", "メール"),
              ("参加ステータス", "出欠", "出席", "出席状況", "参加状況", "当日参加", "参加", "来場",
               "出欠ステータス",
               "申込セミナー", "セミナー名", "イベント名"),
              ("氏名", "お名前", "名前", "姓", "Name", "会社名")),
        never=("視聴時間", "チケット名", "参加枠名", "種類", "kind"),
        telling=("出欠", "出席状況", "参加状況", "当日参加", "申込日時", "申込日", "セミナー名",
                 "申込セミナー", "来場"),
        fields={
            "メールアドレス": "email", "氏名": "name", "お名前": "name", "会社名": "company",
            "申込日時": "at",
            "申込日": "at", "出欠": "", "出席": "", "出席状況": "", "参加状況": "", "当日参加": "",
            "参加": "",
            "来場": "", "セミナー名": "content", "申込セミナー": "content", "イベント名": "content",
        },
        attendance=Attendance(
            ("出欠", "出席", "出席状況", "参加状況", "当日参加", "参加", "来場", "参加ステータス",
             "出欠ステータス"),
            ("出席", "参加", "参加済", "参加済み", "来場", "○", "◯", "1", "yes", "あり"),
            ("申込日時", "申込日"), (),
        ),
        hints=(BOTH,),
    ),
)  # fmt: skip
"""Special tools first; the last is what a list of any seminar looks like."""
