"""Promises about the numbers of a run: frozen, sourced, drawn fairly, and never a held-out target.

Looks at `sim.parameters` and the registry. Changes nothing.
"""

from __future__ import annotations

import copy
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest

from sim.errors import UserMistake
from sim.evidence import registry
from sim.parameters import Override, Parameters, draw_one, luck_of, quantile

MINIBUS = "hub_minibus_annual_cost"


def test_the_central_values_are_those_of_the_registry() -> None:
    p = Parameters.build()
    assert p.hub_minibus_annual_cost == registry().get(MINIBUS).value
    assert p[MINIBUS] == p.hub_minibus_annual_cost
    assert p.drawn() == {} and p.overridden() == {} and p.draw == 0
    for row in registry():
        if row.kind != "validation_target" and not row.same_as:
            assert p[row.key] == row.value


def test_an_unknown_number_names_the_nearest() -> None:
    p = Parameters.build()
    with pytest.raises(AttributeError, match=MINIBUS):
        _ = p.hub_minibus_anual_cost
    with pytest.raises(KeyError, match=MINIBUS):
        _ = p["hub_minibus_anual_cost"]
    assert not hasattr(p, "no_such_number")


def test_a_validation_target_can_never_feed_the_model() -> None:
    p = Parameters.build()
    held_out = [row for row in registry() if row.kind == "validation_target"]
    assert len(held_out) >= 40
    for row in held_out:
        assert row.key not in p
        with pytest.raises(AttributeError):
            getattr(p, row.key)
    with pytest.raises(AttributeError, match="must never feed the model"):
        _ = p.frome_emergency_change


def test_a_second_row_of_one_fact_points_to_the_first() -> None:
    with pytest.raises(AttributeError, match="read that one"):
        _ = Parameters.build().minimum_price_homecare_2024_25


def test_numbers_cannot_be_set_or_removed() -> None:
    p = Parameters.build()
    with pytest.raises(AttributeError, match="frozen"):
        p.hub_minibus_annual_cost = 1.0
    with pytest.raises(AttributeError, match="frozen"):
        del p.hub_minibus_annual_cost
    assert p.hub_minibus_annual_cost == registry().get(MINIBUS).value


def test_an_array_keeps_the_order_of_its_names_and_is_read_only() -> None:
    p = Parameters.build()
    bands = ("18_24", "90_plus", "25_34")
    found = p.array("annual_mortality", bands)
    assert found.dtype == np.float64
    assert found.tolist() == [p[f"annual_mortality_{band}"] for band in bands]
    assert p.array("annual_mortality", bands) is found
    with pytest.raises(ValueError):
        found[0] = 1.0
    with pytest.raises(AttributeError, match="annual_mortality_18_42"):
        p.array("annual_mortality", ("18_42",))


def test_reads_lists_exactly_what_was_read() -> None:
    p = Parameters.build()
    assert p.reads == frozenset()
    _ = p.hub_minibus_annual_cost, p.hub_minibus_annual_cost, p["discount_rate_standard"]
    p.array("annual_mortality", ("18_24",))
    assert not hasattr(p, "no_such_number")
    assert p.reads == {MINIBUS, "discount_rate_standard", "annual_mortality_18_24"}


def test_every_uncertain_parameter_is_drawn_inside_its_range() -> None:
    for draw in range(1, 40):
        p = Parameters.build(draw=draw)
        assert set(p.drawn()) == {row.key for row in registry() if row.is_drawn}
        for key, value in p.drawn().items():
            row = registry().get(key)
            assert row.low is not None and row.high is not None
            assert row.low <= value <= row.high and p[key] == value


def test_nothing_but_uncertainty_moves_between_draws() -> None:
    central, drawn = Parameters.build(), Parameters.build(draw=7)
    moved = {key for key in central if central[key] != drawn[key]}
    assert moved and moved <= set(drawn.drawn())
    assert "annual_mortality_85_89" not in moved  # its low and high are women and men


def test_a_draw_depends_on_its_number_and_key_alone() -> None:
    p = Parameters.build({"hub_regular_users": Override(100, "a small hub")}, draw=3)
    assert p.drawn()[MINIBUS] == draw_one(registry().get(MINIBUS), 3)
    assert luck_of(3, MINIBUS) == luck_of(3, MINIBUS) != luck_of(4, MINIBUS)
    assert luck_of(13, "a") != luck_of(1, "3a")
    assert Parameters.build(draw=3).drawn()[MINIBUS] != Parameters.build(draw=4).drawn()[MINIBUS]


def test_draws_are_the_same_in_another_process_with_another_hash_seed() -> None:
    code = f"from sim.parameters import Parameters as P; print(repr(P.build(draw=5).{MINIBUS}))"
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
        )
        assert done.stdout.strip() == repr(Parameters.build(draw=5).hub_minibus_annual_cost)


def test_the_luck_of_draws_is_even_and_keys_are_independent() -> None:
    draws = range(1, 4001)
    one = np.array([luck_of(k, "a_number") for k in draws])
    two = np.array([luck_of(k, "a_numbes") for k in draws])
    assert one.min() > 0 and one.max() < 1
    assert abs(one.mean() - 0.5) < 0.02
    assert abs(one.var() - 1 / 12) < 0.004
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.06
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.06


