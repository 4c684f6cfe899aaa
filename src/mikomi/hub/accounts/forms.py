"""Forms of the account pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mikomi.hub.accounts.models import User
from mikomi.hub.accounts.types import ROLE_NAMES, Role

LANGUAGE_CHOICES = (("", _("ブラウザーに合わせる")), *settings.LANGUAGES)


def number_of_person(text: str) -> int | None:
    """Whom a page's list names: a user's number, None for nobody; -1, which nobody has, for what is none."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def check_password(form: forms.Form, found: dict[str, Any], email: str) -> None:
    """Puts what is wrong with a new password beside its field."""
    if password := found.get("password"):
        try:
            validate_password(password, User(email=email, name=found.get("name", "")))
        except ValidationError as error:
            form.add_error("password", error)


class _PersonForm(forms.Form):
    """What each new account is asked for."""

    name = forms.CharField(
        label=_("お名前"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("パスワード"),
        strip=False,
        help_text=_("10文字以上"),
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"}),
    )


class SetupForm(_PersonForm):
    """The first account."""

    email = forms.EmailField(
        label=_("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "username"}),
    )
    field_order = ("name", "email", "password")

    def clean(self) -> dict[str, Any]:
        """Checks the password against the rules, knowing name and address."""
        found = super().clean() or {}
        check_password(self, found, found.get("email", ""))
        return found


class InvitedForm(_PersonForm):
    """The account of somebody who was invited: the address is the invitation's."""

    def __init__(self, email: str, *args: Any, **options: Any) -> None:
        self.email = email
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        """Checks the password against the rules, knowing name and address."""
        found = super().clean() or {}
        check_password(self, found, self.email)
        return found


class InviteForm(forms.Form):
    """Whom to let in, and as what."""

    email = forms.EmailField(
        label=_("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("役割"), initial=Role.SALES, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        language = get_language() or "ja"
        choices = [(role.value, name.text(language)) for role, name in ROLE_NAMES.items()]
        # The dictionary of fields is not told of each one's kind.
        self.fields["role"].choices = choices  # type: ignore[attr-defined]


class ProfileForm(forms.Form):
    """How one is called, and in which language the pages are."""

    name = forms.CharField(
        label=_("お名前"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("画面の言語"),
        choices=LANGUAGE_CHOICES,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
