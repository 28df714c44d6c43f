"""Where the pounds went: every member adds up to the penny, whatever the lever is called."""

from __future__ import annotations

import itertools
import json
import math
import shutil
import types
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import show_fixture
import towns

import sim
from sim.agents.calendar import OWN_BUDGET, PLAN
from sim.errors import UserMistake
from sim.experiment import flow_tables, flows, results
from sim.experiment.flows import ATTENDERS, INTRODUCED, KEY, LESS_LONELY, PAID, SPENT, UNSPENT
from sim.money import Account, Ledger
from sim.show import flow_chart, flow_figures, flow_section, gallery, report
from sim.show.saved import open_results

A = Account


def book(*lines):
    ledger = Ledger()
    for month, (payer, payee, pence, line) in enumerate(lines):
        ledger.post(month, payer, payee, pence, line)
    return ledger.flows()


BASE = book(
    (A.NATIONAL_GOVERNMENT, A.COUNCIL, 9_000, "care budget"),
    (A.COUNCIL, A.PROVIDERS, 5_000, "home care"),
    (A.RESIDENTS, A.COUNCIL, 700, "client contributions"),
)


def of(*lines, base=BASE):
    return flows.pounds_of([*base, *book(*lines)], base)


def test_a_hub_by_hand():
    paid, spent = of(
        (A.COUNCIL, A.HUBS, 1_000, PLAN + "hubs"),
        (A.NHS, A.HUBS, 501, PLAN + "hubs"),
        (A.HUBS, A.SUPPLIERS, 600, "hub building"),
        (A.HUBS, A.WORKERS, 333, "hub lead and driver"),
    )
    assert paid == {("council", "hubs"): 1_000, ("nhs", "hubs"): 501}
    assert spent == {
        ("hubs", "hub building"): 600,
        ("hubs", "hub lead and driver"): 333,
        ("hubs", UNSPENT): 568,
    }


def test_a_lever_nobody_has_written_yet_appears_by_itself():
    paid, spent = of(
        (A.GRANT_FUNDERS, A.HUBS, 400, PLAN + "circles of friends"),
        (A.HUBS, A.WORKERS, 150, "circle facilitators"),
        (A.COUNCIL, A.HUBS, 1_000, PLAN + "hubs"),
        (A.HUBS, A.SUPPLIERS, 900, "hub building"),
        (A.NHS, A.WORKERS, 77, PLAN + "link workers"),
    )
    assert paid["grants", "circles of friends"] == 400 and paid["nhs", "link workers"] == 77
    assert spent["circles of friends", "circle facilitators"] == 150
    assert spent["circles of friends", UNSPENT] == 250
    assert spent["hubs", "hub building"] == 900 and spent["hubs", UNSPENT] == 100
    assert spent["link workers", "paid to workers"] == 77


def test_a_line_named_after_no_lever_is_shared_by_what_each_put_in():
    _, spent = of(
        (A.COUNCIL, A.HUBS, 200, PLAN + "hubs"),
        (A.COUNCIL, A.HUBS, 100, PLAN + "minibuses"),
        (A.HUBS, A.SUPPLIERS, 100, "insurance"),
    )
    assert spent["hubs", "insurance"] + spent["minibuses", "insurance"] == 100
    assert spent["hubs", "insurance"] == 67


def test_money_the_council_holds_is_the_difference_from_the_baseline():
    lines = (
        (A.NATIONAL_GOVERNMENT, A.COUNCIL, 3_000, PLAN + "formal services" + OWN_BUDGET),
        (A.COUNCIL, A.PROVIDERS, 2_500, "home care"),
        (A.RESIDENTS, A.COUNCIL, 300, "client contributions"),
        (A.NATIONAL_GOVERNMENT, A.COUNCIL, 50, "care budget"),
    )
    paid, spent = of(*lines)
    assert paid == {("council", "formal services"): 3_000}
    assert spent == {
        ("formal services", "client contributions"): -300,
        ("formal services", "home care"): 2_500,
        ("formal services", UNSPENT): 800,
    }


