"""Promises of a full lunch: it lays more tables where more older people live, and only then."""

from __future__ import annotations

from typing import Any

import pytest
from towns import hubs, plan, town

from sim.agents.hub import Hub, places_held
from sim.model import CommunityModel
from sim.money import Account
from sim.units import SESSIONS_A_MONTH
from sim.world.bands import PENSION_AGE

MEALS = "meals at further tables"


def older(model: CommunityModel) -> float:
    """Residents of pension age over residents of all ages when the record opened."""
    old = (model.world.people.age_months >= PENSION_AGE * 12).sum()
    return float(old / model.people_of_all_ages)


def lunch(share: float, **settings: Any) -> tuple[CommunityModel, list[Hub]]:
    """A town of keen guests after four months of small lunches, the Bevy's people being so old."""
    numbers = {"bevy_share_aged_65plus": share, "hub_join_per_month": 0.02}
    said = {key: {"value": each, "because": "a known answer"} for key, each in numbers.items()}
    model = town(plan(hubs(**({"lunch_club_seats": 8} | settings)), overrides=said))
    model.run_for(4)
    return model, [each for each in model.hubs if each.funded]


@pytest.fixture(scope="module")
def share() -> float:
    return older(town())


def test_a_full_lunch_lays_seats_for_as_many_more_as_are_older(share: float) -> None:
    """Twice the Bevy's share of older people, twice the seats: 8 become 16, a table a month."""
    model, mine = lunch(share / 2)
    most = int(mine[0].plan.seats * older(model) / (share / 2))
    assert mine[0].plan.seats < most <= 2 * mine[0].plan.seats + 1
    assert all(each.seats == most for each in mine)
    held = places_held(model.hubs, model.world.people)
    assert all(held[each.row] <= each.places(model.p) for each in mine)


@pytest.mark.parametrize(
    ("bevy", "said"),
    [
        (1.0, {}),  # a younger place than the Bevy's
        (0.01, {"lunch_club_seats": 1200}),  # room enough for whoever comes
        (0.01, {"for_whom": ["age_16_24"]}),  # no lunch for older people
    ],
)
def test_otherwise_the_seats_are_those_of_the_plan(bevy: float, said: dict[str, Any]) -> None:
    model, mine = lunch(bevy, **said)
    assert mine and all(each.seats == each.plan.seats for each in mine)
    assert model.ledger.spent(Account.HUBS, MEALS) == 0


def test_the_hub_pays_what_guests_do_not_for_meals_at_further_tables(share: float) -> None:
    model, mine = lunch(share / 2)
    p, last = model.p, [model.month]
    dear = p.cost_lunch_club_meal_2023_24 - p.bevy_lunch_price_paid_by_guest
    meals = sum(each.seats - each.plan.seats for each in mine) * SESSIONS_A_MONTH
    assert model.ledger.spent(Account.HUBS, MEALS, last) == round(meals * dear * 100) > 0


def test_a_hub_that_closed_opens_again_in_the_building_it_has() -> None:
    """The first doors take nine months here, the second the four of a group in a hall."""
    model = town(plan(hubs(opening_months=9)), years=2)
    seen = []
    for month in range(1, 22):
        model.step()
        mine = [each for each in model.hubs if each.funded]
        if month == 12:
            for each in mine:
                each.open = False
        seen.append(any(each.open for each in mine))
    again = round(model.p.ramp_group_in_existing_building_months)
    assert seen.index(True) == 9 and seen[11:].index(True) == again + 1
