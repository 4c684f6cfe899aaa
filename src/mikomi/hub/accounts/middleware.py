"""The language a page is answered in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from mikomi.hub.kit.requests import PageRequest

type GetResponse = Callable[[PageRequest], HttpResponse]


class LanguageMiddleware:
    """The person's setting, else the browser's `Accept-Language`, else Japanese."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        language = _language(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response


def _language(request: PageRequest) -> str:
    spoken = [code for code, _ in settings.LANGUAGES]
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and user.language in spoken:
        return user.language
    for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        primary = code.split("-")[0]
        if primary in spoken:
            return primary
    return settings.LANGUAGE_CODE
