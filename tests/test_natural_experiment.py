"""The natural experiment and the projections: sums by hand, directions, honest words."""

from __future__ import annotations

import math

import pytest

from sim.experiment import natural_experiment as room
from sim.experiment import projections
from sim.experiment.fit_finding import MISS, NOT_COMPUTED, PASS
from sim.experiment.natural_experiment import Experiment, Older


def lived(**sums: float) -> Older:
    """A thousand older people for a year in a town of five thousand."""
    usual = {"person_years": 1000.0, "adult_years": 5000.0, "spend_gbp": 1_000_000.0}
    return Older(**(usual | sums))


def experiment(usual: Older, cut: Older) -> Experiment:
    return Experiment(usual, cut, ((usual, cut),), -0.31)


def test_the_effect_is_scaled_to_the_published_cut() -> None:
    usual = lived(ae=500.0)
    cut = lived(ae=510.0, spend_gbp=845_000.0)  # half the cut: 15.5%
    found = experiment(usual, cut)
    assert found.spend_change == pytest.approx(-0.155)
    assert found.visits == pytest.approx(2 * 10 / 1000)


def test_directions_are_judged_by_sign() -> None:
    better = experiment(
        lived(ae=500.0, carers_20_plus=100.0, admissions=200.0),
        lived(ae=505.0, carers_20_plus=101.0, admissions=201.0, spend_gbp=700_000.0),
    )
    verdicts = {row.key: row.verdict for row in better.rows()}
    assert verdicts["cut_raises_ae_visits_65plus"] == PASS
    assert verdicts["cut_leaves_admissions_65plus"] == PASS
    assert verdicts["cut_makes_20_hour_carers"] == PASS
    worse = experiment(
        lived(ae=500.0, carers_20_plus=100.0, admissions=200.0),
        lived(ae=495.0, carers_20_plus=100.0, admissions=240.0, spend_gbp=700_000.0),
    )
    verdicts = {row.key: row.verdict for row in worse.rows()}
    assert verdicts["cut_raises_ae_visits_65plus"] == MISS
    assert verdicts["cut_leaves_admissions_65plus"] == MISS
    assert verdicts["cut_makes_20_hour_carers"] == MISS


def test_the_distance_is_explained_in_numbers_of_the_same_runs() -> None:
    usual = lived(
        formal_hours=300.0, unmet_hours=250.0, needed_hours=1000.0, clients=25.0, without=220.0,
        in_need=320.0, ae_in_need=256.0,
    )  # fmt: skip
    cut = lived(
        formal_hours=200.0, kin_hours=40.0, unmet_hours=310.0, needed_hours=1000.0,
        spend_gbp=690_000.0, clients=15.0, without=240.0,
    )  # fmt: skip
    told = " ".join(experiment(usual, cut).explained())
    assert "-31%" in told
    assert "0.10 hours" in told  # 100 hours a week over 1,000 people
    assert "0.04" in told
    assert "25% to 31%" in told
    assert "22.00% to 24.00%" in told
    assert "0.80 times a year" in told
    assert "helps 2.5%" in told and "helping 1.00%" in told
    assert "7 visits a year more" in told  # 0.07 a person over a hundredth of them


def test_the_luck_is_the_spread_of_pairs() -> None:
    usual, more, same = lived(ae=500.0), lived(ae=510.0, spend_gbp=69e4), lived(ae=500.0)
    found = Experiment(usual + usual, more + same, ((usual, more), (usual, same)), -0.155)
    assert found.visits == pytest.approx(0.005)
    assert found.luck == pytest.approx(0.005)  # pairs of 0.01 and 0: a spread of 0.0071 over root 2


def test_a_small_pair_of_runs_keeps_people_and_takes_money_away() -> None:
    found = room.run(residents=4_000, years=2, members=1, place="Hartlepool")
    assert found.usual.adult_years == pytest.approx(found.cut.adult_years, rel=0.01)
    assert found.cut.spend_gbp < found.usual.spend_gbp
    assert found.cut.formal_hours < found.usual.formal_hours
    assert found.cut.unmet_hours > found.usual.unmet_hours


YEARLY = {
    "council_spend_gbp_per_head": [400.0, 410.0],
    "demand_gap_gbp_per_head": [5.0, 25.0],
    "need_gap_gbp_per_head": [50.0, 55.0],
    "fee_gap_gbp_per_head": [30.0, 35.0],
}


def test_spending_needed_is_built_step_by_step() -> None:
    found = projections.needed_gbp_bn(YEARLY, 100_000_000.0)
    assert found["demand"] == pytest.approx([0.0, 3.0])  # 10 more spent and 20 more short
    assert found["demand_access"] == pytest.approx([5.0, 8.5])
    assert found["demand_access_pay"] == pytest.approx([8.0, 12.0])


def test_the_order_can_fail() -> None:
    upside_down = YEARLY | {"need_gap_gbp_per_head": [50.0, -5.0]}
    found = projections.needed_gbp_bn(upside_down, 1e8)
    assert projections._in_order(found).verdict == MISS
    assert projections._in_order(projections.needed_gbp_bn(YEARLY, 1e8)).verdict == PASS
    assert math.isfinite(projections._growing(found).value or math.nan)


def test_a_short_run_says_what_it_cannot_compare() -> None:
    import sim

    model = sim.CommunityModel(place="Hartlepool", residents=1_000, years=1, rng=2).run()
    rows = {row.key: row for row in projections.rows(model)}
    assert rows["gap_hf2025_meet_demand_2034_35"].verdict == NOT_COMPUTED
    assert rows["projections_in_order"].verdict in {PASS, MISS}
