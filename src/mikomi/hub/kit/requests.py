"""Requests as the middleware leaves them: for type checkers."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    """What a view is given.

    `htmx` is true where htmx asks for a part of the page (`HtmxMiddleware`); `LANGUAGE_CODE` is the
    language of the answer (`LanguageMiddleware`).
    """

    htmx: HtmxDetails
    LANGUAGE_CODE: str
