"""項目: what is known of leads and companies, and how it is called, checked, ordered and put aside."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.values.quantities import parse_quantity
from mikomi.core.words import MikomiError, Words
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import field_settings
from mikomi.hub.people import queries as people
from mikomi.hub.people.field_settings import KIND_NAMES, PLACES_REQUIRED, Wanted
from mikomi.hub.people.fields import GROUPS, group_name
from mikomi.hub.people.types import FieldView
from mikomi.hub.site.field_uses import field_uses

_CHECKS = ("least", "most", "longest")


@require_safe
def fields(request: HttpRequest) -> HttpResponse:
    """All fields, group by group."""
    views = people.fields()
    uses = field_uses()
    counts = field_settings.usage_of([view.key for view in views])
    groups: dict[str, list[dict[str, Any]]] = {}
    aside = []
    for view in views:
        row = {
            "field": view,
            "kind": KIND_NAMES[view.kind] if view.kind in KIND_NAMES else Words(view.kind, view.kind),
            "count": counts[view.key],
            "uses": uses.get(view.key, []),
            "required": [PLACES_REQUIRED[place] for place in view.required],
        }
        (aside if view.archived else groups.setdefault(view.group, [])).append(row)
    context = {
        "field_groups": [{"name": group_name(group), "rows": rows} for group, rows in groups.items()],
        "aside": aside,
        "menu_key": "fields",
    }
    return render(request, "site/fields/list.html", context)


@require_http_methods(["GET", "POST"])
def new_field(request: HttpRequest) -> HttpResponse:
    """A field of one's own."""
    if request.method != "POST":
        return _form(request, None, Wanted("", kind="text"), None)
    wanted, refused = _wanted(request.POST, None)
    if refused is None:
        try:
            field_settings.add_field(wanted)
        except MikomiError as error:
            refused = error.words
        else:
            messages.success(request, _("項目「%(name)s」を作りました") % {"name": wanted.label_ja})
            return redirect("site:fields")
    return _form(request, None, wanted, refused)


@require_http_methods(["GET", "POST"])
def edit_field(request: HttpRequest) -> HttpResponse:
    """One field (`?key=`): its names, kind, checks, group, where it is required."""
    field = _field(request)
    if request.method != "POST":
        return _form(request, field, _as_it_is(field), None)
    wanted, refused = _wanted(request.POST, field)
    if refused is None:
        try:
            odd = field_settings.change_field(field.key, wanted)
        except MikomiError as error:
            refused = error.words
        else:
            said = _("項目「%(name)s」を書き換えました") % {"name": wanted.label_ja}
            if odd:
                said += _("。いまの値のうち%(n)s件は合いません（消えずに残ります）") % {"n": odd}
            messages.success(request, said)
            return redirect("site:fields")
    return _form(request, field, wanted, refused)


@require_POST
def move_field(request: HttpRequest) -> HttpResponse:
    """One place up or down in its group."""
    field = _field(request)
    field_settings.move_field(field.key, up=request.POST.get("way") == "up")
    return redirect(f"{reverse('site:fields')}#{field.key}")


@require_http_methods(["GET", "POST"])
def archive_field(request: HttpRequest) -> HttpResponse:
    """Asks with everything that uses the field, then puts it aside; its values stay."""
    field = _field(request)
    uses = field_uses().get(field.key, [])
    if request.method == "POST":
        field_settings.archive_field(field.key)
        back = f"{reverse('site:restore_field')}?{urlencode({'key': field.key})}"
        messages.success(
            request, _("項目「%(name)s」をしまいました") % {"name": words(field.label)}, extra_tags=back
        )
        return redirect("site:fields")
    context = {
        "field": field,
        "uses": uses,
        "count": field_settings.usage_of([field.key])[field.key],
        "menu_key": "fields",
    }
    return render(request, "site/fields/archive.html", context)


@require_POST
def restore_field(request: HttpRequest) -> HttpResponse:
    """Takes a field out again."""
    field = _field(request)
    field_settings.restore_field(field.key)
    messages.success(request, _("項目「%(name)s」を元に戻しました") % {"name": words(field.label)})
    return redirect("site:fields")


def _field(request: HttpRequest) -> FieldView:
    found = field_settings.view_of(request.GET.get("key", ""))
    if found is None:
        raise Http404(_("この項目は見つかりません。"))
    return found


def _as_it_is(field: FieldView) -> Wanted:
    return Wanted(
        label_ja=field.label_ja,
        label_en=field.label_en,
        kind=field.kind,
        scope="company" if field.scope == "company" else "lead",
        group="" if field.group in GROUPS else field.group,
        choices=[label.ja for _key, label in field.choices],
        checks=field.checks,
        required=field.required,
    )


def _wanted(post: QueryDict, field: FieldView | None) -> tuple[Wanted, Words | None]:
    """What was filled in, and why it cannot be read as such."""
    checks, refused = {}, None
    for name in _CHECKS:
        text = post.get(name, "").strip()
        read = parse_quantity(text) if text else None
        if read is not None and read.number is not None:
            checks[name] = int(read.number) if name == "longest" else read.number
        elif text:
            refused = Words(f"「{text}」は数として読めません", f"“{text}” cannot be read as a number")
    own = field is None or field.custom
    return (
        Wanted(
            label_ja=post.get("label_ja", ""),
            label_en=post.get("label_en", ""),
            kind=post.get("kind", "text") if own or field is None else field.kind,
            scope="company" if post.get("scope") == "company" else "lead",
            group=post.get("group", ""),
            choices=post.get("choices", "").splitlines(),
            checks=checks,
            required=post.getlist("required"),
        ),
        refused,
    )


def _form(
    request: HttpRequest, field: FieldView | None, wanted: Wanted, refused: Words | None
) -> HttpResponse:
    used = sorted({view.group for view in people.fields() if view.group not in GROUPS})
    context = {
        "field": field,
        "own": field is None or field.custom,
        "wanted": wanted,
        "choices": "\n".join(wanted.choices),
        "kinds": KIND_NAMES.items(),
        "kind_name": KIND_NAMES.get(wanted.kind, Words(wanted.kind, wanted.kind)),
        "places": PLACES_REQUIRED.items(),
        "used_groups": used,
        "home": group_name(field.group) if field else group_name("custom"),
        "refused": refused,
        "menu_key": "fields",
    }
    return render(request, "site/fields/edit.html", context, status=422 if refused else 200)
