"""A copied model lives on as its original does, for whoever branches a world in a notebook."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from towns import hubs, plan, town, who_differs


def pickled(model: Any) -> Any:
    return pickle.loads(pickle.dumps(model))


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_a_copy_is_its_original_and_lives_on_as_it_does(copied: Callable[[Any], Any]) -> None:
    model = town(plan(hubs()))
    model.run_for(1)
    other = copied(model)
    assert who_differs(model, other) == {}
    model.run_for(2)
    assert who_differs(model, other) != {}  # the copy stood still meanwhile
    other.run_for(2)
    assert who_differs(model, other) == {}


def test_a_copys_columns_and_ties_are_its_own() -> None:
    model = town()
    other = copy.deepcopy(model)
    before = model.world.people.z.copy()
    other.world.people.z[:] = 1.0
    other.world.ties.friends.strength[:] = 0
    assert np.array_equal(model.world.people.z, before)
    assert model.world.ties.friends.strength.any()
    assert np.array_equal(other.world.people.z, other.world.people._full["z"][: before.size])
