"""`{% load capture %}`: what the pages of forms bring along."""

from __future__ import annotations

import logging

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_vite.core.asset_loader import DjangoViteAssetLoader
from django_vite.core.exceptions import DjangoViteAssetNotFoundError

from mikomi.hub.capture.traps import address_for
from mikomi.hub.capture.webforms.hidden import SOURCE, VISITOR

register = template.Library()
log = logging.getLogger(__name__)


@register.simple_tag(takes_context=True)
def hidden_link(context: Context) -> str:
    """A link that no person can see; who opens it is a machine (`capture.traps`)."""
    asked = context["request"].GET
    visitor = context.get("page_mark") or asked.get(VISITOR, "")
    address = address_for(asked.get(SOURCE, ""), visitor)
    link = '<a class="mkf-away" href="{}" rel="nofollow" aria-hidden="true" tabindex="-1"></a>'
    return format_html(link, address) if address else ""


@register.simple_tag
def form_assets() -> SafeString:
    """The small style sheet and script of forms; nothing, and a line in the log, before they are built."""
    try:
        return mark_safe(DjangoViteAssetLoader.instance().generate_vite_asset("form", app="default"))
    except DjangoViteAssetNotFoundError:
        log.warning("the pages' assets are not built: run python frontend/build_assets.py")
        return mark_safe("")
