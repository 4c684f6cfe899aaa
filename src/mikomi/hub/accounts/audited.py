"""What the pages' buttons leave in the audit log: the one table of it (`logging_deeds` goes by it).

What is done without a button, and what a page cannot know, calls `audit.record` where it happens.
"""

from __future__ import annotations

from mikomi.core.words import Words

EXPORT = Words("リードの一覧をファイルに書き出した", "Wrote the list of leads to a file")

PRESSED: dict[str, tuple[str, str, Words]] = {
    "scores:publish": ("score.published", "", Words("スコアを公開した", "Published the score")),
    "journey:keep": (
        "journey.kept",
        "",
        Words("ジャーニーを版として残した", "Kept a revision of the journey"),
    ),
    "people:import_load": (
        "import.loaded",
        "import:{number}",
        Words("ファイルを取り込んだ（{number}番）", "Loaded a file (import {number})"),
    ),
    "people:import_undo": (
        "import.undone",
        "import:{number}",
        Words("取り込みを元に戻した（{number}番）", "Undid import {number}"),
    ),
    "site:write_file": ("leads.exported", "", EXPORT),
    "site:compare": (
        "leads.merged",
        "lead:{kept}",
        Words("リード {gone} を {kept} に統合した", "Merged lead {gone} into {kept}"),
    ),
    "site:compare_companies": (
        "companies.merged",
        "company:{kept}",
        Words("会社 {gone} を {kept} に統合した", "Merged company {gone} into {kept}"),
    ),
    "site:sure": ("leads.merged", "", Words("確かな重複をまとめて統合した", "Merged all sure duplicates")),
    "site:part": (
        "leads.parted",
        "merge:{merge}",
        Words("リードの統合を元に戻した（{merge}番）", "Undid the merge {merge} of leads"),
    ),
    "site:part_run": (
        "leads.parted",
        "run:{number}",
        Words("まとめた統合を元に戻した（{number}番）", "Undid the run {number} of merges"),
    ),
    "site:part_companies": (
        "companies.parted",
        "merge:{merge}",
        Words("会社の統合を元に戻した（{merge}番）", "Undid the merge {merge} of companies"),
    ),
    "site:put_away": (
        "leads.trashed",
        "lead:{number}",
        Words("リード {number} をごみ箱に入れた", "Put lead {number} into the trash"),
    ),
    "site:undo_act": (
        "leads.undone",
        "act:{number}",
        Words("まとめた書き換えを元に戻した（{number}番）", "Undid the change {number} of many leads"),
    ),
    "site:stop_use": (
        "privacy.stopped",
        "lead:{number}",
        Words("リード {number} の利用を止めた", "Stopped the use of lead {number}"),
    ),
    "site:erase": (
        "privacy.erased",
        "lead:{number}",
        Words("リード {number} の個人データを消去した", "Erased the personal data of lead {number}"),
    ),
    "capture:privacy_publisher": (
        "settings.privacy",
        "",
        Words("外部送信の公表の文章を変えた", "Changed the page on what the tag sends"),
    ),
    "capture:privacy_linking": (
        "settings.privacy",
        "",
        Words("訪問を人に結び付けるかを変えた", "Changed whether visits belong to people"),
    ),
    "capture:privacy_retention": (
        "settings.privacy",
        "",
        Words("記録を残す日数を変えた", "Changed how long records are kept"),
    ),
    "capture:networks": (
        "settings.networks",
        "",
        Words("会社の推定に使うネットワークを変えた", "Changed the networks companies are guessed by"),
    ),
    "capture:tags": ("source.made", "", Words("計測タグを作った", "Made a tag")),
    "capture:tag": (
        "source.changed",
        "source:{number}",
        Words("計測タグ {number} の設定を変えた", "Changed the settings of tag {number}"),
    ),
    "capture:tag_switch": (
        "source.switched",
        "source:{number}",
        Words("計測タグ {number} を止めたか、再開した", "Stopped or resumed tag {number}"),
    ),
    "site:exclude": (
        "exclusion.added",
        "lead:{number}",
        Words("リード {number} を除外した", "Excluded lead {number}"),
    ),
    "site:exclude_company": (
        "exclusion.added",
        "company:{number}",
        Words("会社 {number} を除外した", "Excluded company {number}"),
    ),
    "site:add_exclusion": ("exclusion.added", "", Words("除外を足した", "Added an exclusion")),
    "capture:exclude_sender": (
        "exclusion.added",
        "form:{number}",
        Words("フォームの送り主を除外した", "Excluded the sender of a form"),
    ),
    "site:end_exclusion": (
        "exclusion.ended",
        "exclusion:{number}",
        Words("除外 {number} をやめた", "Ended exclusion {number}"),
    ),
    "site:resume_exclusion": (
        "exclusion.added",
        "exclusion:{number}",
        Words("除外 {number} を元に戻した", "Resumed exclusion {number}"),
    ),
    "site:new_field": ("settings.fields", "", Words("項目を足した", "Added a field")),
    "site:edit_field": ("settings.fields", "", Words("項目の設定を変えた", "Changed a field")),
    "site:archive_field": ("settings.fields", "", Words("項目をしまった", "Archived a field")),
    "site:restore_field": ("settings.fields", "", Words("項目を戻した", "Brought a field back")),
    "site:priorities": ("settings.priorities", "", Words("優先度を決めた", "Set the priorities")),
    "site:segment_new": ("segment.changed", "", Words("セグメントを作った", "Made a segment")),
    "site:segment_edit": (
        "segment.changed",
        "segment:{number}",
        Words("セグメント {number} の条件を変えた", "Changed the condition of segment {number}"),
    ),
    "site:segment_delete": (
        "segment.deleted",
        "segment:{number}",
        Words("セグメント {number} を消した", "Deleted segment {number}"),
    ),
    "site:take_back_machine": (
        "measuring.taken_back",
        "",
        Words("機械の動きを取り消した", "Took machines' events back"),
    ),
    "site:confirm_sweep": (
        "measuring.taken_back",
        "sweep:{number}",
        Words("動きをまとめて取り消した（{number}番）", "Took events back (sweep {number})"),
    ),
    "site:undo_sweep": (
        "measuring.undone",
        "sweep:{number}",
        Words("動きの取り消しを元に戻した（{number}番）", "Undid sweep {number}"),
    ),
    "capture:new_form": ("form.changed", "", Words("フォームを作った", "Made a form")),
    "capture:edit_form": (
        "form.changed",
        "form:{number}",
        Words("フォーム {number} を変えた", "Changed form {number}"),
    ),
    "capture:delete_form": (
        "form.deleted",
        "form:{number}",
        Words("フォーム {number} を消した", "Deleted form {number}"),
    ),
    "site:edit": (
        "leads.edited",
        "act:{act}",
        Words("リードをまとめて書き換えた（{act}番）", "Changed many leads (change {act})"),
    ),
    "site:restore": (
        "leads.restored",
        "",
        Words("リードをごみ箱から戻した", "Brought leads back from the trash"),
    ),
    "site:undo_single": (
        "leads.undone",
        "act:{batch}",
        Words("統合か異動を元に戻した（{batch}番）", "Undid a merge or a new job (entry {batch})"),
    ),
    "site:rename_label": (
        "leads.labels",
        "{kind}:{number}",
        Words("タグかリストの名前を変えた（{number}番）", "Renamed a tag or list ({number})"),
    ),
    "site:delete_label": (
        "leads.labels",
        "{kind}:{number}",
        Words("タグかリストを消した（{number}番）", "Deleted a tag or list ({number})"),
    ),
    "site:restore_label": (
        "leads.labels",
        "{kind}:{number}",
        Words("タグかリストを戻した（{number}番）", "Brought a tag or list back ({number})"),
    ),
    "site:segment_rename": (
        "segment.changed",
        "segment:{number}",
        Words("セグメント {number} の名前を変えた", "Renamed segment {number}"),
    ),
    "site:segment_restore": (
        "segment.restored",
        "segment:{number}",
        Words("セグメント {number} を戻した", "Brought segment {number} back"),
    ),
    "site:move_content": (
        "settings.contents",
        "",
        Words("移ったページを1つにまとめた", "Joined a page that moved with its old address"),
    ),
    "site:undo_content_move": (
        "settings.contents",
        "move:{number}",
        Words("ページのまとめを元に戻した（{number}番）", "Undid the move {number} of a page"),
    ),
    "capture:tag_staff": (
        "source.changed",
        "",
        Words("社内の人の数え方を変えた", "Changed how our own people are counted"),
    ),
    "capture:close_form": (
        "form.closed",
        "form:{number}",
        Words("フォーム {number} を閉じた", "Closed form {number}"),
    ),
    "capture:reopen_form": (
        "form.changed",
        "form:{number}",
        Words("フォーム {number} をまた開いた", "Opened form {number} again"),
    ),
    "capture:end_document": (
        "form.closed",
        "document:{number}",
        Words("資料 {number} の公開をやめた", "Ended document {number}"),
    ),
    "capture:new_campaign": ("campaign.changed", "", Words("施策を作った", "Made a campaign")),
    "capture:edit_campaign": (
        "campaign.changed",
        "campaign:{number}",
        Words("施策 {number} を変えた", "Changed campaign {number}"),
    ),
    "capture:archive_campaign": (
        "campaign.changed",
        "campaign:{number}",
        Words("施策 {number} をしまったか、戻した", "Put campaign {number} away, or brought it back"),
    ),
    "capture:new_seminar": ("seminar.changed", "", Words("セミナーを作った", "Made a seminar")),
    "capture:edit_seminar": (
        "seminar.changed",
        "seminar:{number}",
        Words("セミナー {number} を変えた", "Changed seminar {number}"),
    ),
    "capture:open_seminar": (
        "seminar.changed",
        "seminar:{number}",
        Words("セミナー {number} の受付を始めた", "Opened seminar {number}"),
    ),
    "capture:close_seminar": (
        "seminar.changed",
        "seminar:{number}",
        Words("セミナー {number} の受付を締め切った", "Closed seminar {number}"),
    ),
    "capture:call_off_seminar": (
        "seminar.called_off",
        "seminar:{number}",
        Words("セミナー {number} を中止した", "Called seminar {number} off"),
    ),
    "capture:delete_seminar": (
        "seminar.deleted",
        "seminar:{number}",
        Words("セミナー {number} を消した", "Deleted seminar {number}"),
    ),
    "mfa_activate_totp": (
        "login.two_steps",
        "",
        Words("自分の2段階のログインを設定した", "Set up two-step login"),
    ),
    "mfa_deactivate_totp": (
        "login.two_steps",
        "",
        Words("自分の2段階のログインをやめた", "Turned two-step login off"),
    ),
    "mfa_generate_recovery_codes": (
        "login.two_steps",
        "",
        Words("予備のコードを作り直した", "Made new spare codes"),
    ),
    "account_change_password": (
        "login.password",
        "",
        Words("自分のパスワードを変えた", "Changed their password"),
    ),
    "account_set_password": ("login.password", "", Words("自分のパスワードを決めた", "Set their password")),
}
"""By the name of the address: the action, what it was done to and what is said, with the address's parts."""

