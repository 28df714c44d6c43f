"""Everything the model remembers of each resident, and the world they live in.

This is the one list of resident columns: name, meaning, unit and range. It acts on nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.luck import Luck
from sim.parameters import Parameters
from sim.world.bands import AGE_BANDS, age_band
from sim.world.columns import Column, Columns
from sim.world.friends import meeting_tables, start_friends
from sim.world.kin import start_kin
from sim.world.margins import shifted
from sim.world.neighbours import start_neighbours, streets
from sim.world.population import Areas, people_of
from sim.world.ties import Ties

F, I8, I16, I32 = np.float32, np.uint8, np.int16, np.int32

RESIDENT_COLUMNS: dict[str, Column] = {
    "id": Column(np.uint64, 0, "identity: the same person in every scenario"),
    "area": Column(I16, 0, "row of the sampled neighbourhood"),
    "street": Column(I32, 0, "street: households near one another"),
    "quintile": Column(I8, 0, "deprivation fifth, 0 most deprived to 4", low=0, high=4),
    "age_months": Column(I16, 0, "age", "months", low=0, high=1600),
    "band": Column(I8, 0, "row of AGE_BANDS", low=0, high=6),
    "sex": Column(I8, 0, "0 male, 1 female", low=0, high=1),
    "ethnicity": Column(I8, 0, "row of ETHNICITIES", low=0, high=4),
    "household": Column(I32, 0, "household number"),
    "household_size": Column(I16, 1, "adults in the household", "people", low=1),
    "partner": Column(I32, -1, "row of the partner, -1 none", pointer=True),
    "has_car": Column(np.bool_, False, "the household has a car"),
    "digital": Column(np.bool_, True, "uses the internet"),
    "savings": Column(I8, 0, "row of SAVINGS against the means-test limits", low=0, high=2),
    "interest": Column(I8, 0, "community of interest or identity"),
    "area_tables": Column(I32, 1, "meeting slots in the neighbourhood, fixed at the start"),
    "interest_tables": Column(I32, 1, "meeting slots in the interest, fixed at the start"),
    "disposition": Column(F, 0, "lifelong disposition to loneliness", "sd"),
    "sociability": Column(F, 1, "openness to friendship, mean 1", low=0),
    "liability": Column(F, 0, "slow liability to disability", "sd"),
    "disabled": Column(np.bool_, False, "disabled in the survey's sense"),
    "need": Column(I8, 0, "care need level", low=0, high=4),
    "months_in_need": Column(I16, 0, "months since need began", "months", low=0),
    "dementia": Column(np.bool_, False, "has dementia"),
    "care_home": Column(I8, 0, "who pays for a care-home place, 0 none", low=0, high=3),
    "at_home": Column(np.bool_, True, "lives in a household, not in a care home"),
    "kin_outside": Column(I8, 0, "close family who live elsewhere", "people"),
    "bereavement": Column(F, 0, "grief for a spouse, 1 on the day", low=0, high=1),
    "z": Column(F, 0, "latent loneliness", "sd", low=-12, high=12),
    "connection": Column(F, 0, "felt connection S", low=0),
    "company": Column(F, 0, "company", "hours a week", low=0),
    "friend_strength": Column(F, 0, "sum of friends' tie strengths", low=0),
    "life_satisfaction": Column(F, 7, "life satisfaction", "0 to 10", low=0, high=10),
    "distress": Column(F, 0, "chance of being a probable case by GHQ-12", low=0, high=1),
    "employed": Column(np.bool_, False, "in paid work, aged 16 to 64"),
    "hub": Column(I16, -1, "hub the person belongs to, -1 none", low=-1),
    "hub_months": Column(I16, 0, "months of membership", "months", low=0),
    "hub_seat": Column(I32, 0, "regular seat, which sets the table", low=0),
    "hub_hours": Column(F, 0, "hours a week at a hub this month", "hours a week", low=0),
    "activity_hours": Column(F, 0, "at an activity outside hubs", "hours a week", low=0),
    "alongside_hours": Column(F, 0, "with connectors who walk alongside", "hours a week", low=0),
    "by_minibus": Column(np.bool_, False, "came by minibus this month"),
    "visits": Column(I16, -1, "scheme of visits or sessions the person is in, -1 none", low=-1),
    "visit_months": Column(I16, 0, "months in that scheme", "months", low=0),
    "visit_hours": Column(F, 0, "company by visits and sessions", "hours a week", low=0),
    "taught_online": Column(np.bool_, False, "was taught to use the internet"),
    "referred": Column(
        I8, 0, "months left of a year since a connector found them", "months", low=0
    ),
    "volunteers": Column(np.bool_, False, "volunteered formally this month"),
    "hub_volunteer": Column(I16, -1, "hub the person volunteers at, -1 none", low=-1),
    "stepped_in": Column(np.bool_, False, "answered a plan's appeal; nobody coordinates them"),
    "volunteer_minutes": Column(I32, 0, "formal volunteering", "minutes a week", low=0),
    "help_keenness": Column(F, 0, "how readily the person gives care, uniform", low=0, high=1),
    "outside_minutes": Column(I32, 0, "hands-on care given outside the place", "min/week", low=0),
    "care_minutes": Column(I32, 0, "hands-on care given in the place", "min/week", low=0),
    "answered_hours": Column(F, 0, "caring hours as the Census counts them", "h/week", low=0),
    "carer": Column(np.bool_, False, "unpaid carer by the Census definition"),
    "months_caring": Column(I16, 0, "months as a carer", "months", low=0),
    "support_months": Column(I8, 0, "months left of carers' support", "months", low=0),
    "strain": Column(F, 0, "caring strain", "0 to 1", low=0, high=1),
    "broken": Column(I16, 0, "months until a broken carer can give care again", low=0),
    "needed_minutes": Column(I32, 0, "care needed", "minutes a week", low=0),
    "kin_minutes": Column(I32, 0, "help from household, kin, friends", "minutes a week", low=0),
    "kin_base_minutes": Column(I32, 0, "that help at the usual share", "minutes a week", low=0),
    "community_minutes": Column(I32, 0, "help from hub companions", "minutes a week", low=0),
    "package": Column(I32, 0, "council package", "minutes a week", low=0),
    "formal_minutes": Column(I32, 0, "council care delivered", "minutes a week", low=0),
    "own_minutes": Column(I32, 0, "care paid for privately", "minutes a week", low=0),
    "unmet_minutes": Column(I32, 0, "need nobody met", "minutes a week", low=0),
    "severity": Column(F, 0, "how assessors judge the same hours of need, for life", "sd"),
    "client": Column(I8, 0, "kind of long-term council support", low=0, high=4),
    "provider": Column(I16, -1, "row of the provider of the package or bed, -1 none", low=-1),
    "awaits_bed": Column(I8, 0, "payer of a care-home place waited for, 0 none", low=0, high=3),
    "take_up": Column(F, 0, "readiness to ask for and accept care, uniform", low=0, high=1),
    "waiting": Column(I8, 0, "0 not waiting, 1 for assessment, 2 for care", low=0, high=2),
    "months_waiting": Column(I16, 0, "months on the list", "months", low=0),
    "review_months": Column(I16, 0, "since support began or was last reviewed", "months", low=0),
    "reablement_months": Column(I8, 0, "months of reablement left", "months", low=0),
    "reabled": Column(np.bool_, False, "had reablement in this episode of need"),
    "from_hospital": Column(np.bool_, False, "admitted as an emergency last month"),
    "capital_pence": Column(I32, -1, "capital in the means test, -1 not yet asked", "p", low=-1),
    "house_counted": Column(np.bool_, False, "their house has been counted as capital"),
    "charge_pence": Column(I32, 0, "contribution to council care", "pence a week", low=0),
    "reference_package": Column(I32, 0, "package under the April 2024 rules", "min/week", low=0),
    "carer_lost": Column(np.bool_, False, "their unpaid carer has broken down"),
    "last_crisis": Column(F, -99, "date of the last crisis event", "months"),
    "reached": Column(np.bool_, False, "reached by the scenario so far"),
}

# What is added up for each person over a year (see sim.diary).
COUNTED = (
    "people",
    "people_65plus",
    "often_lonely",
    "ucla3",
    "crises",
    "admissions",
    "delayed",
    "ae",
    "care_home_entries",
    "breakdowns",
    "unmet_hours",
    "waiting",
    "carers",
    "carers_20_plus",
    "carers_16_64",
    "carers_in_work",
    "distressed",
    "life_satisfaction",
    "attended",
    "volunteered",
)
RESIDENT_COLUMNS |= {
    f"year_{name}": Column(F, 0, f"{name} added up over the year so far") for name in COUNTED
}


@dataclass
class World:
    """Areas, people and ties at one moment; copied to start paired runs from one state."""

    areas: Areas
    people: Columns
    ties: Ties = field(default_factory=Ties)

    def copy(self) -> World:
        """An independent copy of everything that changes."""
        return World(self.areas, self.people.copy(), self.ties.copy())


def refresh(people: Columns) -> None:
    """Bring the columns that follow from others up to date."""
    people.band = age_band(people.age_months)
    people.at_home = people.care_home == 0
    size = np.bincount(people.household)
    people.household_size = size.astype(I16).take(people.household)


def disabled_cut(areas: Areas, p: Parameters) -> NDArray[np.float64]:
    """Cut-off on the liability by neighbourhood and age band: float64[n, 7]."""
    return np.asarray(
        ndtri(1.0 - shifted(p.array("disabled_share", AGE_BANDS), areas.disabled_odds[:, None]))
    )


def open_world(areas: Areas, p: Parameters, luck: Luck) -> World:
    """Build the people of `areas` and the ties they have; feelings are settled elsewhere."""
    start = people_of(areas, p, luck)
    people = Columns(RESIDENT_COLUMNS)
    people.append(start)
    refresh(people)
    people.street = streets(people, p)
    people.disabled = people.liability > disabled_cut(areas, p)[people.area, people.band]
    people.interest_tables, people.area_tables = meeting_tables(people, p)
    world = World(areas, people)
    start_kin(people, world.ties.kin, p, luck)
    start_neighbours(people, world.ties.neighbours, p, luck)
    start_friends(people, world.ties.friends, p, luck)
    return world
