"""The record opens: a place is peopled, feelings and ties settle, cuts and norms are fixed.

Looks at parameters and samples; builds worlds. The burn-in ends before April 2024 with nobody
ageing or dying, so margins still match the place's data. Thresholds and risk norms come from one
reference population of England for each parameter draw, shared by all places and scenarios.
"""

from __future__ import annotations

import numpy as np

from sim.agents import carer, employment, feelings, need, strain, volunteer
from sim.agents.crisis import goes_without
from sim.agents.entitlement import Rules, entitled
from sim.agents.funnel import start_clients
from sim.agents.packages import receive
from sim.agents.risk import Norms, mean_by_band_and_sex, mortality_of_state, raw_multipliers
from sim.agents.volunteer import help_at_home
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import calendar_year
from sim.world.alone import alone_odds
from sim.world.bands import ANSWERS, ETHNICITIES, LEVELS, PENSION_AGE
from sim.world.friends import make_and_lose_friends
from sim.world.lifecourse import death_chances
from sim.world.margins import carer_factors, disabled_odds, need_ratio
from sim.world.neighbours import turn_over_neighbours
from sim.world.people import World, open_world
from sim.world.places import Place, get
from sim.world.population import Areas
from sim.world.sampling import Sample


def areas_of(place: Place, sample: Sample, p: Parameters) -> Areas:
    """What the population builder needs to know of the sampled neighbourhoods."""
    here = sample.neighbourhoods
    ethnic = np.array([place.facts[f"eth_{group}_share"].value for group in ETHNICITIES])
    carers = carer_factors(here, p)
    return Areas(
        codes=tuple(here.code.tolist()),
        counts=sample.counts,
        quintile=here.quintile.astype(np.int64) - 1,
        no_car_share=here.no_car_share,
        ethnic_shares=np.broadcast_to(ethnic / ethnic.sum(), (len(here), ethnic.size)),
        disabled_odds=disabled_odds(here, p),
        need_ratio=need_ratio(here, p),
        alone_odds=alone_odds(here, p),
        carer_share=carers.share,
        carer_hours=carers.hours,
    )


def settle(world: World, p: Parameters, luck: Luck, months: int) -> None:
    """Let ties and feelings find their level: months -n+1 to 0, nobody ageing or dying."""
    people, ties = world.people, world.ties
    ages = feelings.age_effect(p)
    people.z = feelings.wanted_feeling(people, np.zeros(len(people)), p, ages)
    need.mark_disabled(people, world.areas, p)
    for month in range(1 - months, 1):
        if month % 12 == 0:
            ties.put_in_order()
        make_and_lose_friends(people, ties.friends, p, luck, month)
        turn_over_neighbours(people, ties.neighbours, p, luck, month)
        grief = people.bereavement.copy()
        feelings.feel(people, ties, p, luck, month, ages)
        people.bereavement = grief  # grief is as it was on the day the record opens


def start_care(world: World, p: Parameters, luck: Luck) -> None:
    """Carers, clients and volunteers as they were in April 2024."""
    people = world.people
    people.help_keenness = luck.uniform(Decision.HELP_KEENNESS, people.id, 0)
    people.take_up = luck.uniform(Decision.TAKE_UP, people.id, 0)
    people.severity = luck.normal(Decision.SEVERITY, people.id, 0)
    volunteer.start_volunteers(people, p, luck)
    need.set_needed_minutes(people, p)
    share = carer.outside_share(people, world.areas, p)
    able = people.at_home & (people.need <= 2)
    rows = np.flatnonzero(able & luck.happens(Decision.OUTSIDE_CARE_START, people.id, 0, share))
    people.outside_minutes[rows] = carer.outside_hours(people, world.areas, rows, p, luck, 0)
    rules = Rules(p.cut_off_hours, 1.0)
    for _ in range(2):  # families help less where the council does, and that decides who is left
        people.formal_minutes = people.reference_package
        caring, _ = carer.give_care(people, world.ties, p, luck)
        rows = np.flatnonzero(people.needed_minutes > 0)
        people.reference_package[rows] = entitled(people, rows, rules, p)
    carer.take_the_role(people, caring, p)
    strain.start_strain(people, p, luck)
    employment.start_work(people, np.arange(len(people)), p, luck)
    start_clients(people, rules, p, luck)


def open_place(place: Place, sample: Sample, p: Parameters, seed: int) -> World:
    """The world of a place on the eve of April 2024, settled."""
    luck = Luck(seed)
    world = open_world(areas_of(place, sample, p), p, luck)
    start_care(world, p, luck)
    settle(world, p, luck, int(p.burn_in_months))
    return world


def find_norms(p: Parameters) -> Norms:
    """Thresholds and risk norms in England's reference population for these parameters."""
    place = get("England")
    world = open_place(place, place.sample(int(p.reference_residents)), p, 0)
    people = world.people
    z = people.z[people.at_home].astype(np.float64)  # surveys ask people in households
    wanted = p.array("lonely_share", ANSWERS)
    cuts = feelings.thresholds_for(z, wanted, p.answer_noise)
    broad = feelings.thresholds_for(
        z, np.array([1.0 - p.broad_lonely_share, p.broad_lonely_share]), p.answer_noise
    )
    needy = people.needed_minutes > 0
    help_at_home(people, p)
    receive(people, None, p)
    unmet = float((people.unmet_minutes[needy] / people.needed_minutes[needy]).mean())
    norms = Norms(cuts, float(broad[0]), unmet)
    raw = raw_multipliers(people, norms, p)
    older = people.age_months >= PENSION_AGE * 12
    entry = np.where(
        older,
        p.array("care_home_entry_65plus", LEVELS)[people.need],
        p.array("care_home_entry_18_64", LEVELS)[people.need],
    )
    home, state = people.at_home.astype(np.float64), mortality_of_state(people, p)
    weights = {
        "care_home": entry * home,
        "onset": home * (people.need == 0),
        "admission": home,
        "ae": home,
        "death": death_chances(people, calendar_year(1)) * state,
    }
    # severe need is rare: its own mean is known from the shares better than from so few people
    raw["death"] = raw["death"] / state
    means = {name: mean_by_band_and_sex(people, raw[name], weights[name]) for name in raw}
    without = float(goes_without(people, np.flatnonzero(needy), p).mean())
    return Norms(cuts, float(broad[0]), unmet, means, without)
