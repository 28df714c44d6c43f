"""The forward start: means over several Englands, and most of what directors ask within a tenth."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from sim.agents import reablement
from sim.cli import main
from sim.errors import UserMistake
from sim.experiment import forward_start as room
from sim.experiment.fit_england import team_minutes
from sim.experiment.fit_finding import Finding


def told(**given: float) -> dict[str, Finding]:
    """One run in which every figure is on its target, but for those given as shares of it."""
    run = {}
    for keys in room.FIGURES.values():
        for key in keys:
            evidence = EVIDENCE.get(key, ())
            target = room.judge(Finding(key, 1.0, evidence=evidence)).target
            run[key] = Finding(key, target * given.get(key, 1.0), evidence=evidence)
    return run


MONEY = "account_3_money_"
EVIDENCE = {
    "long_term_support_gross": tuple(
        f"{MONEY}long_term_support_built_up_{group}_gbp_bn_2024_25_prices"
        for group in ("65plus", "18_64")
    )
} | {
    f"spent_on_{line}": tuple(
        f"{MONEY}clients_x_weekly_package_x_52_18_{line}_{group}_gbp_bn_2024_25_prices"
        for group in ("65plus", "18_64")
    )
    for line in ("home_care", "direct_payments", "care_homes")
}


def named(found: list[room.Figure], key: str) -> room.Figure:
    return next(each for each in found if each.key == key)


def test_mean_and_standard_error_are_those_of_the_runs() -> None:
    key = "requests_total_2023_24"
    found = named(room.figures([told(**{key: 1.0}), told(**{key: 1.2})]), key)
    assert found.value == pytest.approx(1.1 * found.target)
    assert found.error == pytest.approx(0.1 * found.target)  # 0.2 / sqrt(2) / sqrt(2)
    assert found.differs_by == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [((1.09, 1.09), room.INSIDE), ((1.2, 1.2), room.OUTSIDE), ((1.0, 1.3), room.LUCK)],
)
def test_a_figure_is_inside_outside_or_could_be_luck(shares, verdict) -> None:
    key = "lts_65plus_2023_24"
    assert named(room.figures([told(**{key: share}) for share in shares]), key).verdict == verdict


def test_runs_on_target_are_all_inside_and_the_page_says_so() -> None:
    found = room.figures([told(), told()])
    assert {each.verdict for each in found} == {room.INSIDE}
    text = room.page(found, 1_000, 2, "python -m sim forward")
    assert f"{len(found)} figures: {len(found)} within a tenth" in text
    assert all(each.key in text for each in found)


@pytest.mark.parametrize("runs", [0, 1])
def test_one_run_has_no_standard_error_and_is_refused(runs) -> None:
    with pytest.raises(UserMistake, match="runs"):
        room.forward_start(1_000, runs)


def test_the_command_asks_what_was_typed_and_tells_page_and_json_the_same(
    tmp_path, capsys, monkeypatch
) -> None:
    page, heard = tmp_path / "forward.md", []

    def lived(residents, runs, seed, progress):
        heard.append((residents, runs, seed))
        return room.figures([told(), told(unmet_need_60s=0.5)])

    monkeypatch.setattr(room, "forward_start", lived)
    asked = ["forward", "--residents", "4000", "--runs", "2", "--seed", "7", "--json"]
    assert main([*asked, "--write", str(page)]) == 0
    assert heard == [(4000, 2, 7)]
    facts = json.loads(capsys.readouterr().out)
    assert len(facts) == sum(len(keys) for keys in room.FIGURES.values())
    assert all(each["figure"] in page.read_text(encoding="utf-8") for each in facts)


def test_reablement_hours_are_those_the_team_is_asked_for() -> None:
    people = SimpleNamespace(
        reablement_months=np.array([1, 2, 0, 1]),
        needed_minutes=np.array([180, 540, 540, 1440]),
        client=np.array([0, 1, 0, 0]),
        unmet_minutes=np.array([60, 0, 300, 0]),
        formal_minutes=np.array([0, 540, 0, 0]),
    )
    p = SimpleNamespace(reablement_hours_week=8)
    assert team_minutes(people, p).tolist() == [180, 480, 0, 480]
    assert team_minutes(people, p).sum() == reablement.deliver(people, lambda asked: asked, p)


@pytest.mark.slow
def test_nine_figures_in_ten_start_within_a_tenth_or_what_luck_adds_to_it() -> None:
    found = room.forward_start(50_000, 3)
    outside = [each.key for each in found if each.verdict == room.OUTSIDE]
    assert len(outside) <= 0.1 * len(found), outside
    for group in ("requests", "council clients", "care-home entries", "unpaid carers", "prices"):
        assert not [each.key for each in found if each.group == group and each.key in outside]
