"""転職・異動: a lead that works somewhere else from now on."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikomi.core.words import MikomiError
from mikomi.hub.kit import sight
from mikomi.hub.kit.templatetags.kit import words
from mikomi.hub.people import moving
from mikomi.hub.people import queries as people


class MoveForm(forms.Form):
    """Where a person works, since when, and how to reach them there."""

    company = forms.CharField(label=gettext_lazy("新しい会社"), max_length=200)
    day = forms.DateField(
        label=gettext_lazy("いつから"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    department = forms.CharField(label=gettext_lazy("部署"), max_length=200, required=False)
    title = forms.CharField(label=gettext_lazy("役職"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("新しいメールアドレス"), required=False)
    phone = forms.CharField(label=gettext_lazy("電話"), max_length=60, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        # Passed on as they came: Django's form takes too many to name.
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"
        self.fields["company"].widget.attrs |= {
            "list": "companies",
            "autocomplete": "off",
            "hx-get": reverse("site:company_names"),
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#companies",
            "hx-swap": "innerHTML",
        }


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, number: int) -> HttpResponse:
    """The form, and the move."""
    person = people.person(number)
    if person is None or people.out_of([number]):
        raise Http404
    initial = {"day": timezone.localdate(), "company": person.company}
    form = MoveForm(request.POST or None, initial=initial)
    refused = None
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            batch = moving.move_lead(number, told["company"], told["day"], told, request.user.pk)
        except MikomiError as error:
            refused = error.words
        else:
            undo = reverse("site:undo_move", args=[number, batch])
            messages.success(request, _("転職・異動を記録しました"), extra_tags=undo)
            return redirect("site:lead", number)
    context = {"person": person, "form": form, "refused": refused, "menu_key": "leads"}
    status = 422 if request.method == "POST" else 200
    return render(request, "site/move.html", context, status=status)


@require_POST
def undo_move(request: HttpRequest, number: int, batch: int) -> HttpResponse:
    """Takes a move back."""
    try:
        moving.take_back(batch, request.user.pk)
        messages.success(request, _("元に戻しました"))
    except MikomiError as error:
        messages.error(request, words(error.words))
    return redirect("site:lead", number)


@require_safe
def company_names(request: HttpRequest) -> HttpResponse:
    """Options for the company field."""
    # Whoever may not see all companies types the name; it means the same company.
    names = () if sight.present() else moving.company_names(request.GET.get("company", ""))
    return render(request, "site/partials/company_names.html", {"names": names})
