"""フォーム: the list, a new one from a template, and the editor with its live preview."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.words import MikomiError, Words
from mikomi.hub.accounts.queries import colleagues
from mikomi.hub.capture.forms import read_content
from mikomi.hub.capture.models import Document, Form, Source
from mikomi.hub.capture.views.public import public_context
from mikomi.hub.capture.webforms import captured, editing, showing, starters
from mikomi.hub.capture.webforms.answers import offered_fields, questions_of
from mikomi.hub.capture.webforms.content import (
    EMAIL,
    OWN_KINDS,
    PURPOSES,
    Content,
    Purpose,
    content_from,
    dump,
)
from mikomi.hub.kit import mailbox
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people.fields import group_name
from mikomi.hub.people.types import FieldView


@require_safe
def forms(request: HttpRequest) -> HttpResponse:
    """All forms, the latest first."""
    return render(request, "capture/forms/list.html", {"rows": showing.form_rows(), "menu_key": "forms"})


@require_http_methods(["GET", "POST"])
def new_form(request: HttpRequest) -> HttpResponse:
    """A form from one of the templates, or one for what stands on the site already."""
    if request.method == "POST":
        # What is found is one of `PURPOSES`, which the checker takes for any text.
        purpose: Purpose = next((p for p in PURPOSES if p == request.POST.get("purpose")), "request")  # pyright: ignore[reportAssignmentType]
        place = "site" if request.POST.get("place") == "site" else "hosted"
        name = words(PURPOSES[purpose])
        content = starters.start(purpose, showing.last_sender())
        if place == "site":
            name = _("サイトの%(name)s") % {"name": name}
            content = captured.start(purpose)
        made = editing.make_form(showing.free_name(name), content, request.user.pk, place)
        return redirect("capture:edit_form", made.pk)
    context = {"starters": showing.starter_rows(), "purposes": PURPOSES.items(), "menu_key": "forms"}
    return render(request, "capture/forms/new.html", context)


@require_http_methods(["GET", "POST"])
def edit_form(request: PageRequest, number: int) -> HttpResponse:
    """The editor. Every button keeps what is written; nothing is shown to visitors before it is published."""
    held = form_of(number)
    if request.method != "POST":
        return _editor(request, held, held.name, content_from(held.draft), None)
    name = request.POST.get("name", "")
    content = _read(request, held)
    does, _sep, key = request.POST.get("do", "save").partition(":")
    at = ""
    if does in ("up", "down"):
        content = editing.move_question(content, key, -1 if does == "up" else 1)
        at = "?" + urlencode({"at": key, "way": does})
    elif does == "remove":
        content = editing.remove_question(content, key)
    elif does == "add":
        content = editing.add_question(content, request.POST.get("add_field", ""))
        at = "?" + urlencode({"at": content.questions[-1].key, "way": "label"})
    try:
        editing.save_draft(number, name, content)
        if does == "publish":
            version = editing.publish(number, request.user.pk)
            captured.tell_sources()
            messages.success(request, _("第%(number)s版を公開しました") % {"number": version.number})
            return redirect("capture:share_form", number)
    except MikomiError as error:
        return _editor(request, held, name, content, error.words)
    if does == "save":
        messages.success(request, _("下書きを保存しました"))
    # A place in the address would keep the browser from putting the focus where it is said.
    place = "questions" if does == "remove" else ""
    return redirect(reverse("capture:edit_form", args=[number]) + at + (f"#{place}" if place else ""))


@require_POST
def preview(request: PageRequest, number: int) -> HttpResponse:
    """The form as visitors would see it, from what stands in the editor."""
    return _preview(request, _read(request, form_of(number)))


@require_safe
def share_form(request: HttpRequest, number: int) -> HttpResponse:
    """Where a published form is, and how it is put into a site."""
    held = form_of(number)
    url = request.build_absolute_uri(reverse("capture:form", args=[held.slug]))
    script = request.build_absolute_uri(reverse("capture:form_script", args=[held.slug]))
    context = {
        "form": held,
        "state": showing.state_of(held),
        "url": url,
        "script": f'<script src="{script}" async></script>',
        "frame": f'<iframe src="{url}?embed=1" title="{held.slug}" width="100%" height="640"></iframe>',
        "menu_key": "forms",
    }
    return render(request, "capture/forms/share.html", context)


@require_POST
def close_form(request: HttpRequest, number: int) -> HttpResponse:
    """Takes nothing more; the toast opens it again."""
    held = form_of(number)
    if editing.close(number):
        captured.tell_sources()
        back = reverse("capture:reopen_form", args=[number])
        messages.success(request, _("「%(name)s」の受付を終えました") % {"name": held.name}, extra_tags=back)
    return redirect("capture:forms")


@require_POST
def reopen_form(request: HttpRequest, number: int) -> HttpResponse:
    """Opens a closed form again."""
    held = form_of(number)
    if editing.reopen(number):
        captured.tell_sources()
        messages.success(request, _("「%(name)s」の受付をまた始めました") % {"name": held.name})
    return redirect("capture:forms")


@require_POST
def delete_form(request: HttpRequest, number: int) -> HttpResponse:
    """Deletes a draft that nobody has ever seen."""
    held = form_of(number)
    if editing.delete_draft(number):
        messages.success(request, _("下書き「%(name)s」を消しました") % {"name": held.name})
    else:
        messages.warning(request, _("公開したことのあるフォームは消せません。受付を終えてください"))
    return redirect("capture:forms")


def form_of(number: int) -> Form:
    """The form of a page; 404 in words where there is none."""
    held = Form.objects.select_related("version").filter(pk=number).first()
    if held is None:
        raise Http404(_("このフォームは見つかりません。"))
    return held


def _read(request: HttpRequest, held: Form) -> Content:
    return read_content(request.POST, content_from(held.draft), [n for n, _name in colleagues()])


def _preview(request: PageRequest, content: Content) -> HttpResponse:
    language = content.language(request.POST.get("preview_language", "ja"))
    with override(language):
        context = {
            "form": public_context(content, language, questions_of(content, language)),
            "preview": True,
            "language": language,
        }
        return render(request, "capture/forms/preview.html", context)


def _editor(
    request: PageRequest, held: Form, name: str, content: Content, refused: Words | None
) -> HttpResponse:
    fields = offered_fields()
    known = {field.key: field for field in fields}
    asked = {question.field for question in content.questions}
    language = content.language(request.LANGUAGE_CODE)
    with override(language):
        public = public_context(content, language, questions_of(content, language))
    context = {
        "form": held,
        "name": name,
        "content": content,
        "state": showing.state_of(held),
        "changed": held.version is not None and dump(content) != held.version.content,
        "questions": [
            {
                "question": q,
                "field": known.get(q.field),
                "label": _label(known.get(q.field), q.label),
                "kind": showing.kind_name(q, known.get(q.field)),
                "choices": "\n".join(q.choices),
                "fixed": q.key == EMAIL,
            }
            for q in content.questions
        ],
        "field_groups": _groups([field for field in fields if field.key not in asked]),
        "own_kinds": OWN_KINDS.items(),
        "purposes": PURPOSES.items(),
        "colleagues": colleagues(),
        "faults": editing.faults(content, held.place),
        "no_smtp": mailbox.in_use(),
        "sources": Source.objects.filter(disabled_at=None, kind=Source.Kind.WEB).order_by("pk"),
        "documents": Document.objects.filter(ended_at=None).order_by("title"),
        "public": public,
        "preview_language": language,
        "at": request.GET.get("at", ""),
        "way": request.GET.get("way", ""),
        "refused": refused,
        "menu_key": "forms",
    }
    return render(request, "capture/forms/edit.html", context, status=422 if refused else 200)


def _label(field: FieldView | None, label: Words) -> str:
    return words(label) or (words(field.label) if field else "") or label.ja


def _groups(fields: list[FieldView]) -> list[tuple[str, list[FieldView]]]:
    found: dict[str, list[FieldView]] = {}
    for field in fields:
        found.setdefault(field.group, []).append(field)
    return [(words(group_name(group)), members) for group, members in found.items()]
