"""Who may open which address: the one place, and the only one, that says so.

`NEEDS` names every address of the product. Whoever adds one adds its line here; without a line
nobody but an admin gets in, and a test fails.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from mikomi.hub.accounts.types import GIVEN, NOBODY, Capability, May, Role

READ, CONTACT, MARKET, LEAD_TEAM, ADMINISTER = Capability
TIDY = MARKET | LEAD_TEAM
"""Changing, merging or taking out many leads at once: either of the two."""
PUBLIC = Capability(0)
"""Nothing is needed, not even a login."""


class Apart(NamedTuple):
    """An address that some may open and fewer may send to."""

    get: Capability
    post: Capability


NEEDS: dict[str, Capability | Apart] = {
    # Alive?
    "health": PUBLIC,
    "kit_samples": READ,
    "kit_rule": READ,
    "kit_effect": READ,
    "kit_toast": READ,
    # Coming in, and one's own account
    "account_login": PUBLIC,
    "login_by_link": PUBLIC,
    "set_up": PUBLIC,
    "account_logout": PUBLIC,
    "account_set_password": READ,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_signup": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reauthenticate": READ,
    "account_profile": READ,
    "account_change_password": READ,
    "language": READ,
    "invited": PUBLIC,
    # People of the product
    "accounts_people": ADMINISTER,
    "accounts_invite": ADMINISTER,
    "accounts_revoke": ADMINISTER,
    "accounts_invite_again": ADMINISTER,
    "accounts_role": ADMINISTER,
    "accounts_leave": ADMINISTER,
    "accounts_return": ADMINISTER,
    # What strangers are given: forms on our site, documents, seats at a seminar, what the tag sends
    "capture:give": PUBLIC,
    "capture:cancel_seat": PUBLIC,
    "capture:confirm": PUBLIC,
    "capture:form": PUBLIC,
    "capture:form_script": PUBLIC,
    "capture:thanks": PUBLIC,
    "capture:transmission": PUBLIC,
    # Alerts: one's own; a result by a signed link needs no login; where the team's go
    "alerts:result": PUBLIC,
    "alerts:mine": READ,
    "alerts:open": READ,
    "alerts:read_all": READ,
    "alerts:wishes": READ,
    "alerts:channels": ADMINISTER,
    "alerts:inside": ADMINISTER,
    "alerts:new_channel": ADMINISTER,
    "alerts:channel": ADMINISTER,
    "alerts:test_channel": ADMINISTER,
    "alerts:pause_channel": ADMINISTER,
    "alerts:try_channel": ADMINISTER,
    "alerts:delete_channel": ADMINISTER,
    "alerts:deliver_again": ADMINISTER,
    "alerts:drop_delivery": ADMINISTER,
    "alerts:mailbox": ADMINISTER,
    "alerts:mail": ADMINISTER,
    # Collecting
    "capture:tags": MARKET,
    "capture:tag": MARKET,
    "capture:tag_switch": MARKET,
    "capture:tag_staff": MARKET,
    "capture:tag_arriving": MARKET,
    "capture:tag_check": MARKET,
    "capture:tag_missing": MARKET,
    "capture:privacy": MARKET | ADMINISTER,
    "capture:privacy_publisher": MARKET | ADMINISTER,
    "capture:privacy_linking": MARKET | ADMINISTER,
    "capture:privacy_retention": ADMINISTER,
    "capture:networks": MARKET,
    "capture:forms": MARKET,
    "capture:new_form": MARKET,
    "capture:pitch_words": MARKET,
    "capture:add_phrase": MARKET,
    "capture:set_phrase": MARKET,
    "capture:edit_form": MARKET,
    "capture:preview_form": MARKET,
    "capture:share_form": MARKET,
    "capture:close_form": MARKET,
    "capture:reopen_form": MARKET,
    "capture:delete_form": MARKET,
    "capture:submissions": MARKET,
    "capture:submissions_file": MARKET,
    "capture:submission": MARKET,
    "capture:judge": MARKET,
    "capture:exclude_sender": MARKET,
    "capture:release": MARKET,
    "capture:mail_again": MARKET,
    "capture:campaigns": READ,
    "capture:new_campaign": MARKET,
    "capture:campaign": READ,
    "capture:edit_campaign": MARKET,
    "capture:archive_campaign": MARKET,
    "capture:documents": Apart(READ, MARKET),
    "capture:document": Apart(READ, MARKET),
    "capture:add_link": CONTACT,
    "capture:end_link": CONTACT,
    "capture:end_document": MARKET,
    "capture:seminars": READ,
    "capture:new_seminar": MARKET,
    "capture:seminar": READ,
    "capture:edit_seminar": MARKET,
    "capture:open_seminar": MARKET,
    "capture:close_seminar": MARKET,
    "capture:call_off_seminar": MARKET,
    "capture:delete_seminar": MARKET,
    "capture:reception": CONTACT,
    "capture:import_seminar_list": MARKET,
    "capture:imported_seminar_list": READ,
    "capture:seminar_sheet": CONTACT,
    "capture:mark_guest": CONTACT,
    "capture:cancel_guest": CONTACT,
    "capture:restore_guest": CONTACT,
    # Files, notes
    "people:imports": MARKET,
    "people:import_no_tool": MARKET,
    "people:import": MARKET,
    "people:import_progress": MARKET,
    "people:import_read": MARKET,
    "people:import_options": MARKET,
    "people:import_load": MARKET,
    "people:import_discard": MARKET,
    "people:import_rejected": MARKET,
    "people:import_mended": MARKET,
    "people:import_undo": MARKET,
    "people:note_write": CONTACT,
    "people:note_edit": CONTACT,
    "people:note_delete": CONTACT,
    "people:note_restore": CONTACT,
    "people:file_keep": CONTACT,
    "people:file": READ,
    "people:file_delete": CONTACT,
    "people:file_restore": CONTACT,
    # Journey
    "journey:map": READ,
    "journey:edit": MARKET,
    "journey:title": MARKET,
    "journey:cell": MARKET,
    "journey:pick": MARKET,
    "journey:act": MARKET,
    "journey:undo": MARKET,
    "journey:redo": MARKET,
    "journey:start": MARKET,
    "journey:roles": MARKET,
    "journey:interview": MARKET,
    "journey:changes": MARKET,
    "journey:discard": MARKET,
    "journey:keep": MARKET,
    "journey:revisions": READ,
    "journey:revision": READ,
    "journey:restore": MARKET,
    "journey:gap": READ,
    "journey:adopt": MARKET,
    "journey:compare": READ,
    "journey:print": READ,
    "journey:file": READ,
    "site:stage_condition": MARKET,
    "site:stage_form": MARKET,
    # Scores
    "scores:edit": MARKET,
    "scores:change": MARKET,
    "scores:editor": MARKET,
    "scores:act": MARKET,
    "scores:add": MARKET,
    "scores:live": MARKET,
    "scores:effect": MARKET,
    "scores:warnings": MARKET,
    "scores:start": MARKET,
    "scores:add_clause": MARKET,
    "scores:details": MARKET,
    "scores:template": MARKET,
    "scores:changes": MARKET,
    "scores:publish": MARKET,
    "scores:discard": MARKET,
    "scores:bring_back": MARKET,
    "scores:versions": READ,
    "scores:version": READ,
    "scores:restore": MARKET,
    "scores:version_file": READ,
    "scores:file": MARKET,
    "scores:download": MARKET,
    # Lists
    "site:home": READ,
    "site:today": READ,
    "site:today_call": READ,
    "site:brief": READ,
    "site:say_result": CONTACT,
    "site:undo_result": CONTACT,
    "site:move_next": CONTACT,
    "site:hand_lead": CONTACT,
    "site:hot": READ,
    "site:hot_live": READ,
    "site:leads": READ,
    "site:keep_view": READ,
    "site:view": READ,
    "site:keep_view_again": READ,
    "site:delete_view": READ,
    "site:export": TIDY,
    "site:export_check": TIDY,
    "site:export_file": TIDY,
    "site:write_file": TIDY,
    "site:written": TIDY,
    "site:written_progress": TIDY,
    "site:written_file": TIDY,
    "site:drop_written": TIDY,
    "site:edit": TIDY,
    "site:labels": TIDY,
    "site:make_label": TIDY,
    "site:rename_label": TIDY,
    "site:delete_label": TIDY,
    "site:restore_label": TIDY,
    "site:acts": TIDY,
    "site:act": TIDY,
    "site:act_progress": TIDY,
    "site:undo_act": TIDY,
    "site:trash": TIDY,
    "site:restore": TIDY,
    # One lead, one company
    "site:lead": READ,
    "site:timeline": READ,
    "site:value": CONTACT,
    "site:set_stage": CONTACT,
    "site:end_stage": CONTACT,
    "site:undo_stage": CONTACT,
    "site:stage_why": READ,
    "site:move": CONTACT,
    "site:undo_move": CONTACT,
    "site:company_names": CONTACT,
    "site:join_campaign": CONTACT,
    "site:leave_campaign": CONTACT,
    "site:put_away": TIDY,
    "site:set_machine": MARKET,
    "site:part_browser": MARKET,
    "site:give_browser": MARKET,
    "site:set_rest": MARKET,
    "site:flow": READ,
    "site:flow_leads": READ,
    "site:record_result": CONTACT,
    "site:take_back_result": CONTACT,
    "site:exclude": TIDY,
    "site:exclude_company": TIDY,
    "site:privacy_requests": ADMINISTER,
    "site:give_out": ADMINISTER,
    "site:stop_use": ADMINISTER,
    "site:erase": ADMINISTER,
    "site:privacy_log": ADMINISTER,
    "site:companies": READ,
    "site:company": READ,
    "site:company_timeline": READ,
    "site:visiting": READ,
    # The same person, the same company
    "site:same_companies": TIDY,
    "site:look_at_companies": TIDY,
    "site:part_companies": TIDY,
    "site:choose_company": TIDY,
    "site:compare_companies": TIDY,
    "site:not_same_company": TIDY,
    "site:maybe_same_company": TIDY,
    "site:duplicates": TIDY,
    "site:look_again": TIDY,
    "site:sure": TIDY,
    "site:merge_run": TIDY,
    "site:part_run": TIDY,
    "site:part": TIDY,
    "site:undo_single": TIDY,
    "site:compare": TIDY,
    "site:not_same": TIDY,
    "site:maybe_same": TIDY,
    # Segments
    "site:segments": READ,
    "site:segment_new": MARKET,
    "site:segment_form": MARKET,
    "site:segment_overlap": READ,
    "site:priorities": TIDY,
    "site:segment": READ,
    "site:segment_edit": MARKET,
    "site:segment_rename": MARKET,
    "site:segment_delete": MARKET,
    "site:segment_restore": MARKET,
    "site:segment_snapshot": MARKET,
    "site:segment_why": READ,
    # Settings
    "site:measuring": MARKET,
    "site:measured_events": MARKET,
    "site:take_back_machine": MARKET,
    "site:new_sweep": MARKET,
    "site:sweep": MARKET,
    "site:sweep_progress": MARKET,
    "site:confirm_sweep": MARKET,
    "site:discard_sweep": MARKET,
    "site:undo_sweep": MARKET,
    "site:judge_again": MARKET,
    "site:handoffs": READ,
    "site:handoff": READ,
    "site:handoff_reassign": CONTACT,
    "site:handoff_give_back": CONTACT,
    "site:handoff_undo": CONTACT,
    "site:handoff_open_again": CONTACT,
    "site:handoff_rules": TIDY,
    "site:handoff_rules_save": TIDY,
    "site:handoff_drop_seat": TIDY,
    "site:handoff_drop_absence": TIDY,
    "site:exclusions": TIDY,
    "site:add_exclusion": TIDY,
    "site:end_exclusion": TIDY,
    "site:resume_exclusion": TIDY,
    "site:fields": MARKET,
    "site:new_field": MARKET,
    "site:edit_field": MARKET,
    "site:move_field": MARKET,
    "site:archive_field": MARKET,
    "site:restore_field": MARKET,
    "site:contents": MARKET,
    "site:group_contents": MARKET,
    "site:take_proposal": MARKET,
    "site:move_content": MARKET,
    "site:undo_content_move": MARKET,
    "site:undo_contents": MARKET,
}


def needed(name: str, method: str = "GET") -> Capability:
    """What one must be able to do at the address called `name`; any part of it is enough.

    An address that is not in the table is for admins.
    """
    need = NEEDS.get(name, ADMINISTER)
    if isinstance(need, Apart):
        return need.get if method in ("GET", "HEAD", "OPTIONS") else need.post
    return need


def may_of(user: Any) -> May:
    """What a person may do; nothing where nobody is logged in."""
    return May(GIVEN[Role(user.role)]) if user is not None and user.is_authenticated else NOBODY


def allowed_role(role: Role, name: str, method: str = "GET") -> bool:
    """Whether a role may open (or by another `method` send to) the address called `name`."""
    need = needed(name, method)
    return need == PUBLIC or bool(need & GIVEN[role])


def allowed(user: Any, name: str, method: str = "GET") -> bool:
    """Whether a person may open (or by another `method` send to) the address called `name`."""
    need = needed(name, method)
    return need == PUBLIC or bool(need & may_of(user).able)


def roles_for(name: str, method: str = "GET") -> list[Role]:
    """Whom to ask where one was refused: the roles that may, the widest first."""
    return [role for role in GIVEN if allowed_role(role, name, method)]
