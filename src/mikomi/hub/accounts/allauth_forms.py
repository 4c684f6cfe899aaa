"""allauth's forms in our words and look; what they check and do stays allauth's."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.mfa.base import forms as code_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mikomi.hub.accounts.sealing import KeyChangedError

LABELS = {
    "login": _("メールアドレス"),
    "email": _("メールアドレス"),
    "password": _("パスワード"),
    "oldpassword": _("いまのパスワード"),
    "password1": _("新しいパスワード"),
    "password2": _("新しいパスワード（もう一度）"),
    "code": _("6桁の数字"),
}


def dress(form: forms.Form) -> None:
    """Gives each field our label and look, without placeholders that repeat the label."""
    for name, field in form.fields.items():
        field.label = LABELS.get(name, field.label)
        field.help_text = _("10文字以上") if name == "password1" else ""
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["class"] = "form-control"


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class SetPasswordForm(allauth_forms.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def _dress_code(form: forms.Form) -> None:
    dress(form)
    form.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True, "maxlength": "20"}


class _ReadableCode(code_forms.BaseAuthenticateForm):
    def clean_code(self) -> str:
        """As allauth does; says so where the secret was sealed under another key."""
        try:
            return super().clean_code()
        except KeyChangedError as error:
            raise forms.ValidationError(error.words.text(get_language() or "ja")) from error


class CodeForm(_ReadableCode, code_forms.AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_code(self)


class CodeAgainForm(_ReadableCode, code_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_code(self)


class ActivateCodeForm(totp_forms.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_code(self)
