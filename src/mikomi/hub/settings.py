"""The Django settings, from the environment (`kit/environment.py`) and the data folder.

Importing this module writes nothing. Programs start through `mikomi.hub.kit.boot`, which checks
and prepares the data folder first.
"""

from __future__ import annotations

import os

from django.utils.csp import CSP

from mikomi.hub.kit import environment
from mikomi.hub.kit.folder import timezone_of

DATA_FOLDER = environment.data_folder(os.environ)

DEBUG = False
SAMPLES = environment.samples(os.environ)
SECRET_KEY = environment.secret_key(os.environ, DATA_FOLDER)
_HOSTS = environment.hosts(os.environ)
ALLOWED_HOSTS = list(_HOSTS.names)

INSTALLED_APPS = [
    "mikomi.hub.site",
    "mikomi.hub.alerts",
    "mikomi.hub.handoff",
    "mikomi.hub.segments",
    "mikomi.hub.scores",
    "mikomi.hub.journey",
    "mikomi.hub.capture",
    "mikomi.hub.people",
    "mikomi.hub.deeds",
    "mikomi.hub.activity",
    "mikomi.hub.consent",
    "mikomi.hub.accounts",
    "mikomi.hub.kit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks_db",
    "django_vite",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # After the session's user is known: the person's own language comes before the browser's.
    "mikomi.hub.accounts.middleware.LanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "mikomi.hub.accounts.devices.SeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mikomi.hub.accounts.refusing.AccessMiddleware",
    # After it: who may not open a page at all is told so.
    "mikomi.hub.site.sight.SightMiddleware",
    "mikomi.hub.kit.middleware.NotAllowedMiddleware",
    "mikomi.hub.kit.middleware.ArrivedMiddleware",
]

ROOT_URLCONF = "mikomi.hub.urls"
WSGI_APPLICATION = "mikomi.hub.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mikomi.hub.accounts.refusing.may",
            ],
        },
    },
]

DATABASES = {"default": environment.database(os.environ, DATA_FOLDER)}
MAILERS = {"default": environment.smtp(os.environ)}
DEFAULT_FROM_EMAIL = environment.sender(os.environ)
OWN_URL = environment.own_url(os.environ)
ANYMAIL = {"REQUESTS_TIMEOUT": 20}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
# Login attempts are counted here; in the database, so that all web processes count together.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kit_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# Language and time. The time zone is the data folder's: days, and so all scores, hang on it.
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
TIME_ZONE = timezone_of(DATA_FOLDER)
USE_TZ = True

# Assets are built into one folder, which granian serves by itself under this address.
STATIC_URL = "/static/"
STATICFILES_DIRS = [environment.ASSETS]
STATIC_ROOT = None
DJANGO_VITE = {
    "default": {
        "manifest_path": environment.ASSETS / "manifest.json",
        "app_client_class": "mikomi.hub.kit.built.FreshClient",
    }
}
# Built by `frontend/build_assets.py`; without it Django would warn before anything is built.
SILENCED_SYSTEM_CHECKS = ["staticfiles.W004", "django_vite.W001"]

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "mikomi.hub.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "mikomi.hub.accounts.allauth_forms.LoginForm",
    "reset_password": "mikomi.hub.accounts.allauth_forms.ResetPasswordForm",
    "reset_password_from_key": "mikomi.hub.accounts.allauth_forms.ResetPasswordKeyForm",
    "change_password": "mikomi.hub.accounts.allauth_forms.ChangePasswordForm",
    "set_password": "mikomi.hub.accounts.allauth_forms.SetPasswordForm",
    "reauthenticate": "mikomi.hub.accounts.allauth_forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
MFA_ADAPTER = "mikomi.hub.accounts.two_steps.TwoStepsAdapter"
MFA_FORMS = {
    "authenticate": "mikomi.hub.accounts.allauth_forms.CodeForm",
    "reauthenticate": "mikomi.hub.accounts.allauth_forms.CodeAgainForm",
    "activate_totp": "mikomi.hub.accounts.allauth_forms.ActivateCodeForm",
}
MFA_TOTP_ISSUER = "Mikomi"
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# Addresses were proven by the invitation, or are the admin's word.
MFA_ALLOW_UNVERIFIED_EMAIL = True
SESSION_COOKIE_AGE = 30 * 24 * 60 * 60

# Safety
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_NAME = "mikomi_session"
CSRF_COOKIE_NAME = "mikomi_csrf"
SESSION_COOKIE_SECURE = _HOSTS.secure
CSRF_COOKIE_SECURE = _HOSTS.secure
CSRF_TRUSTED_ORIGINS = list(_HOSTS.origins)
# Only where TLS is said to stand in front are its headers believed.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _HOSTS.secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HOSTS.secure else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "mikomi": {"level": "INFO"},
        # Django would mail to ADMINS; a self-hosted program's log is its terminal.
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