LOADED: dict[str, tuple[str, str, Words]] = {
    "site:export_file": ("leads.exported", "", EXPORT),
    "site:written_file": (
        "leads.exported",
        "export:{number}",
        Words(
            "書き出したリードのファイルを受け取った（{number}番）", "Took the written file {number} of leads"
        ),
    ),
    "site:handoff_file": (
        "leads.exported",
        "",
        Words("引き渡しをファイルに書き出した", "Wrote the hand-offs to a file"),
    ),
    "capture:submissions_file": (
        "leads.exported",
        "form:{number}",
        Words(
            "フォーム {number} の送信をファイルに書き出した", "Wrote what was sent by form {number} to a file"
        ),
    ),
    "capture:seminar_sheet": (
        "leads.exported",
        "seminar:{number}",
        Words(
            "セミナー {number} の名簿をファイルに書き出した", "Wrote the guests of seminar {number} to a file"
        ),
    ),
}
"""The same for addresses that give personal data out as a file when they are opened."""

POSTED: dict[str, tuple[str, str, Words]] = {
    "site:give_out": (
        "privacy.given_out",
        "lead:{number}",
        Words("リード {number} の個人データを開示した", "Gave the personal data of lead {number} out"),
    ),
}
"""The same for buttons that are answered with a file."""
