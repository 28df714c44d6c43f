"""Promises about columns: people come, go and move row, and nothing about them is lost."""

from __future__ import annotations

import copy
import pickle
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.columns import Column, Columns

SCHEMA = {
    "id": Column(np.uint64, 0, "who someone is"),
    "z": Column(np.float32, 0.5, "a wavering thing", low=0, high=1),
    "age": Column(np.int16, 40, "age", unit="years", low=0, high=120),
    "frail": Column(bool, False, "needs help"),
    "carer": Column(np.int32, -1, "who cares for them", pointer=True),
}


def people(count: int, **values: object) -> Columns:
    columns = Columns(SCHEMA)
    columns.append({"id": np.arange(100, 100 + count, dtype=np.uint64), **values})
    return columns


def test_missing_columns_take_their_default() -> None:
    columns = people(3, age=[1, 2, 3])
    assert columns.z.tolist() == [0.5] * 3
    assert columns.age.tolist() == [1, 2, 3]
    assert columns.carer.tolist() == [-1] * 3
    assert columns.append({"id": [7]}).tolist() == [3]


def test_an_assignment_writes_into_the_same_array() -> None:
    columns = people(3)
    z = columns.z
    columns.z = [0.1, 0.2, 0.3]
    columns.z += 0.5
    assert columns.z is z
    assert z.tolist() == pytest.approx([0.6, 0.7, 0.8])
    columns.z = 0
    assert z.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("age", 3.5, TypeError),
        ("age", np.array([1.0, 2.0, 3.0]), TypeError),
        ("frail", 1, TypeError),
        ("z", "half", TypeError),
        ("age", 40_000, ValueError),
        ("age", np.array([0, 0, 40_000]), ValueError),
        ("z", [0.1, 0.2], ValueError),
        ("z", [[0.1, 0.2, 0.3]], ValueError),
        ("zz", 1, AttributeError),
        ("id", 1, AttributeError),
    ],
)
def test_a_write_that_would_lose_something_is_refused(
    name: str, value: object, error: type[Exception]
) -> None:
    columns = people(3)
    before = columns.state()
    with pytest.raises(error, match=name):
        setattr(columns, name, value)
    assert all((before[each] == getattr(columns, each)).all() for each in columns.names)


def test_identities_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="read-only"):
        people(3).id[0] = 5


def test_a_mistyped_column_is_named_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match="Did you mean carer"):
        people(1).carrer  # noqa: B018
    with pytest.raises(ValueError, match="Did you mean age"):
        people(1).append({"id": [3], "agee": [2]})


@pytest.mark.parametrize("ids", [[101], [5, 5], [1, 100]])
def test_an_identity_is_never_held_twice(ids: list[int]) -> None:
    columns = people(3)
    with pytest.raises(ValueError, match="id"):
        columns.append({"id": np.array(ids, dtype=np.uint64)})
    assert len(columns) == 3


def test_someone_who_left_may_return() -> None:
    columns = people(3)
    columns.remove([1])
    columns.append({"id": [101]})
    assert columns.row_of([100, 101, 102]).tolist() == [0, 2, 1]


def test_pointers_follow_those_who_move_and_forget_those_who_leave() -> None:
    columns = people(5, carer=[4, 0, 1, -1, 2])
    moves = columns.remove([0])  # row 4 moves to row 0
    assert columns.id.tolist() == [104, 101, 102, 103]
    assert columns.carer.tolist() == [2, -1, 1, -1]
    assert moves.new_row([0, 1, 4, -1]).tolist() == [-1, 1, 0, -1]
    with pytest.raises(IndexError):
        moves.new_row([5])
    with pytest.raises(IndexError):
        moves.new_row([-2])


@pytest.mark.parametrize("rows", [[3], [-1], [0, 9]])
def test_removing_a_row_that_is_not_there_is_refused(rows: list[int]) -> None:
    columns = people(3)
    with pytest.raises(IndexError):
        columns.remove(rows)
    with pytest.raises(TypeError):
        columns.remove([True, False, False])
    assert len(columns) == 3


def test_removing_no_one_moves_no_one() -> None:
    columns = people(3)
    assert columns.remove([]).new_row([0, 1, 2]).tolist() == [0, 1, 2]
    assert columns.moves == 0


def test_everyone_may_leave_and_others_come() -> None:
    columns = people(3)
    columns.remove([0, 1, 2])
    assert len(columns) == 0
    assert columns.row_of([100]).tolist() == [-1]
    columns.append({"id": [9]})
    assert columns.row_of([9]).tolist() == [0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("z", np.nan), ("z", np.inf), ("z", 1.5), ("age", -1), ("carer", 3), ("carer", -2)],
)
def test_check_and_put_name_what_is_wrong(name: str, value: float) -> None:
    columns = people(3)
    columns.check()
    with pytest.raises(ValueError, match=name):
        columns.put(name, [1], value)
    columns.check()
    getattr(columns, name)[1] = value
    with pytest.raises(ValueError, match=name):
        columns.check()