def test_a_cut_is_below_zero():
    paid, spent = of((A.COUNCIL, A.NATIONAL_GOVERNMENT, 500, PLAN + "formal services"))
    assert paid == {("national", "formal services"): -500}
    assert spent == {("formal services", UNSPENT): -500}


def test_no_plan_no_flows():
    assert of() == ({}, {})
    extra = (A.COUNCIL, A.PROVIDERS, 500, "home care")
    assert of(extra) == ({}, {})  # spending that no plan paid for is not a plan's


def kept(pence=1_000, spent=600, lonely=(10.0, 8.0), reached=(4, 3, 2, 1, 0), came=(5, 10)):
    return {
        PAID: [["council", "hubs", pence]],
        SPENT: [["hubs", "hub building", spent], ["hubs", UNSPENT, pence - spent]],
        flows.REACHED: list(reached),
        flows.RESIDENTS: [100] * 5,
        ATTENDERS: list(came),
        INTRODUCED: [3, 3],
        LESS_LONELY: list(lonely),
    }


def test_the_table_by_hand():
    told = {0: {"bevy_hub": kept()}, 1: {"bevy_hub": kept(2_000, 1_000, (10.0, 10.5))}}
    table = flow_tables.by_member(told)
    first = table[(table["member"] == 0)].set_index(["stage", "target"])["value"]
    assert first["reached", "everyone"] == 10 and first["reached", "imd_q1"] == 4
    assert first["reach", "everyone"] == 20.0 and first["reach", "imd_q1"] == 40.0
    assert first["people", ATTENDERS] == 5 and first["cost", ATTENDERS] == 6.00 / 5
    assert first["cost", LESS_LONELY] == 6.00 / 2 and math.isnan(first["cost", INTRODUCED])
    summed = flow_tables.summarised(table).set_index(["stage", "target"])
    assert summed.loc[("paid", "hubs"), ["mean", "median"]].tolist() == [15.0, 15.0]
    assert summed.loc[("spent", UNSPENT), "p05"] == pytest.approx(4.3)
    assert summed.loc[("cost", ATTENDERS), "mean"] == pytest.approx((1.2 + 2.0) / 2)
    # One of two runs has more lonely people: no cost for each is given.
    assert math.isnan(summed.loc[("cost", LESS_LONELY), "median"])
    assert summed.loc[("cost", LESS_LONELY), "members"] == 1


def test_a_line_some_runs_lack_counts_as_nothing_there():
    other = kept() | {SPENT: [["hubs", UNSPENT, 1_000]]}
    table = flow_tables.by_member({0: {"a": kept()}, 1: {"a": other}})
    summed = flow_tables.summarised(table).set_index(["stage", "target"])
    assert summed.loc[("spent", "hub building"), "mean"] == 3.0
    assert summed.loc[("spent", "hub building"), "members"] == 2


# --- a real run -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    plan = towns.plan(
        towns.hubs(payer="nhs", paid_lead=True), towns.services(gbp_per_head=20.0), title="Both"
    )
    folder = tmp_path_factory.mktemp("flows")
    found = sim.compare(plan, place=towns.PLACE, residents=300, years=1, members=2, in_process=True,
                        out=folder)  # fmt: skip
    return found, folder