def test_each_distribution_has_its_known_quantiles() -> None:
    assert quantile("fixed", 1, 2, 3, 0.9) == 2
    assert quantile("uniform", 2, 3, 6, 0.25) == pytest.approx(3)
    assert quantile("triangular", 0, 1, 2, 0.5) == pytest.approx(1)
    assert quantile("triangular", 0, 1, 4, 0.25) == pytest.approx(1)  # mode at (1-0)/(4-0)
    assert quantile("triangular", 0, 0, 1, 0.75) == pytest.approx(0.5)
    assert quantile("triangular", 0, 1, 1, 0.25) == pytest.approx(0.5)
    assert quantile("lognormal", 1, 2, 8, 0.5) == pytest.approx(2)
    assert quantile("lognormal", 1, 2, 8, 0.05) == pytest.approx(1)
    assert quantile("lognormal", 1, 2, 8, 0.95) == pytest.approx(8)
    assert quantile("lognormal", 1, 2, 8, 0.001) == 1 and quantile("lognormal", 1, 2, 8, 0.999) == 8
    z = 1.2815515655446004 / 1.6448536269514722  # the 90th percentile, in steps to the 95th
    assert quantile("lognormal", 1, 2, 8, 0.9) == pytest.approx(2 * math.exp(z * math.log(4)))
    with pytest.raises(ValueError, match="gauss"):
        quantile("gauss", 0, 1, 2, 0.5)


@pytest.mark.parametrize("shape", ["uniform", "triangular", "lognormal"])
def test_a_luckier_draw_is_never_a_smaller_number(shape: str) -> None:
    values = [quantile(shape, 1, 2, 8, u) for u in np.linspace(0.001, 0.999, 400)]
    assert values == sorted(values) and values[0] < 1.2 and values[-1] > 7.5


def test_an_override_wins_over_evidence_and_draw_and_is_reported() -> None:
    why = Override(18000, "the village already owns a minibus")
    for draw in (0, 4):
        p = Parameters.build({MINIBUS: why}, draw=draw)
        assert p.hub_minibus_annual_cost == 18000.0
        assert p.overridden() == {MINIBUS: why}
        assert MINIBUS not in p.drawn()
    assert Parameters.build().hub_minibus_annual_cost != 18000.0


def test_the_order_of_overrides_does_not_matter() -> None:
    a = {MINIBUS: Override(1, "x"), "hub_regular_users": Override(2, "y")}
    b = dict(reversed(a.items()))
    assert Parameters.build(a, draw=2) == Parameters.build(b, draw=2)
    assert list(Parameters.build(a).overridden()) == list(Parameters.build(b).overridden())


@pytest.mark.parametrize(
    ("key", "value", "because", "says"),
    [
        ("hub_minibus_anual_cost", 1, "x", MINIBUS),
        ("frome_emergency_change", -0.1, "x", "must never feed"),
        ("minimum_price_homecare_2024_25", 30, "x", "read that one"),
        (MINIBUS, 1, "", "say why"),
        (MINIBUS, 1, "   ", "say why"),
        (MINIBUS, 1, None, "say why"),
        (MINIBUS, -1, "x", "impossible"),
        (MINIBUS, float("nan"), "x", "impossible"),
        (MINIBUS, float("inf"), "x", "impossible"),
        (MINIBUS, 10**400, "x", "impossible"),
        (MINIBUS, True, "x", "not a number"),
        (MINIBUS, "12", "x", "not a number"),
        ("hub_share_of_users_lonely", 20, "x", "0 to 1"),
    ],
)
def test_a_bad_override_is_one_plain_sentence(
    key: str, value: float, because: str, says: str
) -> None:
    with pytest.raises(UserMistake, match=says) as caught:
        Parameters.build({key: Override(value, because)})
    assert key in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("draw", [-1, 1.5, True, "1", None])
def test_a_bad_draw_is_a_plain_mistake(draw: int) -> None:
    with pytest.raises(UserMistake, match="draw"):
        Parameters.build(draw=draw)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_numbers_survive_copying_and_pickling(again) -> None:  # type: ignore[no-untyped-def]
    p = Parameters.build({MINIBUS: Override(1000, "a gift")}, draw=9)
    _ = p.hub_minibus_annual_cost, p.array("annual_mortality", ("18_24",))
    q = again(p)
    assert q == p and q.reads == p.reads and q.drawn() == p.drawn() and q.draw == 9
    assert q.overridden() == p.overridden()
    with pytest.raises(ValueError):
        q.array("annual_mortality", ("18_24",))[0] = 1.0
    _ = q.discount_rate_standard
    assert "discount_rate_standard" not in p.reads
    with pytest.raises(AttributeError, match="frozen"):
        q.hub_minibus_annual_cost = 2.0


def test_no_key_hides_behind_a_method() -> None:
    own = set(dir(Parameters)) | set(Parameters.build().__dict__)
    assert not own & set(registry().keys)
