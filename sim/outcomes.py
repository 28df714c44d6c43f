"""What is measured each month, and what the words mean.

Each measure states its unit, its denominator and whether a year's value is the mean of its
months, their sum, or the value at the year's end. Nothing here acts on anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Yearly = Literal["mean", "sum", "end"]


@dataclass(frozen=True)
class Measure:
    """One outcome: its words, unit, denominator and how months make a year."""

    key: str
    label: str
    unit: str
    denominator: str
    yearly: Yearly
    better: Literal[-1, 0, 1]
    per: float = 1.0
    by_group: bool = True


_ALL = "residents aged 16 or over"
_HEAD = "residents of all ages"
_MONEY = "pounds per head, 2024/25 prices"

_LIST = (
    Measure("often_lonely_share", "Often or always lonely", "share", _ALL, "mean", -1),
    Measure("ucla3_mean", "UCLA-3 loneliness score", "score 3 to 9", _ALL, "mean", -1),
    Measure("crises_per_1000", "Crisis episodes", "per 1,000 a year", _ALL, "sum", -1, 1000.0),
    Measure(
        "emergency_admissions_per_1000",
        "Emergency admissions",
        "per 1,000 a year",
        _ALL,
        "sum",
        -1,
        1000.0,
    ),
    Measure(
        "ae_attendances_per_1000", "A&E attendances", "per 1,000 a year", _ALL, "sum", -1, 1000.0
    ),
    Measure(
        "care_home_entries_per_100k_65plus",
        "Care-home entries at 65 or over",
        "per 100,000 a year",
        "residents aged 65 or over",
        "sum",
        -1,
        100_000.0,
    ),
    Measure(
        "carer_breakdowns_per_1000_carers",
        "Carer breakdowns",
        "per 1,000 carers a year",
        "unpaid carers",
        "sum",
        -1,
        1000.0,
    ),
    Measure(
        "unmet_hours_per_1000",
        "Unmet care hours",
        "hours a week per 1,000",
        _ALL,
        "mean",
        -1,
        1000.0,
    ),
    Measure("waiting_per_1000", "People waiting for care", "per 1,000", _ALL, "mean", -1, 1000.0),
    Measure("unpaid_carer_share", "Unpaid carers", "share", _ALL, "mean", 0),
    Measure(
        "carers_20_plus_hours_share", "Carers giving 20 hours or more", "share", _ALL, "mean", -1
    ),
    Measure(
        "carers_in_work_share",
        "Unpaid carers in paid work",
        "share",
        "unpaid carers aged 16 to 64",
        "mean",
        1,
    ),
    Measure("distressed_share", "Probable mental ill health (GHQ-12)", "share", _ALL, "mean", -1),
    Measure("life_satisfaction_mean", "Life satisfaction", "score 0 to 10", _ALL, "mean", 1),
    Measure("hub_attender_share", "Attended a hub in the month", "share", _ALL, "mean", 1),
    Measure("volunteer_share", "Volunteered formally in the month", "share", _ALL, "mean", 1),
    Measure("fee_gap_gbp_per_head", "Fee gap", _MONEY, _HEAD, "sum", -1, by_group=False),
    Measure("demand_gap_gbp_per_head", "Demand gap", _MONEY, _HEAD, "sum", -1, by_group=False),
    Measure("need_gap_gbp_per_head", "Need gap", _MONEY, _HEAD, "sum", -1, by_group=False),
    Measure(
        "funding_gap_gbp_per_head",
        "Social care funding gap",
        _MONEY,
        _HEAD,
        "sum",
        -1,
        by_group=False,
    ),
    Measure(
        "council_spend_gbp_per_head",
        "Council spending on adult social care",
        _MONEY,
        _HEAD,
        "sum",
        0,
        by_group=False,
    ),
    Measure(
        "nhs_spend_gbp_per_head", "NHS spending on crises", _MONEY, _HEAD, "sum", 0, by_group=False
    ),
)

MEASURES: dict[str, Measure] = {measure.key: measure for measure in _LIST}

GROUPS: dict[str, str] = {
    "all": "Everyone aged 16 or over",
    "reached": "People the scenario reached",
    "imd_1": "Most deprived fifth of neighbourhoods",
    "imd_2": "Second most deprived fifth",
    "imd_3": "Middle fifth",
    "imd_4": "Second least deprived fifth",
    "imd_5": "Least deprived fifth of neighbourhoods",
    "age_16_24": "Aged 16 to 24",
    "age_25_34": "Aged 25 to 34",
    "age_35_49": "Aged 35 to 49",
    "age_50_64": "Aged 50 to 64",
    "age_65_74": "Aged 65 to 74",
    "age_75_plus": "Aged 75 or over",
    "female": "Women",
    "male": "Men",
    "ethnicity_white": "White residents",
    "ethnicity_asian": "Asian residents",
    "ethnicity_black": "Black residents",
    "ethnicity_mixed": "Residents of mixed ethnic groups",
    "ethnicity_other": "Residents of other ethnic groups",
    "carer": "Unpaid carers",
    "not_carer": "People who are not unpaid carers",
}
