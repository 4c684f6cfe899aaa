from typing import Any

from django.db import migrations

from mikomi.hub.accounts.sealing import is_sealed, seal, unseal


def _each(apps: Any, change: Any) -> None:
    for held in apps.get_model("mfa", "Authenticator").objects.filter(type__in=["totp", "recovery_codes"]):
        for name in ("secret", "seed"):
            if name in held.data:
                held.data[name] = change(held.data[name])
        if "migrated_codes" in held.data:
            held.data["migrated_codes"] = [change(code) for code in held.data["migrated_codes"]]
        held.save(update_fields=["data"])


def close(apps: Any, editor: Any) -> None:
    _each(apps, lambda text: text if is_sealed(text) else seal(text))


def open_again(apps: Any, editor: Any) -> None:
    _each(apps, unseal)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_people_and_audit"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [migrations.RunPython(close, open_again)]
