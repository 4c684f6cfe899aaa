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
    """False: the person left. They are kept, since what they did is."""
    last_seen_at = models.DateTimeField(null=True)
    """When a page was last asked for, to some minutes."""
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


class Invitation(models.Model):
    """A link with which one more person makes their account."""

    key = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token; the token itself stands only in the link."""
    email = models.EmailField(max_length=254)
    """In lower case."""
    role = models.CharField(max_length=10)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Policy(models.Model):
    """What holds for everybody who logs in: one row at most."""

    two_steps = models.BooleanField(default=False)
    """Whether everybody must log in with a second step."""


class Device(models.Model):
    """One browser that is logged in, or was."""

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    came_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class AuditEntry(models.Model):
    """One thing that somebody did. Triggers in the database refuse to change or delete a row, so nothing
    that a law may want erased stands here: leads by number, never by name or address.
    """

    at = models.DateTimeField(db_index=True)
    by_number = models.BigIntegerField(null=True, db_index=True)
    """The user's number; no foreign key, since nothing may change the row. None: the program, a stranger."""
    by_name = models.CharField(max_length=100, blank=True)
    action = models.CharField(max_length=40, db_index=True)
    """What kind of thing, as `score.published`."""
    target = models.CharField(max_length=100, blank=True)
    """What it was done to, as `model:3` or `lead:17`."""
    words_ja = models.TextField()
    words_en = models.TextField()
    detail = models.JSONField(default=dict)
