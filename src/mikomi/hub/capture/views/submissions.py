"""What was sent by a form: the list, one submission with its evidence, and all of it as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mikomi.core.machines.reasons import reason_said
from mikomi.core.words import MikomiError
from mikomi.hub.capture.models import FormMail, Submission
from mikomi.hub.capture.views.forms import form_of
from mikomi.hub.capture.webforms import judging, mails, own_phrases, showing, submitting
from mikomi.hub.capture.webforms.answers import shown_answers
from mikomi.hub.capture.webforms.content import content_from
from mikomi.hub.capture.webforms.pitches import FLAGGED, GROUPS, default_weights
from mikomi.hub.kit.list_files import list_answer
from mikomi.hub.kit.requests import PageRequest
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import exclusions, queries

PAGE = 50
SHEET_MOST = 100_000
"""Submissions of a workbook: while the page waits it can write so many."""


@require_safe
def submissions(request: HttpRequest, number: int) -> HttpResponse:
    """The submissions of one form, the latest first."""
    held = form_of(number)
    shown = request.GET.get("show", "")
    page = Paginator(showing.submissions_of(held, shown), PAGE).get_page(request.GET.get("page"))
    rows = []
    for one in page:
        content = content_from(one.version.content)
        name, company = showing.who_sent(one, content)
        rows.append({"sent": one, "name": name, "company": company})
    options = [
        {"label": words(label), "url": f"?show={key}" if key else "?", "current": key == shown}
        for key, (label, _chosen) in showing.SHOWN.items()
    ]
    context = {
        "form": held,
        "rows": rows,
        "page": page,
        "options": options,
        "shown": shown,
        "sheet_most": SHEET_MOST if page.paginator.count > SHEET_MOST else None,
        "menu_key": "forms",
    }
    return render(request, "capture/forms/submissions.html", context)


@require_safe
def submission(request: PageRequest, number: int, sent: int) -> HttpResponse:
    """One submission: what was filled in, what became of it, the consent to the letter, the mails."""
    held = _sent(number, sent)
    content = content_from(held.version.content)
    name, company = showing.who_sent(held, content)
    person = queries.person(held.lead) if held.lead else None
    sent_mails = list(FormMail.objects.filter(submission=held).order_by("pk"))
    context = {
        "form": held.form,
        "sent": held,
        "name": name,
        "company": company,
        "person": person,
        "answers": shown_answers(content, held.answers, request.LANGUAGE_CODE),
        "double": content.consent.double,
        "held_said": None if held.held_why == submitting.HONEYPOT else reason_said(held.held_why),
        "mails": sent_mails,
        "again": {mail.pk for mail in sent_mails if mails.may_go_again(mail)},
        "excluded": exclusions.exclusions_of(person.number) if person else [],
        "domain": held.email.rpartition("@")[2],
        "menu_key": "forms",
    }
    return render(request, "capture/forms/submission.html", context)


@require_POST
def judge(request: HttpRequest, number: int, sent: int) -> HttpResponse:
    """Somebody says that a submission is a sales pitch, or that it is none."""
    pitch = request.POST.get("pitch") == "yes"
    judging.judge(_sent(number, sent).pk, pitch, request.user.pk)
    said = _("営業目的にしました。点数には入りません") if pitch else _("営業目的ではないことにしました")
    messages.success(request, said)
    return redirect("capture:submission", number, sent)


@require_POST
def exclude(request: HttpRequest, number: int, sent: int) -> HttpResponse:
    """Keeps out whoever sells to us: the person, or everybody of the mail domain."""
    held = _sent(number, sent)
    target = "domain" if request.POST.get("target") == "domain" else "lead"
    value = held.email if target == "domain" else str(held.lead or "")
    try:
        made = exclusions.exclude("vendor", target, value, by=request.user.pk)
    except MikomiError as error:
        messages.warning(request, words(error.words))
    else:
        back = reverse("site:end_exclusion", args=[made])
        messages.success(request, _("営業目的として除外しました"), extra_tags=back)
    return redirect("capture:submission", number, sent)


@require_POST
def release(request: HttpRequest, number: int, sent: int) -> HttpResponse:
    """Takes in a submission that was held as a machine's."""
    if submitting.release(_sent(number, sent).pk, request.build_absolute_uri("/")):
        messages.success(request, _("リードにしました"))
    return redirect("capture:submission", number, sent)


