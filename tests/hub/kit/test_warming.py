from __future__ import annotations

from mikomi.core.conditions import text
from mikomi.core.scoring import fold
from mikomi.hub.kit.warming import warm


def test_after_warming_up_the_fold_and_the_tables_of_letters_are_ready() -> None:
    text._case_map.cache_clear()
    warm()
    assert text._case_map.cache_info().currsize == 1
    assert fold._fold.signatures
