"""Answers in words where Django's own would be blank."""

from __future__ import annotations

from collections.abc import Callable

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
