"""`{% load capture %}`: what the pages of forms bring along."""

from __future__ import annotations

import logging

from django import template
from django.utils.safestring import SafeString, mark_safe
from django_vite.core.asset_loader import DjangoViteAssetLoader
from django_vite.core.exceptions import DjangoViteAssetNotFoundError

register = template.Library()
log = logging.getLogger(__name__)


@register.simple_tag
def form_assets() -> SafeString:
    """The small style sheet and script of forms; nothing, and a line in the log, before they are built."""
    try:
        return mark_safe(DjangoViteAssetLoader.instance().generate_vite_asset("form", app="default"))
    except DjangoViteAssetNotFoundError:
        log.warning("the pages' assets are not built: run python frontend/build_assets.py")
        return mark_safe("")
