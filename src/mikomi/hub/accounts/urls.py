from __future__ import annotations

from allauth.account import views as allauth_views
from allauth.mfa.base import views as allauth_mfa
from allauth.mfa.recovery_codes import views as allauth_codes
from allauth.mfa.totp import views as allauth_totp
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path

from mikomi.hub.accounts.views import audit, own, people

urlpatterns = [
    path("login/", allauth_views.login, name="account_login"),
    path("login/by-link/<str:token>/", own.login_by_link, name="login_by_link"),
    path("setup/<str:token>/", own.set_up, name="set_up"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("invited/<str:token>/", people.invited, name="invited"),
    path("settings/people/", people.people, name="accounts_people"),
    path("settings/audit/", audit.audit_page, name="accounts_audit"),
    path("settings/audit/file/", audit.audit_file, name="accounts_audit_file"),
    path("settings/people/invite/", people.invite, name="accounts_invite"),
    path("settings/people/invitations/<int:number>/revoke/", people.revoke, name="accounts_revoke"),
    path(
        "settings/people/invitations/<int:number>/again/", people.invite_again, name="accounts_invite_again"
    ),
    path("settings/people/<int:number>/role/", people.set_role, name="accounts_role"),
    path("settings/people/<int:number>/leave/", people.leave, name="accounts_leave"),
    path("settings/people/two-steps/", people.require_two_steps, name="accounts_two_steps"),
    path("settings/people/<int:number>/two-steps/", people.reset_two_steps, name="accounts_reset_two_steps"),
    path("settings/people/<int:number>/return/", people.let_back, name="accounts_return"),
    path("account/", own.profile, name="account_profile"),
    path("account/language/", own.choose_language, name="language"),
    path("account/password/", allauth_views.password_change, name="account_change_password"),
    path("password/set/", allauth_views.password_set, name="account_set_password"),
    path("password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("login/code/", login_not_required(allauth_mfa.authenticate), name="mfa_authenticate"),
    path("account/login/", allauth_mfa.index, name="mfa_index"),
    path("account/login/code/", allauth_mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/login/on/", own.two_steps_on, name="mfa_activate_totp"),
    path("account/login/off/", allauth_totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/login/spare/", allauth_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/login/spare/new/", allauth_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"
    ),
    path(
        "account/login/spare/file/", allauth_codes.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
    path("account/devices/", own.devices, name="account_devices"),
    path("account/devices/<int:number>/end/", own.end_device, name="account_end_device"),
    path("account/devices/end/", own.end_devices, name="account_end_devices"),
    # allauth leads here from some of its pages; both say no in words.
    path("signup/", allauth_views.signup, name="account_signup"),
    path("inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
]
