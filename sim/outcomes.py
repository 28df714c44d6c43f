"""What is measured each month, and what the words mean.

Each measure states its unit, its denominator and whether a year's value is the mean of its
months, their sum, or the value at the year's end. Nothing here acts on anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sim.gap_words import MOVERS, SERVICES

Yearly = Literal["mean", "sum", "end"]


@dataclass(frozen=True)
class Measure:
    """One outcome: its words, unit, denominator and how months make a year.

    `paired` ones compare a scenario with its baseline: a world alone does not have them.
    """

    key: str
    label: str
    unit: str
    denominator: str
    yearly: Yearly
    better: Literal[-1, 0, 1]
    per: float = 1.0
    by_group: bool = True
    paired: bool = False


_ALL = "residents aged 16 or over"
_HEAD = "residents of all ages"
_START = "residents of all ages at the start"
_MONEY = "pounds per head, 2024/25 prices"
_STAFF = "filled posts in care"

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
        "delayed_discharges_per_1000",
        "Discharges delayed for social care",
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
    *(
        Measure(key, label, _MONEY, _START, "sum", 0, by_group=False)
        for key, label in (
            ("pays_council_gbp_per_head", "Paid by the council, less what it received"),
            ("pays_nhs_gbp_per_head", "Paid by the NHS, less what it received"),
            ("pays_residents_gbp_per_head", "Paid by residents, less what they received"),
            ("pays_national_gbp_per_head", "Paid by national government to plans"),
            ("pays_grants_gbp_per_head", "Paid by charities and grant funders"),
            ("pays_trading_gbp_per_head", "Paid from hubs' trading"),
            ("plan_council_gbp_per_head", "Given to the plan by the council"),
            ("plan_nhs_gbp_per_head", "Given to the plan by the NHS"),
            ("plan_national_gbp_per_head", "Given to the plan by national government"),
            ("plan_grants_gbp_per_head", "Given to the plan by charities and grant funders"),
            ("plan_trading_gbp_per_head", "Given to the plan from hubs' trading"),
            ("carers_time_gbp_per_head", "Unpaid carers' hands-on time, valued"),
            ("volunteers_time_gbp_per_head", "Volunteers' time, valued"),
        )
    ),
    Measure(
        "adults_per_head",
        "Residents aged 16 or over per head at the start",
        "residents aged 16 or over",
        _START,
        "mean",
        0,
        by_group=False,
    ),
    Measure(
        "eligibility_cut_off_hours",
        "Need left at which the council helps",
        "hours a week",
        "the council's rule",
        "mean",
        -1,
        by_group=False,
    ),
    Measure(
        "prevention_spend_gbp_per_head",
        "Council spending on prevention",
        _MONEY,
        _HEAD,
        "sum",
        1,
        by_group=False,
    ),
    Measure(
        "council_overspend_gbp_per_head",
        "Council spending over its budget",
        _MONEY,
        _HEAD,
        "sum",
        -1,
        by_group=False,
    ),
    Measure(
        "undelivered_hours_per_1000",
        "Care hours commissioned but not delivered",
        "hours a week per 1,000",
        _ALL,
        "mean",
        -1,
        by_group=False,
    ),
    Measure(
        "filled_care_posts_per_1000",
        "People in paid posts in care",
        "per 1,000",
        _ALL,
        "mean",
        0,
        1000.0,
        by_group=False,
    ),
    Measure(
        "vacancy_rate", "Vacancies in care", "share", "posts in care", "mean", -1, by_group=False
    ),
    Measure(
        "turnover_rate",
        "Turnover of care workers",
        "share a year",
        _STAFF,
        "mean",
        -1,
        by_group=False,
    ),
    Measure(
        "secure_contract_share",
        "Care workers with secure hours",
        "share",
        _STAFF,
        "mean",
        1,
        by_group=False,
    ),
    Measure(
        "care_worker_pay_gbp_per_hour",
        "Care workers' pay",
        "pounds an hour, 2024/25 wages",
        _STAFF,
        "mean",
        1,
        by_group=False,
    ),
    Measure(
        "months_in_post_mean",
        "Months in post of care workers",
        "months",
        _STAFF,
        "mean",
        1,
        by_group=False,
    ),
    Measure(
        "continuity_share",
        "Care hours by workers a year or more in post",
        "share",
        "care hours delivered",
        "mean",
        1,
        by_group=False,
    ),
)

_BY_SERVICE = tuple(
    Measure(
        f"{part}_gap_{service}_gbp_per_head",
        f"{part.capitalize()} gap: {words}",
        _MONEY,
        _HEAD,
        "sum",
        -1,
        by_group=False,
    )
    for service, words in SERVICES.items()
    for part in ("fee", "demand", "need")
)
_BUDGET = Measure(
    "council_budget_gbp_per_head",
    "Council care budget, assumed path",
    _MONEY,
    _HEAD,
    "sum",
    0,
    by_group=False,
)
_MOVED = tuple(
    Measure(
        f"gap_{how}_{mover}_gbp_per_head", f"{said}: {words}", _MONEY, _HEAD, "end", -1,
        by_group=False, paired=how == "effect",
    )
    for how, said in (
        ("change", "Change of the yearly funding gap since the first year"),
        ("effect", "Difference of the yearly funding gap from the baseline"),
    )
    for mover, words in MOVERS.items()
)  # fmt: skip

MEASURES: dict[str, Measure] = {
    measure.key: measure for measure in (*_LIST, _BUDGET, *_BY_SERVICE, *_MOVED)
}

GROUPS: dict[str, str] = {
    "all": "Everyone aged 16 or over",
    "reached": "People the plan reached",
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

# Who the people paid to care are, and whom they work for: measures of posts are told for these.
WORKERS = "workers_"
WORKER_GROUPS: dict[str, dict[str, str]] = {
    "employer": {
        f"{WORKERS}agency": "Home care agencies",
        f"{WORKERS}community_business": "Community businesses and co-operatives",
        f"{WORKERS}reablement": "The council's reablement team",
        f"{WORKERS}care_home_65": "Care homes for people aged 65 or over",
        f"{WORKERS}care_home_18_64": "Care homes for people aged 18 to 64",
        f"{WORKERS}supported_living": "Supported living",
        f"{WORKERS}shared_lives": "Shared Lives",
        f"{WORKERS}personal_assistant": "People they help (personal assistants)",
    },
    "sex": {f"{WORKERS}female": "Women", f"{WORKERS}male": "Men"},
    "ethnicity": {
        f"{WORKERS}white": "White workers",
        f"{WORKERS}asian": "Asian workers",
        f"{WORKERS}black": "Black workers",
        f"{WORKERS}mixed": "Workers of mixed ethnic groups",
        f"{WORKERS}other": "Workers of other ethnic groups",
    },
}
WORKER_MEASURES = (
    "filled_care_posts_per_1000",
    "secure_contract_share",
    "care_worker_pay_gbp_per_hour",
    "months_in_post_mean",
)
