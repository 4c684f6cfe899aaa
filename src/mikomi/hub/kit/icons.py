"""The icons: paths on a 24 x 24 grid, drawn inline so that they take the colour of their text."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from django.utils.html import format_html
from django.utils.safestring import SafeString


def _read() -> dict[str, str]:
    lines = files("mikomi.hub.kit").joinpath("icons.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


ICONS = _read()


@lru_cache(maxsize=512)
def icon(name: str, extra: str = "") -> SafeString:
    """The icon as an SVG hidden from screen readers: the words beside it say what it means.

    `extra` are more classes, as `mk-icon-18`. Raises `KeyError` for a name that is not in icons.tsv.
    """
    return format_html(
        '<svg class="mk-icon{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>',
        f" {extra}" if extra else "",
        ICONS[name],
    )
