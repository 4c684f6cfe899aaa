"""How allauth behaves here: nobody signs up by themselves, and no redirect leaves the site."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """allauth's account adapter, closed to strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the first set-up and by those who already have one."""
        return False
