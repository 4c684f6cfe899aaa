"""What stands around all views: what is sent is read first, and a blank answer is put into words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from mikomi.hub.kit.menu import current_item
from mikomi.hub.kit.requests import PageRequest

type GetResponse = Callable[[PageRequest], HttpResponse]


class NotAllowedMiddleware:
    """Says on a page what a 405 means: an address that only takes what a button sends was opened.

    A script asked by another method than a page is gets Django's own answer, which names the methods.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        if request.method != "GET" or request.htmx or "text/html" not in request.headers.get("Accept", ""):
            return response
        page = render(request, "405.html", {"back": current_item(request)}, status=405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class ArrivedMiddleware:
    """Reads what a form sends before its view runs: inside the view's transaction, a slow line would keep
    everybody from writing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: PageRequest, view: Any, *_arguments: Any) -> None:
        # For most forms the token's check has read it by now; a script sends the token as a header. Pages for
        # everybody have no token, and their own words for what is too large.
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            _ = request.POST
