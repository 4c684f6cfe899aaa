from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from mikomi.core.journey.defaults import default_map
from mikomi.core.words import MikomiError
from mikomi.hub.journey import hands, placing, queries, services, standing
from mikomi.hub.journey.models import PART, ByHand, StandingPart


def test_leads_stand_where_their_byte_says(db):
    services.keep_map(default_map("ja"))
    first, second = np.zeros(PART, dtype=np.uint8), np.zeros(PART, dtype=np.uint8)
    first[[3, 7]], second[5] = [1, 2], 2
    StandingPart.objects.create(part=0, revision=1, stages=first.tobytes())
    StandingPart.objects.create(part=2, revision=1, stages=second.tobytes())
    far = 2 * PART + 5
    assert standing.stage_of([3, 4, 7, far, 9 * PART]) == {3: "aware", 7: "inform", far: "inform"}
    assert standing.members("inform").tolist() == [7, far]
    assert standing.members("nobody").tolist() == []
    standing.forget([far, 3])
    assert standing.stage_of([3, 7, far]) == {7: "inform"}


def place(
    codes: list[int], day: int = 20, leads=(1, 2, PART + 3), gone=(), *, every: bool = True
) -> list[int]:
    kept = queries.current_map()
    assert kept is not None
    numbers = np.array(leads, dtype=np.int64)
    placing.write_standing(
        kept, numbers, np.array(codes, np.uint8), np.array(gone, np.int64), date(2026, 11, day), every=every
    )
    return standing.codes(numbers)[0].tolist()


def test_steps_are_dated_and_a_new_revision_moves_nobody(db):
    services.keep_map(default_map("ja"))
    assert place([1, 0, 2]) == [1, 0, 2]
    assert standing.history_of(1) == []
    place([2, 0, 2], 21)
    assert [(step.was, step.now, step.by_hand) for step in standing.history_of(1)] == [
        ("aware", "inform", False)
    ]
    place([3], 22, leads=[2], gone=[1], every=False)
    assert [step.now for step in standing.history_of(1)] == ["inform", ""]
    assert standing.codes(np.array([1, 2, PART + 3]))[0].tolist() == [0, 3, 2]
    place([], 22, leads=[], every=False)
    place([1], 22, leads=[9 * PART], every=False)
    assert [(step.was, step.now) for step in standing.history_of(9 * PART)] == [("", "aware")]
    services.keep_map(replace(default_map("ja"), title="別の題"))
    assert standing.members("inform").tolist() == []
    assert place([1, 3, 2], 23) == [1, 3, 2]
    assert len(standing.history_of(2)) == 1


def test_what_was_said_by_hand_holds_until_the_conditions_move_on(db):
    services.keep_map(default_map("ja"))
    place([1, 0, 2])
    with pytest.raises(MikomiError):
        hands.set_by_hand(1, "meeting", "  ", None, computed="aware")
    with pytest.raises(MikomiError):
        hands.set_by_hand(1, "nothing", "電話で聞いた", None, computed="aware")
    hands.set_by_hand(1, "meeting", "電話で聞いた", None, computed="aware")
    keys = standing.codes(np.array([1]))[1]
    assert place([1, 0, 2], 21)[0] == keys.index("meeting") + 1
    assert standing.history_of(1)[-1].by_hand
    assert place([2, 0, 2], 22)[0] == 2
    assert ByHand.objects.get().ended_on is not None


def test_what_was_said_by_hand_is_ended_and_taken_back(db):
    services.keep_map(default_map("ja"))
    keys = queries.current_map().map.keys()
    meeting, won = keys.index("meeting") + 1, keys.index("won") + 1
    first = hands.set_by_hand(1, "meeting", "電話で聞いた", None, computed="aware")
    second = hands.set_by_hand(1, "won", "注文書が来た", None, computed="aware")
    assert place([1, 0, 2])[0] == won
    assert not hands.take_back(1, first)
    assert hands.take_back(1, second)
    assert place([1, 0, 2])[0] == meeting
    assert hands.end_by_hand(1) == first
    assert hands.end_by_hand(1) is None
    assert place([1, 0, 2])[0] == 1
    assert hands.take_back(1, first)
    assert place([1, 0, 2])[0] == meeting
    assert [one.reason for one in hands.said_of([1])] == ["電話で聞いた"]
