"""Forms of address books: contacts of people, not yet leads of a company."""

from __future__ import annotations

from mikomi.core.tabular.form_types import Form, Hint
from mikomi.core.words import Words

PRIVATE = Hint(
    Words(
        "個人の連絡先が混ざっていないか確かめてください。アドレス帳にあるだけでは配信の根拠になりません",
        "look for private contacts; being in an address book is no basis for mail",
    )
)

BOOK_FORMS: tuple[Form, ...] = (
    Form(
        key="outlook_ja",
        name=Words("Outlook の連絡先（日本語）", "Outlook contacts (Japanese)"),
        kind="leads",
        must=(("電子メール アドレス", "電子メール 1 アドレス", "電子メールアドレス",
               "電子メール : アドレス"),
              ("姓", "名", "表示名"),
              ("番地 (会社)", "会社電話", "勤務先電話番号", "ミドル ネーム", "肩書き", "勤務先の電話番号",
               "国 (会社)/地域")),
        telling=("番地 (会社)", "住所 2 (会社)", "市町村 (会社)", "都道府県 (会社)", "郵便番号 (会社)",
                 "国 (会社)/地域", "番地 (自宅)", "会社 FAX", "会社電話", "会社電話 2", "ミドル ネーム",
                 "肩書き",
                 "電子メール アドレス", "電子メールの種類", "電子メール表示名", "代表電話", "無線電話",
                 "キーワード"),
        fields={
            "姓": "family_name", "名": "given_name", "ミドル ネーム": "", "敬称": "", "肩書き": "",
            "会社名": "company", "部署": "department", "役職": "title", "番地 (会社)": "address",
            "住所 2 (会社)": "building", "市町村 (会社)": "city", "都道府県 (会社)": "prefecture",
            "郵便番号 (会社)": "postal_code", "国 (会社)/地域": "country", "会社 FAX": "fax",
            "会社電話": "phone",
            "勤務先電話番号": "phone", "携帯電話": "mobile", "電子メール アドレス": "email",
            "電子メールアドレス": "email", "電子メール 1 アドレス": "email", "Web ページ": "website",
            "メモ": "note", "フリガナ (姓)": "family_name_kana", "フリガナ (名)": "given_name_kana",
            "フリガナ(会社名)": "company_kana", "自宅電話": "", "番地 (自宅)": "", "都道府県 (自宅)": "",
            "市町村 (自宅)": "", "郵便番号 (自宅)": "", "国 (自宅)/地域": "", "誕生日": "", "記念日": "",
        },
        hints=(PRIVATE,),
    ),
    Form(
        key="outlook",
        name=Words("Outlook の連絡先（英語）", "Outlook contacts"),
        kind="leads",
        must=(("E-mail Address", "E-mail 1 Address"), ("First Name", "Last Name", "Full Name"),
              ("Business Phone", "Business Street", "Company", "E-mail Display Name", "Web Page")),
        telling=("E-mail Address", "E-mail Display Name", "E-mail Type", "E-mail 2 Address",
                 "Business Street",
                 "Business City", "Business State", "Business Postal Code", "Business Country/Region",
                 "Business Fax", "Business Phone", "Home Street", "Company Main Phone", "Web Page",
                 "Suffix",
                 "Categories", "Sensitivity"),
        least=2,
        fields={
            "Title": "", "First Name": "given_name", "Last Name": "family_name", "Middle Name": "",
            "Suffix": "",
            "Company": "company", "Department": "department", "Job Title": "title",
            "Business Street": "address",
            "Business Street 2": "building", "Business City": "city", "Business State": "prefecture",
            "Business Postal Code": "postal_code", "Business Country/Region": "country",
            "Business Fax": "fax",
            "Business Phone": "phone", "Mobile Phone": "mobile", "E-mail Address": "email",
            "Web Page": "website", "Notes": "note", "Home Street": "", "Home City": "", "Home State": "",
            "Home Postal Code": "", "Home Phone": "", "Birthday": "", "Anniversary": "", "Spouse": "",
            "Children": "", "Company Main Phone": "",
        },
        hints=(PRIVATE,
               Hint(Words("Outlook の Title は敬称、Job Title が役職です",
                          "in Outlook, Title is the salutation"), "Title")),
    ),
    Form(
        key="google_contacts",
        name=Words("Google コンタクト", "Google contacts"),
        kind="leads",
        must=(("E-mail 1 - Value",), ("First Name", "Given Name", "Name", "Last Name", "Family Name")),
        telling=("E-mail 1 - Value", "E-mail 1 - Label", "E-mail 1 - Type", "Phone 1 - Value",
                 "Phone 1 - Label",
                 "Organization Name", "Organization 1 - Name", "Organization Title", "Group Membership",
                 "Labels",
                 "File As", "Phonetic First Name", "Yomi Name", "Address 1 - Formatted"),
        fields={
            "Name": "name", "First Name": "given_name", "Given Name": "given_name",
            "Last Name": "family_name",
            "Family Name": "family_name", "Phonetic First Name": "given_name_kana",
            "Phonetic Last Name": "family_name_kana", "Given Name Yomi": "given_name_kana",
            "Family Name Yomi": "family_name_kana", "Yomi Name": "name_kana",
            "Organization Name": "company",
            "Organization 1 - Name": "company", "Organization Title": "title",
            "Organization 1 - Title": "title",
            "Organization Department": "department", "Organization 1 - Department": "department",
            "E-mail 1 - Value": "email", "E-mail 1 - Label": "", "E-mail 1 - Type": "",
            "Phone 1 - Value": "phone", "Phone 1 - Label": "", "Phone 1 - Type": "",
            "Address 1 - Formatted": "address", "Address 1 - Street": "", "Address 1 - City": "city",
            "Address 1 - Region": "prefecture", "Address 1 - Postal Code": "postal_code",
            "Address 1 - Country": "country", "Address 1 - Label": "", "Website 1 - Value": "website",
            "Website 1 - Label": "", "Notes": "note", "Photo": "", "Birthday": "", "Labels": "",
            "Group Membership": "", "File As": "", "Nickname": "",
        },
        hints=(PRIVATE,),
    ),
)  # fmt: skip
