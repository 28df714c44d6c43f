"""Promises about chance: the same person meets the same luck, whoever else there is.

The same request gives the same town to the last bit; the order of rows, the months run at a time
and anybody looking on change nothing; someone who touches nobody changes nobody.
"""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from towns import (
    hermit,
    hubs,
    people_now,
    plan,
    same_diary,
    services,
    shuffle_rows,
    ties_now,
    who_differs,
)
from towns import town as town_

from sim import invariants
from sim.luck import Decision
from sim.model import CommunityModel
from sim.scenario import Scenario

MONTHS = 12
BOTH = plan(hubs(), services(ramp_months=6))
ROOT = Path(__file__).resolve().parent.parent


def town(scenario: str | Scenario = BOTH, **settings) -> CommunityModel:
    return town_(scenario, **settings)


def fingerprint(model: CommunityModel) -> str:
    """One hash of the diary, the ledger and everybody's last month."""
    digest = hashlib.sha256()
    for page in model.diary.sums:
        digest.update(np.ascontiguousarray(page).tobytes())
    digest.update(repr([sorted(month.items()) for month in model.diary.money]).encode())
    digest.update(repr(model.ledger.flows()).encode())
    for name, column in sorted((people_now(model) | ties_now(model)).items()):
        digest.update(name.encode() + np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[subprocess.Popen[str]]:
    """Another program making the same town, begun early so that it need not be waited for."""
    lines = "from test_same_luck import *\nm = town()\nm.run_for(MONTHS)\nprint(fingerprint(m))"
    usual = {key: each for key, each in os.environ.items() if key != "PYTHONPATH"}
    other = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "31337", "TZ": "Asia/Kathmandu"}
    with subprocess.Popen(
        [sys.executable, "-O", "-c", lines],
        cwd=ROOT / "tests",
        env=usual | other,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        yield program
        program.kill()


@pytest.fixture(scope="module")
def lived(elsewhere) -> CommunityModel:
    model = town()
    model.run_for(MONTHS)
    return model


def test_the_same_request_gives_the_same_town(lived) -> None:
    again = town()
    again.run_for(MONTHS)
    assert fingerprint(again) == fingerprint(lived)
    assert same_diary(again, lived)


@pytest.mark.parametrize("chunks", [(3, 9), (1, 10, 1)])
def test_months_run_in_any_chunks_are_the_same_months(lived, chunks: tuple[int, ...]) -> None:
    model = town()
    for months in chunks:
        model.run_for(months)
    assert fingerprint(model) == fingerprint(lived)


def test_stepping_and_running_to_the_end_are_the_same() -> None:
    stepped, run = town(years=1), town(years=1)
    while stepped.running:
        stepped.step()
    assert fingerprint(run.run()) == fingerprint(stepped)
    assert run.month == stepped.month == MONTHS


def test_another_seed_is_another_town(lived) -> None:
    other = town(rng=2)
    other.run_for(MONTHS)
    assert fingerprint(other) != fingerprint(lived)


def test_looking_on_changes_nothing(lived) -> None:
    """Tables, the graph, the invariants, Mesa's own dice and draws that decide nothing."""
    model = town()
    for month in range(1, MONTHS + 1):
        model.step()
        assert month % 6 or model.graph.number_of_nodes() > len(model.residents)
        assert model.residents.select(lambda each: each.need > 0)
        model.diary.table()
        model.random.random()
        model.rng.random()
        model.luck.uniform(Decision.DEATH, model.world.people.id, month + 1)
        invariants.check(model)
    assert fingerprint(model) == fingerprint(lived)


def test_what_ran_before_in_the_same_program_changes_nothing(lived) -> None:
    for scenario, seed in (("baseline", 1), ("bevy_hub", 2)):
        town(scenario, rng=seed).run_for(2)
    again = town()
    again.run_for(MONTHS)
    assert fingerprint(again) == fingerprint(lived)


@pytest.mark.parametrize(("seed", "months"), [(1, MONTHS), (2, 4)])
def test_the_order_of_rows_changes_nobodys_history(seed: int, months: int) -> None:
    """Everyone's columns and ties, each month, to the last bit."""
    one, other = (town(residents=2_000, rng=seed) for _ in range(2))
    shuffle_rows(other, seed)
    assert not np.array_equal(one.world.people.id, other.world.people.id)
    for _month in range(months):
        one.step()
        other.step()
        assert who_differs(one, other) == {}
    assert one.ledger.flows() == other.ledger.flows()


@pytest.mark.parametrize("scenario", ["baseline", BOTH], ids=["baseline", "hubs and services"])
def test_someone_who_touches_nobody_may_come_and_go(scenario: str | Scenario) -> None:
    """Their arrival changes nobody else for a year, nor does their leaving in the months after."""
    one, other = town(scenario), town(scenario)
    who = hermit(other, MONTHS)
    for _month in range(MONTHS):
        one.step()
        other.step()
        assert who_differs(one, other, but=(who,)) == {}
    assert len(other.residents) == len(one.residents) + 1
    other.residents.of([who]).depart()
    for _month in range(4):
        one.step()
        other.step()
        assert who_differs(one, other) == {}


def test_one_changed_feeling_does_not_change_who_dies_moves_or_arrives_at_random() -> None:
    """Chance stays with its person: in the month itself nobody but those changed by it differ."""
    one, other = town(), town()
    other.residents[0].z = 3.0
    who = int(other.residents[0].unique_id)
    one.step()
    other.step()
    came = [set(each.residents.ids.tolist()) for each in (one, other)]
    assert came[0] ^ came[1] <= {who}


def test_another_program_with_another_hash_seed_finds_the_same(elsewhere, lived) -> None:
    """Asserts switched off, the clock in Kathmandu."""
    assert elsewhere.communicate(timeout=120)[0].strip() == fingerprint(lived)


def year_means(scenario: str | Scenario, seed: int, years: int) -> dict[str, float]:
    model = town(scenario, rng=seed, years=years, lives=False)
    table = model.run().diary.table()
    everyone = table[(table["group"] == "all") & (table["month"] > 12 * (years - 1))]
    return everyone.groupby("measure")["value"].mean().to_dict()


@functools.cache
def usual_means(seed: int, years: int) -> dict[str, float]:
    return year_means("baseline", seed, years)


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario",
    ["services_only", plan(services(gbp_per_head=-150.0)), plan(hubs())],
    ids=["services_only", "a deep cut", "hubs"],
)
def test_pairing_runs_makes_differences_far_less_noisy(scenario: str | Scenario) -> None:
    """Variance of a difference between unpaired runs over that between paired runs.

    What a plan reaches changes and the rest does not, so that at this size most factors are in
    the thousands; 5 for loneliness and 10 for crises is what is promised.
    """
    seeds = range(1, 13)
    a = [usual_means(seed, 3) for seed in seeds]
    b = [year_means(scenario, seed, 3) for seed in seeds]
    for measure, factor in (("often_lonely_share", 5), ("ucla3_mean", 5), ("crises_per_1000", 10)):
        one, other = (np.array([each[measure] for each in runs]) for runs in (a, b))
        paired = np.var(other - one, ddof=1)
        unpaired = np.var(one, ddof=1) + np.var(other, ddof=1)
        assert unpaired > factor * paired, f"{measure}: {unpaired / paired:.1f}"
        if measure != "crises_per_1000":
            assert paired > 0, f"{measure}: the plan touches nobody, so this shows nothing"
