"""The hub's settings in surroundings of the tests' own.

pytest-django loads the settings before any conftest.py; what a developer has set or served from the
checkout must not reach the tests by then. `MIKOMI_TEST_DATABASE_URL` gives the database, SQLite
without it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

for _name in [name for name in os.environ if name.startswith("MIKOMI_") and "_TEST_" not in name]:
    del os.environ[_name]
os.environ["MIKOMI_DATA"] = tempfile.mkdtemp(prefix="mikomi-test-data-")
os.environ["MIKOMI_LANGUAGE"] = "en"
if os.environ.get("MIKOMI_TEST_DATABASE_URL"):
    os.environ["MIKOMI_DATABASE_URL"] = os.environ["MIKOMI_TEST_DATABASE_URL"]
atexit.register(shutil.rmtree, os.environ["MIKOMI_DATA"], ignore_errors=True)

from mikomi.hub.settings import *  # noqa: E402, F403

# No test's database outlives its run: waiting for the disk would prove nothing. The names come with
# the product's settings above.
if "init_command" in DATABASES["default"]["OPTIONS"]:  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # noqa: F405

# Slow hashing is for passwords that are worth something.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Programs that a test starts use the product's own settings.
os.environ["DJANGO_SETTINGS_MODULE"] = "mikomi.hub.settings"