@require_POST
def mail_again(request: HttpRequest, number: int, sent: int, mail: int) -> HttpResponse:
    """Has a mail sent again that was not sent, or of which nobody knows."""
    if mails.send_again(_sent(number, sent).pk, mail):
        messages.success(request, _("もう一度送ります"))
    else:
        messages.warning(request, _("このメールは、もう送られたか、いま送っているところです"))
    return redirect("capture:submission", number, sent)


@require_safe
def export(request: PageRequest, number: int) -> HttpResponseBase:
    """All submissions of a form (`show` as in the list) as CSV (UTF-8 or CP932), or as XLSX; where
    that would be too long, back to the list, which says so."""
    held = form_of(number)
    shown, wanted = request.GET.get("show", ""), request.GET.get("as", "csv")
    if wanted == "xlsx" and showing.submissions_of(held, shown).count() > SHEET_MOST:
        return redirect(f"{reverse('capture:submissions', args=[number])}?{urlencode({'show': shown})}")
    frames = showing.frames(held, shown, request.LANGUAGE_CODE)
    return list_answer(frames, f"{held.slug}-{timezone.localdate():%Y%m%d}", wanted)


@require_safe
def pitch_words(request: HttpRequest) -> HttpResponse:
    """How sales pitches are told: all phrases, by what they mean, and how often each was found so far."""
    return _pitch_words(request, {})


@require_POST
def add_phrase(request: HttpRequest) -> HttpResponse:
    """A phrase of our own: first how many past submissions hold it, then it is added."""
    typed = {"typed": request.POST.get("phrase", ""), "weight": request.POST.get("weight", "2")}
    try:
        phrase = own_phrases.read_phrase(typed["typed"])
        if request.POST.get("do") != "add":
            found = own_phrases.found_in_past([phrase])[phrase]
            return _pitch_words(request, typed | {"looked": phrase, "looked_found": found})
        own_phrases.set_phrase(phrase, 1 if typed["weight"] == "1" else FLAGGED, request.user.pk)
    except MikomiError as error:
        return _pitch_words(request, typed | {"refused": error.words}, 422)
    messages.success(request, _("加えました。これからの送信を、この言葉でも見分けます"))
    return redirect("capture:pitch_words")


@require_POST
def set_phrase(request: HttpRequest) -> HttpResponse:
    """Takes a phrase out, or takes it up again as the product has it."""
    phrase = request.POST.get("phrase", "")
    weight = default_weights().get(phrase, own_phrases.OUT) if request.POST.get("on") else own_phrases.OUT
    try:
        own_phrases.set_phrase(phrase, weight, request.user.pk)
    except MikomiError as error:
        messages.warning(request, words(error.words))
    else:
        messages.success(request, _("変えました。これまでの送信は、そのままです"))
    return redirect("capture:pitch_words")


def _pitch_words(request: HttpRequest, said: dict[str, Any], status: int = 200) -> HttpResponse:
    own = own_phrases.own_phrases()
    out = {one.phrase for one in own if one.weight == own_phrases.OUT}
    changed = {one.phrase for one in own}
    ours = [one for one in own if one.weight != own_phrases.OUT]
    found = own_phrases.found_in_past([*default_weights(), *changed])
    context = {
        "phrase_groups": [
            (group, [(one, found[one]) for one in group.phrases if one not in changed]) for group in GROUPS
        ],
        "ours": [(one, found[one.phrase]) for one in ours],
        "out": sorted(out),
        "looked_at": own_phrases.LOOKED_AT,
        "weight": "2",
        "menu_key": "forms",
    }
    return render(request, "capture/forms/pitch_words.html", context | said, status=status)


def _sent(number: int, sent: int) -> Submission:
    rows = Submission.objects.select_related("form", "version", "wording", "pitch_by")
    held = rows.filter(pk=sent, form=number).first()
    if held is None:
        raise Http404(_("この送信は見つかりません。リードと一緒に消去されています。"))
    return held
