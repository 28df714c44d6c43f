"""What every preset promises, over all files: nothing for no money, the pounds its file says, any
order of blocks, its named variants with their payers; and that cut effects leave only the bill.
"""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from test_arrows import TAKING_PART
from towns import plan, same_diary, town, who_differs

from sim.agents.arrows import CUTS
from sim.experiment import preset_words
from sim.experiment.flows import pounds_of
from sim.experiment.preset_check import Change, _judge, wanted
from sim.model import CommunityModel
from sim.money import Account
from sim.policies import LEVERS
from sim.policies.capacity import Capacity
from sim.scenario import Scenario, load, presets

FUNDED = [each.name for each in presets() if each.invest]
FILES = [each.name for each in presets()]
# The variants named in the list of presets, by the mechanism they change.
NAMED = {
    "bevy_hub": {"no_minibus", "exclusive_hub"},
    "strengths_deal": {"vendor_claim"},
    "whole_village": {
        "care_90_community_10",
        "care_75_community_25",
        "care_50_community_50",
        "coproduction_off",
    },
    "community_only": {"coproduction_off", "open_to_bids"},
    "connectors_or_visits": {"visits"},
    "left_behind_first": {"open_to_bids"},
    "pandemic": {"with_organiser"},
    "pilot_then_stop": {"kept_on"},
}
TINY, FEW = 400, 7


def small(scenario: str | Scenario = "baseline", months: int = FEW, **settings) -> CommunityModel:
    model = town(scenario, **({"residents": TINY} | settings))
    model.run_for(months)
    return model


def penniless(scenario: Scenario) -> Scenario:
    blocks = [each.model_dump(exclude_none=True) for each in scenario.invest]
    shocks = [each.model_dump(exclude_none=True) for each in scenario.shock]
    return plan(*[each | {"gbp_per_head": 0.0} for each in blocks], shock=shocks)


@pytest.fixture(scope="module")
def base() -> CommunityModel:
    return small()


@pytest.mark.parametrize("name", FUNDED)
def test_a_preset_without_its_money_is_the_baseline_to_the_last_bit(base, name: str) -> None:
    nothing = small(penniless(load(name)))
    assert who_differs(base, nothing) == {}
    assert same_diary(base, nothing)
    assert base.ledger.flows() == nothing.ledger.flows()


def full_from(scenario: Scenario) -> int:
    """The first month of the year in which the file's pounds a head flow."""
    said = scenario.pounds_per_head()
    for month in sorted({each.start_month + each.ramp_months for each in scenario.invest}):
        flows = sum(each.gbp_per_head for each in scenario.invest if each.ramp_share(month) == 1)
        if math.isclose(flows, said):
            return month
    raise AssertionError("at no time")


@pytest.mark.parametrize("name", FUNDED)
def test_the_ledger_confirms_a_presets_pounds_a_head_to_the_penny(name: str) -> None:
    """Over the first full year, all blocks together; a penny a block is a matter of rounding."""
    scenario = load(name)
    first = full_from(scenario)
    model = town(scenario, residents=TINY, feedback=False)
    for _month in range(first + 12):  # plans pay and open doors, and nothing else happens
        model.month += 1
        model.readiness.new_month(model.p)
        model.terms.new_month()
        for number, lever in enumerate(model.plan.invest):
            model._invest(number, lever)
    year = [row for row in model.ledger.flows() if first < row[0] <= first + 12]
    paid, spent = pounds_of(year, [])
    due = scenario.pounds_per_head() * model.people_of_all_ages * 100
    assert abs(sum(paid.values()) - due) <= len(scenario.invest)
    assert sum(spent.values()) == sum(paid.values())  # spent or held, to the penny


@pytest.mark.parametrize("name", FILES)
def test_the_order_of_blocks_in_a_file_means_nothing(name: str) -> None:
    scenario = load(name)
    said = scenario.model_dump(exclude={"name", "extends"}, exclude_none=True)
    said["invest"], said["shock"] = said["invest"][::-1], said["shock"][::-1]
    assert Scenario(**said, name=scenario.name).to_toml() == scenario.to_toml()


def test_capacity_acts_before_every_other_lever_of_a_month(monkeypatch) -> None:
    """Though other names come before it in the alphabet."""
    acted: list[str] = []
    for kind in LEVERS.values():
        monkeypatch.setattr(
            kind, "act", lambda self, community, month, pence: acted.append(self.lever)
        )
    blocks = [{"lever": name, "gbp_per_head": 1.0} for name in ("befriending", "hubs", "capacity")]
    model = town(plan(*blocks), residents=TINY)
    model.turn_calendar()
    assert acted[0] == "capacity" and sorted(acted) == sorted(each["lever"] for each in blocks)
    assert Capacity.acts_first


