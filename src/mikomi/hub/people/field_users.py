"""Which fields are asked for by name: parts above this one say so, since only they know their rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable

type Teller = Callable[[], Iterable[str]]

_tellers: list[Teller] = []


def tell_fields_in_use(teller: Teller) -> None:
    """Has `teller` asked for the keys of the fields that its part uses: rules, views, segments."""
    if teller not in _tellers:
        _tellers.append(teller)


def fields_in_use() -> set[str]:
    """The keys of all fields that some part uses by name."""
    return {key for teller in _tellers for key in teller()}
