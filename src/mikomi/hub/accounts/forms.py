"""Forms of the account pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mikomi.hub.accounts.models import User

LANGUAGE_CHOICES = (("", _("ブラウザーに合わせる")), *settings.LANGUAGES)


class SetupForm(forms.Form):
    """The first account."""

    name = forms.CharField(
        label=_("お名前"),
        max_length=100,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("パスワード"),
        strip=False,
        help_text=_("10文字以上"),
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Checks the password against the rules, knowing name and address."""
        found = super().clean() or {}
        password = found.get("password")
        if password:
            try:
                validate_password(password, User(email=found.get("email", ""), name=found.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return found


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
