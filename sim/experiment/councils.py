"""Contrasting councils: a first year of each beside what that very council published.

Looks at models of some councils through their columns, and at the place data; changes nothing.
The page is in `councils_page`. Each figure says how far the model was given it: what was
given can only show that it arrived; what was not is a test. Nothing here tunes anything.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.errors import UserMistake
from sim.units import PENCE_PER_POUND, WEEKS_PER_MONTH
from sim.world.bands import PENSION_AGE, CareHome

Progress = Callable[[int, int, str], None]

# Chosen for contrast: rich and poor, young and old, coast, country and city, in six regions.
COUNCILS = (
    "Brighton and Hove",
    "Tower Hamlets",
    "Surrey",
    "Blackpool",
    "Cornwall",
    "Manchester",
    "Hartlepool",
    "Kensington and Chelsea",
)
GIVEN, PARTLY, TEST = "given", "partly given", "not given"
MONTHS = 12
LONG_HOURS, LONGEST_HOURS = 20, 50  # a week, as the Census bands them
CARERS = ("1_9h", "10_19h", "20_34h", "35_49h", "50plus_h")


@dataclass(frozen=True)
class Figure:
    """One figure: what it is, its unit, how far the model was given it, and when published."""

    name: str
    unit: str
    given: str
    published: str
    how: str


FIGURES: dict[str, Figure] = {
    "net_spend": Figure(
        "net spending on adult social care, first year", "million pounds, 2024/25 prices", GIVEN,
        "MHCLG Revenue Outturn 2023/24", "its opening budget is set from it",
    ),
    "care_home_weeks_65plus": Figure(
        "care-home weeks at 65 or over paid by the council, first year", "weeks a year", TEST,
        "ASC-FR 2022/23", "places follow need, savings and England's rates",
    ),
    "clients_18_64": Figure(
        "clients at home aged 18 to 64, at the start", "people", PARTLY, "ASCOF March 2021",
        "half its clients' distance from England moves the cut-off; the model's are 16 to 64",
    ),
    "clients_65plus": Figure(
        "clients at home aged 65 or over, at the start", "people", PARTLY, "ASCOF March 2021",
        "half its clients' distance from England moves the cut-off",
    ),
    "carers": Figure(
        "unpaid carers, at the start", "people", GIVEN, "Census 2021, from age 5",
        "sets how many care for somebody elsewhere; the model's are 16 or over",
    ),
    "carers_20plus": Figure(
        "carers of 20 hours or more, at the start", "people", PARTLY, "Census 2021, from age 5",
        "those of 35 hours or more set the hours given elsewhere",
    ),
    "carers_50plus": Figure(
        "carers of 50 hours or more, at the start", "people", PARTLY, "Census 2021, from age 5",
        "those of 35 hours or more set the hours given elsewhere",
    ),
    "care_home_fee_65plus": Figure(
        "care home fee at 65 or over", "pounds a week", GIVEN, "ASC-FR 2016/17, over England's",
        "England's fee times the ratio, held between the cheapest and dearest tenth",
    ),
    "care_home_fee_18_64": Figure(
        "care home fee at 18 to 64", "pounds a week", GIVEN, "ASC-FR 2016/17, over England's",
        "England's fee times the ratio, held between the cheapest and dearest tenth",
    ),
    "home_care_fee": Figure(
        "home care fee", "pounds an hour", GIVEN, "none by council: pay by region",
        "England's fee times the ratio",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class CouncilRow:
    """One figure of one council; `low` and `high` are over seeds, `luck` one standard error.

    `published` is in the unit of the figure; `imputed` says why it is not this council's own
    ("" where it is). `luck` is a share of the model's value, None where no count is behind it.
    """

    council: str
    key: str
    published: float
    value: float
    low: float
    high: float
    imputed: str = ""
    luck: float | None = None

    @property
    def ratio(self) -> float:
        """The model's value over the published one; nan where nothing was published of it."""
        return self.value / self.published if self.published else math.nan

    def facts(self) -> dict[str, Any]:
        """Everything about the row, for JSON; what is not known is None."""
        figure = FIGURES[self.key]
        return {
            "council": self.council, "key": self.key, "figure": figure.name, "unit": figure.unit,
            "given": figure.given, "published": self.published, "source": figure.published,
            "imputed": bool(self.imputed), "why_imputed": self.imputed, "model": self.value,
            "model_low": self.low, "model_high": self.high,
            "ratio": self.ratio if math.isfinite(self.ratio) else None, "luck_share": self.luck,
        }  # fmt: skip