def test_a_pointer_to_no_row_is_refused_at_the_door() -> None:
    columns = people(2)
    with pytest.raises(ValueError, match="carer"):
        columns.append({"id": [1, 2], "carer": [4, -1]})
    assert columns.append({"id": [1, 2], "carer": [3, 0]}).tolist() == [2, 3]


@pytest.mark.parametrize(
    "keep", [Columns.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))]
)
def test_a_copy_is_whole_and_leads_its_own_life(keep) -> None:  # type: ignore[no-untyped-def]
    columns = people(4, age=[1, 2, 3, 4])
    columns.remove([0])
    other = keep(columns)
    other.age = 9
    other.check()
    assert columns.age.tolist() == [4, 2, 3]
    assert other.id.tolist() == columns.id.tolist()
    other.append({"id": [5]})
    assert len(columns) == 3


def test_a_kept_state_can_be_taken_up_again() -> None:
    columns = people(4, carer=[1, 2, 3, 0])
    again = Columns.from_state(SCHEMA, columns.state())
    assert all((getattr(again, n) == getattr(columns, n)).all() for n in columns.names)
    with pytest.raises(ValueError, match="lacks z"):
        Columns.from_state(SCHEMA, {k: v for k, v in columns.state().items() if k != "z"})


@pytest.mark.parametrize(
    "schema",
    [
        {"z": SCHEMA["z"]},
        {"id": Column(np.int64, 0, "not unsigned")},
        {**SCHEMA, "append": SCHEMA["z"]},
        {**SCHEMA, "_hidden": SCHEMA["z"]},
    ],
)
def test_a_schema_that_could_not_work_is_refused(schema: dict[str, Column]) -> None:
    with pytest.raises(ValueError):
        Columns(schema)


def test_a_column_that_could_not_be_kept_is_refused() -> None:
    with pytest.raises(ValueError, match="pointer"):
        Column(np.int64, -1, "too wide", pointer=True)
    with pytest.raises(TypeError):
        Column(object, 0, "things")
    with pytest.raises(TypeError):
        Column(np.int32, 0.5, "half a person")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_life_of_arrivals_and_departures_matches_a_plain_ledger(data: st.DataObject) -> None:
    """Compare with a dict of people, whose carers are kept by identity instead of by row."""
    columns = Columns(SCHEMA)
    ledger: dict[int, tuple[int, int | None]] = {}
    for _ in range(data.draw(st.integers(1, 8), label="turns")):
        if ledger and data.draw(st.booleans(), label="leave"):
            leavers = data.draw(st.sets(st.sampled_from(sorted(ledger))), label="leavers")
            here = columns.id.copy()
            moves = columns.remove(columns.row_of(sorted(leavers)))
            ledger = {
                who: (age, None if carer in leavers else carer)
                for who, (age, carer) in ledger.items()
                if who not in leavers
            }
            now = moves.new_row(np.arange(here.size))
            assert [i for i, row in zip(here, now, strict=True) if row < 0] == [
                i for i in here if i in leavers
            ]
            assert (columns.id[now[now >= 0]] == here[now >= 0]).all()
        else:
            free = [who for who in range(61) if who not in ledger]
            comers = data.draw(st.lists(st.sampled_from(free), unique=True, max_size=6))
            ages = [data.draw(st.integers(0, 99)) for _ in comers]
            everyone = [*columns.id.tolist(), *comers]
            carers = [data.draw(st.sampled_from([-1, *range(len(everyone))])) for _ in comers]
            columns.append({"id": comers, "age": ages, "carer": carers})
            for who, age, row in zip(comers, ages, carers, strict=True):
                ledger[who] = (age, everyone[row] if row >= 0 else None)
        columns.check()
        told = {
            int(who): (int(age), int(columns.id[row]) if row >= 0 else None)
            for who, age, row in zip(columns.id, columns.age, columns.carer, strict=True)
        }
        assert told == ledger
        assert (columns.row_of(columns.id) == np.arange(len(columns))).all()
        absent = [who for who in range(61) if who not in ledger]
        assert (columns.row_of(absent) == -1).all()


def test_reading_a_column_of_a_hundred_thousand_costs_next_to_nothing() -> None:
    columns = people(100_000)
    start = time.process_time()
    for _ in range(1000):
        columns.z  # noqa: B018
    assert (time.process_time() - start) / 1000 < 5e-6