@pytest.mark.parametrize("name", NAMED)
def test_every_named_variant_is_in_its_file_with_its_payer(name: str) -> None:
    scenario = load(name)
    assert NAMED[name] <= set(scenario.variant_names)
    for variant in scenario.variant_names:
        made = scenario.with_variant(variant)
        assert all(each.payer for each in made.invest)
        assert made.to_toml() != scenario.to_toml()


def test_the_village_costs_the_same_however_it_is_shared_out() -> None:
    village = load("whole_village")
    for variant in village.variant_names:
        assert village.with_variant(variant).pounds_per_head() == pytest.approx(30.0)
    assert village.pounds_per_head() == load("services_only").pounds_per_head() == 30.0
    tenth = village.with_variant("care_90_community_10")
    formal = ("formal_services", "fair_pay")
    assert sum(each.gbp_per_head for each in tenth.invest if each.lever in formal) == 27.0


# --- an effect cut, the money spent -----------------------------------------------------------

COMMUNITY = [
    {"lever": "connectors", "gbp_per_head": 60.0},
    {"lever": "connectors", "gbp_per_head": 30.0, "post": "circle_facilitator"},
    {"lever": "neighbourhood_networks", "gbp_per_head": 60.0, "opening_months": 0},
    {"lever": "interests", "gbp_per_head": 20.0, "opening_months": 0},
    {"lever": "befriending", "gbp_per_head": 10.0, "opening_months": 0},
    {"lever": "volunteering", "gbp_per_head": 40.0, "opening_months": 0},
    {"lever": "carers_support", "gbp_per_head": 40.0, "share_to_breaks": 0.5,
     "share_to_groups": 0.5, "opening_months": 0},
    {"lever": "coproduction", "gbp_per_head": 8.0},
    {"lever": "capacity", "gbp_per_head": 2.0},
]  # fmt: skip
WHO_TOOK_PART = TAKING_PART | {"visits", "visit_hours", "visit_months"}


@pytest.mark.slow  # lever by lever in test_levers_cut
def test_with_every_arrow_cut_and_the_money_spent_lives_are_the_baselines() -> None:
    cuts = dict.fromkeys(CUTS, False)
    given = [each | {"payer": "charity"} for each in COMMUNITY]
    one, other = (
        small(plan(*blocks, arrows=cuts), months=12, residents=800, feedback=False)
        for blocks in ([], given)
    )
    differs = {k: v for k, v in who_differs(one, other).items() if k not in WHO_TOOK_PART}
    assert differs == {}
    assert who_differs(one, other)  # people took part
    cash = [row for row in one.ledger.flows() if "time" not in row[2]]
    theirs = [row for row in other.ledger.flows() if "time" not in row[2]]
    bill = [row for row in theirs if Account.HUBS in (row[1], row[2])]
    assert sorted(cash + bill) == theirs
    people = other.people_of_all_ages
    given_pence = sum(row[4] for row in bill if row[3].startswith("plan: "))
    assert given_pence == pytest.approx(
        sum(e["gbp_per_head"] for e in given) * people * 100, abs=20
    )


# --- how a pattern is judged ------------------------------------------------------------------


def change(middle: float, low: float, high: float, level: float = 1.0) -> Change:
    return Change(middle, low, high, level, 10)


@pytest.mark.parametrize(
    ("expected", "found", "judged"),
    [
        ("up", change(1, 0.5, 2), "as stated"),
        ("down", change(1, 0.5, 2), "the other way"),
        ("up", change(1, -0.5, 2), "within luck"),
        ("down", change(0, 0, 0), "no difference at all"),
        ("flat", change(0.01, 0.005, 0.015), "as stated"),
        ("flat", change(0.1, 0.05, 0.15), "the other way"),
        ("flat", change(0.1, -0.05, 0.15), "as stated"),
        ("holds", change(0.1, 0.05, 0.15), "as stated"),
        ("holds", change(-0.1, -0.15, -0.05), "the other way"),
        ("unclear", change(9, 8, 10), "as stated"),
    ],
)
def test_an_expectation_is_judged_by_the_range_of_the_runs(expected, found, judged) -> None:
    assert _judge(expected, found, 0.02) == judged


