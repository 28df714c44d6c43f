"""Councils are held against their own figures: published ones exactly, imputed ones marked."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

import pytest

from sim.cli import main
from sim.errors import UserMistake
from sim.experiment import councils, councils_page
from sim.experiment.councils import COUNCILS, FIGURES, GIVEN, CouncilRow
from sim.world.places import get

TWO = ("Hartlepool", "Tower Hamlets")


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str], CouncilRow]:
    found = councils.compare(TWO, residents=1_500, seeds=(1,))
    return {(row.council, row.key): row for row in found}


def test_every_figure_of_every_council_is_there(rows) -> None:
    assert list(rows) == [(council, key) for council in TWO for key in FIGURES]
    for row in rows.values():
        assert row.value > 0
        assert row.published > 0
        assert row.ratio == row.value / row.published
        assert row.low <= row.value <= row.high


def test_published_figures_are_the_councils_own_to_the_person(rows) -> None:
    """Read by hand from the published tables of Hartlepool."""
    own = {key: rows["Hartlepool", key].published for key in FIGURES}
    assert own["net_spend"] == pytest.approx(42.048 * 1.0405)
    assert own["care_home_weeks_65plus"] == 18_110 + 4_891
    assert (own["clients_18_64"], own["clients_65plus"]) == (515, 584)
    assert own["carers"] == 2_410 + 1_250 + 1_062 + 1_450 + 3_382
    assert own["carers_20plus"] == 1_062 + 1_450 + 3_382
    assert own["carers_50plus"] == 3_382


def test_what_was_not_published_is_marked_with_its_reason(rows) -> None:
    assert rows["Tower Hamlets", "care_home_weeks_65plus"].imputed.endswith("2021/22")
    assert rows["Hartlepool", "care_home_weeks_65plus"].imputed == ""
    assert all(rows[council, "home_care_fee"].imputed for council in TWO)
    assert not any(rows[council, "carers"].imputed for council in TWO)


def test_what_the_model_is_given_arrives(rows) -> None:
    """Fees within a tenth; spending and carers within what luck in so small a town allows."""
    for council in TWO:
        assert rows[council, "net_spend"].ratio == pytest.approx(1, abs=0.4)
        assert rows[council, "care_home_fee_65plus"].ratio == pytest.approx(1, abs=0.1)
        carers = rows[council, "carers"]
        assert abs(carers.ratio - 1) < 0.1 + 3 * carers.luck


def test_counts_are_scaled_to_the_whole_council(rows) -> None:
    """Twice the council, about twice the people: the figures are not those of the sample."""
    ratio = get("Tower Hamlets").facts["people_16_plus"].value / 1_500
    one = rows["Tower Hamlets", "carers"]
    assert one.value / ratio == pytest.approx(1 / one.luck**2, rel=0.05)


def test_the_summary_leaves_imputed_figures_out(rows) -> None:
    told = {each["key"]: each for each in councils_page.summary(list(rows.values()))}
    assert told["care_home_weeks_65plus"]["councils"] == 1
    assert told["home_care_fee"]["councils"] == 0
    assert told["home_care_fee"]["middle"] is None
    weeks = rows["Hartlepool", "care_home_weeks_65plus"].ratio
    assert told["care_home_weeks_65plus"]["least"] == weeks
    line = councils_page.count_line(list(rows.values()))
    tested = sum(FIGURES[row.key].given != GIVEN and not row.imputed for row in rows.values())
    assert f"of {tested} figures" in line


def test_the_page_says_when_and_how_it_was_made_and_stars_what_is_imputed(rows) -> None:
    page = councils_page.page(list(rows.values()), "a command", datetime(2026, 1, 2, tzinfo=UTC))
    assert "Written by `a command` on 2026-01-02" in page
    for council in TWO:
        assert f"## {council}" in page
    starred = [line for line in page.splitlines() if line.startswith("|") and r"\*" in line]
    assert len(starred) == sum(bool(row.imputed) for row in rows.values())


def test_the_councils_differ_in_deprivation_age_and_region() -> None:
    places = [get(name) for name in COUNCILS]
    assert len(places) >= 6
    poor = [place.facts["imd_q1_share"].value for place in places]
    assert max(poor) > 0.5
    assert min(poor) < 0.05
    old = [
        math.fsum(place.facts[f"people_{band}"].value for band in ("80_84", "85_89", "90_plus"))
        / place.facts["people"].value
        for place in places
    ]
    assert max(old) > 3 * min(old)
    assert len({place.region for place in places}) >= 5


def test_what_is_no_council_or_no_run_is_refused() -> None:
    with pytest.raises(UserMistake, match="not a council"):
        councils.compare(("England",))
    with pytest.raises(UserMistake, match="seeds"):
        councils.compare(TWO, seeds=())


def test_the_command_prints_every_fact_as_json(rows, monkeypatch, capsys) -> None:
    asked = {}

    def compare(**said):
        asked.update(said)
        return list(rows.values())

    monkeypatch.setattr(councils, "compare", compare)
    assert main(["validate", "--councils", "--residents", "1500", "--seed", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (asked["residents"], asked["seeds"]) == (1500, (3,))
    assert len(told) == len(rows)
    assert {"council", "published", "model", "ratio", "imputed"} <= set(told[0])
    assert main(["validate", "--councils", "--years", "3"]) == 2
