from __future__ import annotations

import numpy as np

from mikomi.core.journey.defaults import default_map
from mikomi.hub.journey import services, standing
from mikomi.hub.journey.models import PART, StandingPart


def test_leads_stand_where_their_byte_says(db):
    services.keep_map(default_map("ja"))
    first, second = np.zeros(PART, dtype=np.uint8), np.zeros(PART, dtype=np.uint8)
    first[[3, 7]], second[5] = [1, 2], 2
    StandingPart.objects.create(part=0, stages=first.tobytes())
    StandingPart.objects.create(part=2, stages=second.tobytes())
    far = 2 * PART + 5
    assert standing.stage_of([3, 4, 7, far, 9 * PART]) == {3: "aware", 7: "inform", far: "inform"}
    assert standing.members("inform").tolist() == [7, far]
    assert standing.members("nobody").tolist() == []
    standing.forget([far, 3])
    assert standing.stage_of([3, 7, far]) == {7: "inform"}
