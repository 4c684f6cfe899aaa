from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from mikomi.hub.kit.menu import MenuEntry, register


class CaptureConfig(AppConfig):
    name = "mikomi.hub.capture"
    label = "capture"

    def ready(self) -> None:
        register(
            MenuEntry("tag", "tools", 20, _("計測タグ"), "plug-connected", "capture:tags"),
            MenuEntry("privacy", "tools", 60, _("プライバシー"), "shield-check", "capture:privacy"),
            MenuEntry("campaigns", "nurture", 44, _("施策"), "speakerphone", "capture:campaigns"),
            MenuEntry("seminars", "nurture", 47, _("セミナー"), "presentation", "capture:seminars"),
            MenuEntry("documents", "nurture", 46, _("資料"), "file-download", "capture:documents"),
            MenuEntry("forms", "nurture", 45, _("フォーム"), "file-text", "capture:forms"),
        )
