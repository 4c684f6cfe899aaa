"""The language a page is answered in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

type GetResponse = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """The person's setting, else the browser's `Accept-Language`, else Japanese."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _language(request)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response


def _language(request: HttpRequest) -> str:
    spoken = [code for code, _ in settings.LANGUAGES]
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and user.language in spoken:
        return user.language
    for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        primary = code.split("-")[0]
        if primary in spoken:
            return primary
    return settings.LANGUAGE_CODE