def compare(
    councils: Sequence[str] = COUNCILS,
    residents: int = 10_000,
    seeds: Sequence[int] = (1, 2),
    progress: Progress | None = None,
) -> list[CouncilRow]:
    """Live a first year of each council once a seed; return its figures, council by council.

    A council with fewer than `residents` aged 16 or over is lived whole. Raises UserMistake for a
    place that is not one whole council, or for no seed.
    """
    from sim.world.places import get

    if not seeds:
        raise UserMistake("seeds: none given. Give at least one.")
    places = [get(name) for name in councils]
    for place in places:
        if place.kind != "council":
            raise UserMistake(f"{place.name}: not a council. Find one with: python -m sim places")
    rows, done = [], 0
    for place in places:
        size = min(residents, int(place.facts["people_16_plus"].value))
        lived = []
        for seed in seeds:
            lived.append(_first_year(place.name, size, seed))
            done += 1
            if progress is not None:
                progress(done, len(places) * len(seeds), place.name)
        rows += _rows(place, lived)
    return rows


@dataclass(frozen=True)
class _Lived:
    values: dict[str, float]  # in the unit of the figure, scaled to the whole council
    seen: Counter[str]  # simulated people behind a count


def _first_year(place: str, residents: int, seed: int) -> _Lived:
    from sim.agents.books import fees_now
    from sim.model import CommunityModel

    model = CommunityModel(
        place=place, residents=residents, years=1, plan="baseline", rng=seed, lives=False
    )
    people = model.world.people
    scale = float(model.place.facts["people"].value) / model.people_of_all_ages
    older, hours = people.age_months >= PENSION_AGE * 12, people.answered_hours
    client, carer = people.client > 0, people.carer
    seen = Counter(
        clients_18_64=int((client & ~older).sum()),
        clients_65plus=int((client & older).sum()),
        carers=int(carer.sum()),
        carers_20plus=int((carer & (hours >= LONG_HOURS)).sum()),
        carers_50plus=int((carer & (hours >= LONGEST_HOURS)).sum()),
    )
    values = {key: number * scale for key, number in seen.items()}
    fees = fees_now(model.council, model.p)
    values["care_home_fee_18_64"], values["care_home_fee_65plus"] = (
        pence / PENCE_PER_POUND for pence in fees.care_home_week
    )
    values["home_care_fee"] = fees.home_care_hour / PENCE_PER_POUND
    spent = months = 0.0
    for _month in range(MONTHS):
        model.run_for(1)
        people = model.world.people
        council = people.care_home == CareHome.COUNCIL
        months += int((council & (people.age_months >= PENSION_AGE * 12)).sum())
        spent += model.council_spend_gbp_per_head * model.people_of_all_ages
    values["net_spend"] = spent * scale / 1e6
    values["care_home_weeks_65plus"] = months * WEEKS_PER_MONTH * scale
    seen["care_home_weeks_65plus"] = round(months / MONTHS)  # people, who stay most of a year
    return _Lived(values, seen)


def _rows(place: Any, lived: Sequence[_Lived]) -> list[CouncilRow]:
    told = published(place)
    rows = []
    for key in FIGURES:
        values = [each.values[key] for each in lived]
        seen = sum(each.seen[key] for each in lived)
        value, why = told[key]
        luck = 1.0 / math.sqrt(seen) if seen else None
        middle = statistics.fmean(values)
        rows.append(CouncilRow(place.name, key, value, middle, min(values), max(values), why, luck))
    return rows


def published(place: Any) -> dict[str, tuple[float, str]]:
    """What the council published, by figure, in its unit; and why it is imputed ("" if not)."""
    from sim.parameters import Parameters
    from sim.world.council_facts import own_price

    facts, p = place.facts, Parameters.build({}, 0)

    def fact(*names: str, factor: float = 1.0) -> tuple[float, str]:
        why = {facts[name].source.partition("; ")[2] for name in names if facts[name].imputed}
        return math.fsum(facts[name].value for name in names) * factor, "; ".join(sorted(why))

    def fee(group: str, england: float) -> tuple[float, str]:
        own = own_price(place.code, group)
        if math.isnan(own):
            return fact(f"care_home_price_ratio_{group}", factor=england)
        return own * england, ""

    spend = fact("asc_net_current_gbp_2023_24", factor=p.prices_2023_24_to_2024_25 / 1e6)
    return {
        "net_spend": spend,
        "care_home_weeks_65plus": fact(
            "care_home_residential_weeks_65plus", "care_home_nursing_weeks_65plus"
        ),
        "clients_18_64": fact("community_clients_18_64"),
        "clients_65plus": fact("community_clients_65plus"),
        "carers": fact(*(f"carers_{each}" for each in CARERS)),
        "carers_20plus": fact(*(f"carers_{each}" for each in CARERS[2:])),
        "carers_50plus": fact(f"carers_{CARERS[-1]}"),
        "care_home_fee_65plus": fee("65plus", p.council_care_home_week_65plus),
        "care_home_fee_18_64": fee("18_64", p.council_care_home_week_18_64),
        "home_care_fee": fact(
            "home_care_price_ratio", factor=p.unit_cost_homecare_external_hour_2024_25
        ),
    }
