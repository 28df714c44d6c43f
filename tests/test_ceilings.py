"""Published ceilings warn and never clamp."""

from __future__ import annotations

import pandas as pd

from sim.experiment.ceilings import CEILINGS, warnings
from sim.experiment.summary import SUMMARY_COLUMNS

LONELY, ADMISSIONS = "often_lonely_share", "emergency_admissions_per_1000"


def line(scenario: str, measure: str, median: float, change: float, year: int = 10) -> dict:
    row = dict.fromkeys(SUMMARY_COLUMNS, 0.0)
    return row | {
        "scenario": scenario, "measure": measure, "group": "all", "year": year,
        "median": median, "difference_median": change, "sign_agreement": 1.0, "members": 8,
    }  # fmt: skip


def told(*lines: dict) -> list[str]:
    base = [line("baseline", LONELY, 0.07, 0.0), line("baseline", ADMISSIONS, 90.0, 0.0),
            line("baseline", "hub_attender_share", 0.01, 0.0)]  # fmt: skip
    return warnings(pd.DataFrame([*base, *lines]))


def test_a_believable_result_says_nothing() -> None:
    assert told(line("hub", LONELY, 0.06, -0.010), line("hub", ADMISSIONS, 86.0, -4.0)) == []


def test_a_result_beyond_the_band_is_named_with_its_source_and_what_moved() -> None:
    said = told(line("hub", LONELY, 0.05, -0.02), line("hub", "hub_attender_share", 0.03, 0.02))
    assert len(said) == 1
    assert said[0].startswith("hub: often or always lonely changed by -2.0 points")
    assert "plausible_loneliness_prevalence_change_mix_5y" in said[0]
    assert "attended a hub in the month +200%" in said[0]


def test_admissions_are_compared_as_a_share_of_the_baseline() -> None:
    said = told(line("hub", ADMISSIONS, 75.0, -15.0))
    assert len(said) == 1
    assert "-16.7%" in said[0]


def test_only_the_last_year_and_only_falls_count() -> None:
    early = line("hub", LONELY, 0.05, -0.02, year=3)
    late = line("hub", LONELY, 0.09, 0.02)
    assert told(early, late) == []


def test_every_ceiling_rests_on_a_row_with_a_low_end() -> None:
    from sim.evidence import registry

    for ceiling in CEILINGS:
        assert registry().get(ceiling.evidence).low is not None