def test_every_member_adds_up_and_agrees_with_the_ledger(comparison):
    table = comparison[0].flows(by_member=True)
    pence = table[table["unit"] == "pence"]
    assert (pence["value"] == pence["value"].round()).all()
    for member in (0, 1):
        mine = pence[pence["member"] == member]
        paid = mine[mine["stage"] == "paid"].groupby("target")["value"].sum()
        spent = mine[mine["stage"] == "spent"].groupby("source")["value"].sum()
        assert paid.to_dict() == spent.to_dict() and set(paid.index) == {"hubs", "formal services"}
        plan = towns.plan(
            towns.hubs(payer="nhs", paid_lead=True), towns.services(gbp_per_head=20.0), title="Both"
        )
        model = towns.town(plan, residents=500, years=1, rng=1 + member, draw=member)
        model.run()
        line = mine.set_index(["stage", "source", "target"])["value"]
        ledger = model.ledger
        assert line["paid", "nhs", "hubs"] == ledger.spent(A.NHS, PLAN)
        assert line["paid", "national", "formal services"] == ledger.spent(
            A.NATIONAL_GOVERNMENT, PLAN
        )
        assert line["spent", "hubs", UNSPENT] == ledger.balance(A.HUBS)
        for what in ("hub lead and driver", "hub premises, food and minibus"):
            assert line["spent", "hubs", what] == ledger.spent(A.HUBS, what)
        reached = table[(table["member"] == member) & (table["stage"] == "reached")]
        groups = reached.set_index("target")["value"]
        assert groups["everyone"] == model.reached.size == groups.drop("everyone").sum() > 0


def test_the_averages_add_up_too(comparison):
    table = comparison[0].flows()
    whole = {stage: table[table["stage"] == stage]["mean"].sum() for stage in ("paid", "spent")}
    assert whole["paid"] == pytest.approx(whole["spent"])
    assert set(table["members"]) <= {0, 1, 2}


def test_both_tables_are_kept_and_run_json_is_not_burdened(comparison):
    found, folder = comparison
    pd.testing.assert_frame_equal(flow_tables.load(folder), found.flows())
    pd.testing.assert_frame_equal(
        flow_tables.load(folder, members=True), found.flows(by_member=True)
    )
    assert KEY not in (folder / "run.json").read_text(encoding="utf-8")


def test_results_without_a_plan_hold_no_flows(tmp_path):
    flow_tables.keep(tmp_path, {0: {"baseline": {}}})
    assert not list(tmp_path.iterdir()) and flow_tables.load(tmp_path) is None
    (tmp_path / flow_tables.FILE).write_text("old")
    flow_tables.keep(tmp_path, {0: {"baseline": {}}})
    assert not (tmp_path / flow_tables.FILE).exists()
    empty = sim.experiment.compare.Comparison(pd.DataFrame(), pd.DataFrame(), {})
    with pytest.raises(UserMistake, match="no plan's ledger"):
        empty.flows()


def test_a_model_without_a_ledger_tells_nothing():
    assert flows.of_member(types.SimpleNamespace(), types.SimpleNamespace()) == {}


# --- shown ------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def folder(tmp_path):
    where = show_fixture.folder(tmp_path / "run", members=2)
    page = kept(900_000, 600_000)
    page[SPENT].append(["hubs", f"={HOSTILE}", 0])
    page[SPENT][0][2] -= 1_000
    page[SPENT][-1][2] += 1_000
    told = {m: {"bevy_hub": page} for m in (0, 1)}
    table = flow_tables.by_member(told)
    results.write_summary(flow_tables.summarised(table), where / flow_tables.FILE)
    return where


def test_the_report_says_where_the_pounds_went_and_runs_no_stranger_text(folder):
    html = report.page(open_results(folder), ())
    assert "Where the pounds went" in html and "£9,000" in html
    assert HOSTILE not in html
    part = flow_section.section(open_results(folder)).parts[0]
    assert ("Hubs", "Unspent", "£3,000", "£3,000", "") in part.pounds
    assert part.reached[0][:2] == ("People the plan reached", "10")
    assert part.reached[0][3] == "20"


@pytest.mark.parametrize("damage", ["", "cut", "scenario,stage\n"])
def test_a_damaged_table_of_flows_is_one_sentence(folder, damage):
    path = folder / flow_tables.FILE
    text = path.read_text(encoding="utf-8")
    path.write_text(text[:100] if damage == "cut" else damage, encoding="utf-8")
    with pytest.raises(UserMistake, match="flows.csv: this file is damaged"):
        flow_figures.specifications(open_results(folder))


