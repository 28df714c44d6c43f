"""How near a place's people come to the place's own data on the day the record opens.

`python tests/margins.py` prints the table of docs/limits_figures.md: three seeds of about 10,000
residents.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.agents import need
from sim.agents.opening import areas_of, start_care
from sim.luck import Luck
from sim.parameters import Parameters
from sim.world.people import open_world
from sim.world.place_facts import council_figure
from sim.world.places import Place, get

CONTRASTING = (
    "Tower Hamlets",
    "Kensington and Chelsea",
    "Brighton and Hove",
    "Leicester",
    "Birmingham",
    "Blackpool",
    "Hartlepool",
    "Knowsley",
    "Cornwall",
    "Surrey",
    "Wokingham",
)
HOURS = ("1_9h", "10_19h", "20_34h", "35_49h", "50plus_h")


@dataclass(frozen=True)
class Margins:
    """Shares of homes (cars, one person) and of people aged 16 or over."""

    no_car: float
    one_person: float
    disabled: float
    carers: float
    carers_20h: float
    carers_50h: float

    def over(self, other: Margins) -> Margins:
        """Each figure as a ratio to the other's."""
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return Margins(*(mine / theirs for mine, theirs in pairs))


def made(name: str, residents: int, seeds: tuple[int, ...] = (1,)) -> Margins:
    """The margins of the people the model makes, over these seeds."""
    p, place = Parameters.build(), get(name)
    sample = place.sample(residents)
    rows = []
    for seed in seeds:
        world, luck = open_world(areas_of(place, sample, p), p, Luck(seed)), Luck(seed)
        start_care(world, p, luck)
        people = world.people
        need.mark_disabled(people, world.areas, p)
        home = np.flatnonzero(people.at_home)
        heads = home[np.unique(people.household[home], return_index=True)[1]]
        hours = people.answered_hours * people.carer
        rows.append(
            (
                (~people.has_car[heads]).mean(),
                (people.household_size[heads] == 1).mean(),
                people.disabled.mean(),
                people.carer.mean(),
                (hours >= 20).mean(),
                (hours >= 50).mean(),
            )
        )
    return Margins(*np.mean(rows, axis=0).tolist())


def told(name: str, residents: int | None = None) -> Margins:
    """The margins of the place's own data; cars and disability those of the sample."""
    place = get(name)
    here = (place.sample(residents) if residents else place).neighbourhoods
    people = here.people.sum(axis=1)
    hours = np.array([_carers(place, each) for each in HOURS]) / place.adults
    return Margins(
        float(here.households_no_car.sum() / here.households.sum()),
        place.facts["one_person_household_share"].value,
        float(here.disabled_share @ people / people.sum()),
        float(hours.sum()),
        float(hours[2:].sum()),
        float(hours[4]),
    )


def _carers(place: Place, hours: str) -> float:
    return sum(council_figure(code, f"carers_{hours}") for code in place.councils)


def table(residents: int = 10_000, seeds: tuple[int, ...] = (1, 2, 3)) -> str:
    """Model and data: shares for homes, ratios to England for people."""
    england = made("England", 2 * residents, seeds), told("England", 2 * residents)
    lines = [
        "| place | no car | one person | disabled | carers | 20+ hours | 50+ hours |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in CONTRASTING:
        mine, theirs = made(name, residents, seeds), told(name, residents)
        homes = [
            f"{getattr(mine, key):.3f} / {getattr(theirs, key):.3f}"
            for key in ("no_car", "one_person")
        ]
        mine, theirs = mine.over(england[0]), theirs.over(england[1])
        people = [
            f"{getattr(mine, key):.2f} / {getattr(theirs, key):.2f}"
            for key in ("disabled", "carers", "carers_20h", "carers_50h")
        ]
        lines.append(f"| {name} | {' | '.join(homes + people)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
