"""England's account beside the model: every line once, the gap in billions, the assumed budget."""

from __future__ import annotations

import json
import math

import pytest

from sim.cli import main
from sim.evidence import account, registry
from sim.experiment import england as room
from sim.experiment import england_page
from sim.experiment.fit_finding import Finding


@pytest.fixture(scope="module")
def found() -> room.EnglandAccount:
    return room.account_and_model(residents=1_500, years=1, seed=1)


def test_every_line_of_the_account_stands_there_once_in_its_order(found) -> None:
    keys = [line.key for line in found.lines if not line.sum_of]
    published = [row.key for row, _ in account.rows()]
    assert len(set(keys)) == len(keys)
    left_out = [key for key in published if key not in set(keys)]
    assert keys == [key for key in published if key in set(keys)]
    assert left_out
    assert all(key.endswith("_2023_24") for key in left_out)  # their 2024/25 twins are there
    assert sum(len(lines) for lines in found.blocks().values()) == len(found.lines)


def test_the_model_has_figures_in_every_block_it_can_know(found) -> None:
    for name, lines in found.blocks().items():
        have = sum(line.model is not None for line in lines)
        assert (have == 0) if name.startswith("How the account closes") else (have >= 5)


def test_every_finding_about_the_account_finds_its_line() -> None:
    key = "account_1_people_population_18_34"
    pair = ("account_3_money_average_clients_home_care_65plus",
            "account_3_money_average_clients_direct_payments_65plus")  # fmt: skip
    lines = room.lines_of([Finding(key, 7.0), Finding("two_of_them", 9.0, "", 0.0, pair)])
    told = {line.key: line for line in lines if line.model is not None}
    assert list(told) == [key, "two_of_them"]
    assert told["two_of_them"].value == sum(registry().get(each).value for each in pair)
    assert told[key].ratio == 7.0 / registry().get(key).value


def test_no_figure_the_model_measures_is_lost_on_the_way() -> None:
    """What the page of fit says of the account, this page says too."""
    from sim.experiment.validate import observe
    from sim.model import CommunityModel

    model = CommunityModel(
        place="England", residents=500, years=1, plan="baseline", rng=1, lives=False
    )
    findings = observe(model).found
    lines = {line.key: line for line in room.lines_of(findings)}
    own, told = {each.key for each in findings}, 0
    for each in findings:
        key = each.evidence[0] if len(each.evidence) == 1 else each.key
        if key != each.key and key in own:
            continue  # the mean of a year, where the line has a figure of its own day
        if (key.startswith("account_") or each.evidence) and math.isfinite(each.value):
            assert lines[key].model == each.value
            told += 1
    assert told > 60


def test_people_are_scaled_to_england(found) -> None:
    line = next(one for one in found.lines if one.key == "account_1_people_population_18plus")
    assert line.ratio == pytest.approx(1, abs=0.02)


def test_the_gap_is_the_sum_of_its_parts_and_of_its_services(found) -> None:
    year = found.years[0]
    parts = [year[name] for name in ("fee_gap", "demand_gap", "need_gap")]
    assert sum(parts) == pytest.approx(year["funding_gap"])
    for part in ("fee", "demand", "need"):
        total = sum(service[part] for service in found.by_service.values())
        assert total == pytest.approx(year[f"{part}_gap"])
    assert 15 < year["assumed_budget"] < 35  # billions: net spending was 24 in 2024/25 prices


def test_the_words_give_the_gap_the_published_fee_gaps_and_the_assumption(found) -> None:
    text = "\n".join(england_page.gap_lines(found))
    assert f"{found.years[0]['funding_gap']:.2f} billion" in text
    for key in room.FEE_GAPS:
        assert key in text
    assert "An assumption, not a finding" in text
    page = england_page.page(found, "a command")
    assert page.count("\n| population |") == 7
    assert "Written by `a command`" in page


def test_the_command_prints_json(found, monkeypatch, capsys) -> None:
    monkeypatch.setattr(room, "account_and_model", lambda progress, **asked: found)
    assert main(["england", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["assumed_budget_real_growth"]["key"] == room.GROWTH
    assert len(told["lines"]) == len(found.lines)
    assert main(["england"]) == 0
    screen = capsys.readouterr().out
    assert "Funding gap of England" in screen
    assert "the model has" in screen
