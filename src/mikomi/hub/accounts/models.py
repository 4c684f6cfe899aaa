"""People who use Mikomi."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from mikomi.hub.accounts.types import Role


class UserManager(BaseUserManager["User"]):
    """Makes users; an address is compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new user; without a password nobody can log in by password."""
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this address, in any case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who logs in by mail address and password."""

    email = models.EmailField(max_length=254, unique=True)
    """In lower case: `save` sees to it."""
    name = models.CharField(max_length=100)
    """As colleagues call the person; shown in the menu and on hand-offs."""
    role = models.CharField(max_length=10, default=Role.ADMIN)
    """A `Role`. The first person is the admin; everybody else is given one with the invitation."""
    language = models.CharField(max_length=5, blank=True)
    """`ja` or `en`; empty: as the browser asks."""
    settings = models.JSONField(default=dict, blank=True)
    """What the person chose on single pages, by key; read and written by `accounts.services`."""
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **options: Any) -> None:
        """Keeps the address in lower case, so that it is unique in any case."""
        self.email = self.email.strip().lower()
        super().save(*args, **options)

    def get_full_name(self) -> str:
        """The person's name, for Django's and allauth's templates."""
        return self.name


class LoginLink(models.Model):
    """A link that logs one person in, or lets the first person set up an account."""

    key = models.CharField(max_length=64, primary_key=True)
    """SHA-256 of the token; the token itself stands only in the link."""
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    """None: the link of the first set-up."""
    reusable = models.BooleanField(default=False)
    """True for a demo, whose link may be opened again until it ends."""
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