def test_no_difference_is_called_none_and_a_lunch_is_held_against_the_bevy_once_grown() -> None:
    from sim.experiment.preset_facts import Facts
    from sim.experiment.preset_page import GUESTS, _lunch_reach, cell

    assert cell("often_lonely_share", change(0, 0, 0)) == "none"
    assert cell("crises_per_1000", change(0.001, -0.001, 0.002)) == "under 0.01"
    assert cell("often_lonely_share", change(-0.001, -0.002, 0)).startswith("-0.100 (-0.200 to")
    shares = {6: 0.009, 12: 0.016, 24: 0.015}
    told = _lunch_reach(Facts(capacity={"0 hubs": {f"{GUESTS}{k}": v for k, v in shares.items()}}))
    assert "0.9% after 6 months, 1.6% after 12 months" in told and "inside it" in told
    assert "too young" in _lunch_reach(Facts(capacity={"0 hubs": {f"{GUESTS}6": 0.01}}))


def test_what_carries_a_saving_is_read_off_the_ledger() -> None:
    from sim.experiment.preset_facts import Facts

    facts = Facts(ledger={"home care": -2.0, "care homes 65 or over": -5.0, "A&E": 1.0})
    assert preset_words.falling_lines(facts) == [
        ("care homes 65 or over", -5.0),
        ("home care", -2.0),
    ]
    assert preset_words.falling_lines(Facts(ledger={"home care": 1.0})) == []


def test_all_presets_are_checked_and_their_variants_when_asked() -> None:
    assert [each.name for each in wanted()] == [name for name in FILES if name != "baseline"]
    both = [each.name for each in wanted(["bevy_hub"], variants=True)]
    assert both == ["bevy_hub", "bevy_hub:no_minibus", "bevy_hub:exclusive_hub"]


# --- cautionary tales -------------------------------------------------------------------------


@pytest.mark.slow
def test_a_cut_is_worst_in_the_most_deprived_fifth() -> None:
    """Over the last year, unmet hours for every 1,000 residents of each fifth."""
    found = []
    for scenario in ("baseline", "cut_and_rely"):
        told = small(scenario, months=36, residents=5_000, years=3).diary.table()
        late = told[(told["measure"] == "unmet_hours_per_1000") & (told["month"] > 24)]
        found.append(late.groupby("group", observed=True)["value"].mean())
    more = (found[1] - found[0]).filter(regex="^imd_")
    assert len(more) > 1 and more.idxmax() == "imd_1" and more["imd_1"] > 0


@pytest.mark.slow
def test_link_workers_need_places_to_send_people_to() -> None:
    shares = {}
    for name in ("baseline", "link_workers_alone", "link_workers_with_places"):
        teams = small(name, months=36, residents=3_000).connectors
        shares[name] = sum(each.placed for each in teams) / sum(each.referred for each in teams)
    assert shares["link_workers_alone"] < shares["baseline"]
    assert shares["link_workers_alone"] < shares["link_workers_with_places"]


@pytest.mark.slow
def test_the_gains_of_a_pilot_fade() -> None:
    worlds = [
        town(each, residents=3_000, years=6, rng=2) for each in ("baseline", "pilot_then_stop")
    ]
    gains = []
    for until in (30, 33, 60):
        for each in worlds:
            each.run_for(until - each.month)
        gains.append(worlds[0].ucla3_mean - worlds[1].ucla3_mean)
    came = [each.hub_attender_share for each in worlds]
    assert max(gains[:2]) > 0
    assert gains[2] < max(gains[:2]) / 2 + 1e-9
    assert came[1] - came[0] < 0.005


# --- the command ------------------------------------------------------------------------------


def presets_command(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sim", "presets", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_unknown_preset_is_refused_in_a_sentence() -> None:
    done = presets_command("bevy_hut")
    assert done.returncode == 2
    assert "bevy_hub" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_command_writes_its_table_and_page_and_takes_up_where_it_was(tmp_path) -> None:
    page = tmp_path / "page.md"
    words = ["link_workers_alone", "--residents", "300", "--years", "1", "--members", "2",
             "--jobs", "1", "--out", str(tmp_path / "run"), "--write", str(page)]  # fmt: skip
    first = presets_command(*words)
    assert first.returncode == 0, first.stderr
    table = (tmp_path / "run" / "presets.csv").read_bytes()
    head = table.decode().splitlines()[0]
    assert "inside_its_pattern" in head and "mechanism" in head and "cash" in head
    text = page.read_text(encoding="utf-8")
    assert "link_workers_alone" in text and "python -m sim presets" in text
    members = tmp_path / "run" / "members"
    lived = {each.name: each.stat().st_mtime_ns for each in members.iterdir()}
    again = presets_command(*words)
    assert again.returncode == 0 and (tmp_path / "run" / "presets.csv").read_bytes() == table
    kept = {each.name: each.stat().st_mtime_ns for each in members.iterdir()}
    assert kept == lived  # nobody was lived twice
