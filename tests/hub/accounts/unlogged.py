"""The buttons whose table of the audit log says nothing, and why."""

from __future__ import annotations

UNLOGGED: dict[str, set[str]] = {
    "their services record by themselves, with more than the address says": {
        "account_login", "account_reauthenticate", "mfa_authenticate", "login_by_link", "set_up", "invited",
        "account_end_devices", "account_reset_password_from_key",
        "accounts_invite", "accounts_invite_again", "accounts_revoke", "accounts_role", "accounts_leave",
        "accounts_return", "accounts_two_steps", "accounts_reset_two_steps",
        "alerts:inside", "alerts:new_channel", "alerts:channel", "alerts:pause_channel",
        "alerts:delete_channel",
        "site:handoff_reassign", "site:handoff_rules_save", "site:handoff_drop_seat",
        "site:handoff_drop_absence", "site:record_result", "site:take_back_result", "site:set_rest",
    },
    "they change what only the person themselves sees": {
        "account_logout", "account_profile", "language", "account_reset_password",
        "account_reset_password_done", "account_reset_password_from_key_done", "account_signup",
        "account_inactive", "account_end_device", "mfa_index", "mfa_reauthenticate",
        "mfa_view_recovery_codes", "mfa_download_recovery_codes", "alerts:read_all", "alerts:wishes",
        "site:drop_written", "site:keep_view", "site:keep_view_again", "site:view", "site:delete_view",
        "site:mail_text",
    },
    "the history of the hand-off or of the lead keeps who did it and when": {
        "alerts:result", "site:say_result", "site:undo_result", "site:move_next", "site:hand_lead",
        "site:hear", "site:urge", "site:handoff_give_back", "site:handoff_undo", "site:handoff_open_again",
        "site:value", "site:move", "site:undo_move", "site:set_stage", "site:end_stage", "site:undo_stage",
        "site:join_campaign", "site:leave_campaign", "site:part_browser", "site:give_browser",
        "site:set_machine", "people:note_write", "people:note_edit", "people:note_delete",
        "people:note_restore", "people:file_keep", "people:file_delete", "people:file_restore",
        "capture:mark_guest", "capture:cancel_guest", "capture:restore_guest", "capture:reception",
        "capture:add_link", "capture:end_link", "capture:judge", "capture:release",
    },
    "they write a draft, whose publication is recorded": {
        "journey:title", "journey:cell", "journey:act", "journey:undo", "journey:redo", "journey:start",
        "journey:interview", "journey:discard", "journey:restore", "journey:adopt",
        "scores:change", "scores:act", "scores:add", "scores:start", "scores:add_clause", "scores:details",
        "scores:template", "scores:discard", "scores:bring_back", "scores:restore", "scores:file",
        "site:take_capacity", "site:stage_condition", "site:group_contents", "site:take_proposal",
        "site:undo_contents",
    },
    "they keep nothing, or something to be looked at first": {
        "kit_rule", "kit_toast", "capture:preview_form", "site:segment_form", "site:stage_form",
        "people:imports", "people:import_no_tool", "people:import_read", "people:import_options",
        "people:import_discard", "people:import_mended", "capture:import_seminar_list",
        "site:new_sweep", "site:discard_sweep", "site:make_label", "site:segment_snapshot",
        "site:move_field", "capture:tag_check", "capture:tag_missing", "capture:add_phrase",
        "capture:set_phrase", "capture:documents", "capture:document",
    },
    "they ask for the same work once more": {
        "alerts:test_channel", "alerts:try_channel", "alerts:deliver_again", "alerts:drop_delivery",
        "capture:mail_again", "site:judge_again", "site:look_again", "site:look_at_companies",
        "site:not_same", "site:maybe_same", "site:not_same_company", "site:maybe_same_company",
    },
    "strangers send them": {
        "capture:cancel_seat", "capture:confirm", "capture:form",
    },
}  # fmt: skip
"""By the reason: the addresses."""