def test_a_folder_without_flows_has_no_section(tmp_path):
    where = show_fixture.folder(tmp_path / "run", members=2)
    assert flow_section.section(open_results(where)) is None
    assert flow_figures.specifications(open_results(where)) == []
    assert "Where the pounds went" not in report.page(open_results(where), ())


def test_the_picture_is_the_same_bytes_and_says_its_numbers(folder):
    def write():
        specs = flow_figures.specifications(open_results(folder))
        return [path for spec in specs for path in gallery.write(spec, folder / "charts")]

    made = write()
    names = {path.name for path in made}
    assert {"pounds_bevy_hub.svg", "pounds_bevy_hub.csv", "pounds_bevy_hub.txt"} <= names
    before = {path: path.read_bytes() for path in made}
    assert {path: path.read_bytes() for path in write()} == before
    words = (folder / "charts" / "pounds_bevy_hub.txt").read_text(encoding="utf-8")
    assert "The council to hubs: £9,000" in words and "Modelled, not observed" in words
    rows = (folder / "charts" / "pounds_bevy_hub.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].split(",") == list(flow_figures.COLUMNS)
    spec = flow_figures.specifications(open_results(folder))[0]
    assert len(rows) == 1 + len(spec.paid) + len(spec.spent)
    drawn = " ".join(each.get_text() for each in gallery.draw(spec).texts)
    for said in (words, drawn):
        assert "How sure: illustration only. Modelled, not observed." in said


def test_many_small_lines_share_a_band_and_nothing_is_lost():
    def flow(target, mean, source="Hubs"):
        return flow_figures.Flow(SPENT, source, target, mean, mean, mean, mean)

    lines = [flow("big", 1_000.0), flow("one", 1.0), flow("two", 2.0), flow("three", 3.0, "Other")]
    drawn = flow_chart._few(lines, 0.01)
    assert sum(each.mean for each in drawn) == 1_006.0
    assert [each.target for each in drawn] == ["big", "Other (2 lines)", "three"]


@pytest.mark.parametrize(
    ("gbp", "said"),
    [(0, "£0"), (85.4, "£85"), (42_345, "£42,300"), (-3_140, "−£3,140"),
     (1_234_567, "£1.23 million"), (-0.2, "£0")],
)  # fmt: skip
def test_sums_are_said_as_people_do(gbp, said):
    assert flow_figures.money(gbp) == said


def test_every_row_of_the_summary_is_finite_but_costs(comparison):
    table = comparison[0].flows()
    rest = table[table["stage"] != "cost"]
    assert np.isfinite(rest[["mean", "median", "p05", "p95"]].to_numpy()).all()


def test_more_than_all_of_the_money_is_said_in_words_and_never_as_a_share():
    said = flow_figures._share
    assert said(0.574) == ", of which 57% was spent by the end"
    assert said(0.996) == said(1.004) == ", all of it spent by the end"
    assert said(1.02) == ", all of it spent by the end and 2% more"


def test_a_plan_that_reached_nobody_says_so_once():
    def row(stage: str, target: str, value: float) -> dict:
        return {
            "scenario": "a",
            "stage": stage,
            "source": "plan",
            "target": target,
        } | dict.fromkeys(("mean", "median", "p05", "p95"), value)

    groups = [flow_tables.EVERYONE, "imd_q1", "imd_q2"]
    none = pd.DataFrame([row(flow_section.REACHED, group, 0.0) for group in groups])
    assert len(flow_section._reached(none, "a", 3)) == 1
    some = pd.DataFrame([row(flow_section.REACHED, group, k) for k, group in enumerate(groups)])
    told = flow_section._reached(some, "a", 3)
    assert len(told) == 3 and told[1][3] == "nobody lives in one"


def test_a_picture_of_pounds_says_how_large_the_town_is(folder, tmp_path):
    target = tmp_path / "again"
    shutil.copytree(folder, target)
    told = json.loads((target / "run.json").read_text(encoding="utf-8"))
    town = {"people_16_plus": 1234, "neighbourhoods": 3, "whole_place": False}
    for plan in told["provenance"].values():
        plan["model_town"] = town
    (target / "run.json").write_text(json.dumps(told), encoding="utf-8")
    spec = flow_figures.specifications(open_results(target))[0]
    assert "pounds in the simulated town of 1,234 people aged 16 or over" in spec.subtitle


def many_levers(levers=9, lines=6):
    """A plan of many levers, each with several lines and something unspent."""
    flow = flow_figures.Flow
    paid = tuple(
        flow("paid", "National government", f"Lever of some length {at}", *[1_000.0 + at] * 4)
        for at in range(levers)
    )
    spent = tuple(
        flow("spent", each.target, f"What it went on {line}", *[each.mean / (lines + 1)] * 4)
        for each in paid
        for line in range(lines)
    )
    left = tuple(
        flow("spent", each.target, "Unspent", *[each.mean / (lines + 1)] * 4, unspent=True)
        for each in paid
    )
    return flow_figures.FlowSpec(
        "pounds_many", "Pounds of many levers", "Where they went.", "Source.", paid,
        (*spent, *left), 6, "",
    )  # fmt: skip


@pytest.mark.parametrize("size", ["landscape", "square", "portrait"])
@pytest.mark.parametrize("levers", [1, 3, 9])
def test_however_many_lines_every_word_is_on_the_page_apart_and_large_enough(size, levers):
    spec = many_levers(levers)
    picture = gallery.draw(spec, size)
    ink = picture.canvas.get_renderer()
    picture.draw(ink)
    width, height = picture.canvas.get_width_height()
    words = [each for each in picture.texts if each.get_text().strip()]
    boxes = [each.get_window_extent(ink) for each in words]
    assert all(box.x0 >= 0 and box.x1 <= width for box in boxes)
    assert all(box.y0 >= 0 and box.y1 <= height for box in boxes)
    (told,) = (at for at, each in enumerate(words) if "Source." in each.get_text())
    source, least = boxes[told], words[told].get_fontsize()
    named = [
        (each, box) for each, box in zip(words, boxes, strict=True)
        if box.x0 > width / 2 and box.y1 < height * 0.8
    ]  # fmt: skip
    assert named and all(each.get_fontsize() >= least - 1e-6 for each, _ in named)
    assert all(box.y0 >= source.y1 - 2 for _, box in named)
    ends = sorted((box for _, box in named), key=lambda box: -box.y0)
    assert all(above.y0 >= below.y1 - 2 for above, below in itertools.pairwise(ends))
    drawn = [patch.get_window_extent(ink) for axes in picture.axes for patch in axes.patches]
    inside = picture.axes[0].get_window_extent(ink)
    assert all(box.y0 >= inside.y0 - 1 and box.y1 <= inside.y1 + 1 for box in drawn)


def test_a_lever_that_spent_what_nobody_paid_in_is_drawn_too():
    spec = many_levers(3)
    spec = replace(spec, paid=spec.paid[:2])
    names = {each.get_text() for axes in gallery.draw(spec, "square").axes for each in axes.texts}
    assert "Lever of some length 2" in names


def test_a_lever_drawn_as_one_band_keeps_its_pounds_and_says_what_is_unspent():
    spec = many_levers()
    whole = flow_chart._whole([*spec.spent])
    assert sum(each.mean for each in whole) == pytest.approx(sum(e.mean for e in spec.spent))
    assert len(whole) == 9 and all("7 lines, £" in each.target for each in whole)
    assert all(each.target.endswith("unspent") for each in whole)
