"""The means test: capital, income, what a client pays each week, and running out of money.

Looks at savings bands, deprivation, age, partners and fees; changes capital, the weekly charge and,
when a self-funder's capital is down to the upper limit, who pays for their care home. Money is
whole pence. The rules are those of the Care Act charging regulations: above the upper capital
limit a person pays in full; between the limits a pound a week for each 250 pounds or part of it is
added to income; what is left of income above a protected amount is the contribution, never more
than the care costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.carer import in_pension_age
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND, WEEKS_PER_MONTH
from sim.world.bands import QUINTILES, Care, CareHome
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.agents.books import Fees

Rows = NDArray[np.int64]
GROUPS = ("18_64", "65plus")


def pence(gbp: float) -> int:
    """Whole pence nearest to `gbp`."""
    return round(gbp * PENCE_PER_POUND)


def tariff_income(capital: Rows, p: Parameters) -> Rows:
    """Pence a week assumed from capital between the limits: 1 pound for each 250 or part of it."""
    over = np.maximum(capital - pence(p.capital_limit_lower), 0)
    step = pence(p.tariff_income_gbp_capital_per_1gbp_week)
    return np.asarray(-(-over // step) * PENCE_PER_POUND)


def contribution(capital: Rows, income: Rows, protected: Rows, cost: Rows, p: Parameters) -> Rows:
    """Pence a week a person pays towards care that costs `cost` pence a week: int64[n].

    `protected` is the income they keep: the minimum income guarantee and disability-related
    expense at home, the personal expenses allowance in a care home.
    """
    spare = np.maximum(income + tariff_income(capital, p) - protected, 0)
    in_full = capital > pence(p.capital_limit_upper)
    return np.asarray(np.where(in_full, cost, np.minimum(spare, cost)))


def counted_capital(
    capital: Rows,
    house: Rows,
    owns: NDArray[np.bool_],
    partner_at_home: NDArray[np.bool_],
) -> Rows:
    """Capital in the test for a care home: the house counts unless a partner lives in it."""
    return np.asarray(capital + np.where(owns & ~partner_at_home, house, 0))


def ask_capital(people: Columns, rows: Rows, p: Parameters, luck: Luck) -> None:
    """Put a figure on the capital of `rows` whose capital nobody has asked about yet.

    Keyed by identity within the savings band, so it does not matter when they are first asked.
    """
    rows = rows[people.capital_pence[rows] < 0]
    if rows.size == 0:
        return
    low, high = p.capital_limit_lower, p.capital_limit_upper
    draw = luck.uniform(Decision.CAPITAL, people.id[rows], 0)
    below = low * draw**p.capital_below_power
    above = high * (1.0 - draw) ** (-1.0 / p.capital_above_shape)
    band = people.savings[rows]
    gbp = np.where(band == 0, below, np.where(band == 1, low + (high - low) * draw, above))
    gbp = np.minimum(gbp, p.capital_most_gbp)
    whole = np.floor(gbp * PENCE_PER_POUND).astype(np.int64)
    least = np.where(band == 2, pence(high) + 1, np.where(band == 1, pence(low) + 1, 0))
    people.capital_pence[rows] = np.maximum(whole, least)


def income_of(people: Columns, rows: Rows, p: Parameters, luck: Luck) -> Rows:
    """Weekly income of `rows`, pence: benefit or pension at least, more where less deprived.

    Benefits for the extra costs of disability are counted at home and stop in a care home.
    """
    group, ids = in_pension_age(people, rows), people.id[rows]
    extra = np.stack([p.array(f"income_extra_week_{name}", QUINTILES) for name in GROUPS])
    gbp = p.array("income_least_week", GROUPS)[group]
    gbp = gbp + extra[group, people.quintile[rows]] * luck.exponential(Decision.INCOME, ids, 0)
    has = luck.happens(Decision.INCOME, ids, 1, p.array("disability_benefit_share", GROUPS)[group])
    benefit = (p.attendance_allowance_lower_week + p.attendance_allowance_higher_week) / 2
    gbp = gbp + np.where(has & people.at_home[rows], benefit, 0.0)
    return np.asarray(np.rint(gbp * PENCE_PER_POUND).astype(np.int64))


def protected_income(people: Columns, rows: Rows, p: Parameters) -> Rows:
    """Pence a week that charging must leave: int64[n]."""
    group = in_pension_age(people, rows)
    at_home = p.array("minimum_income_guarantee_week", GROUPS) + p.disability_expense_week
    gbp = np.where(people.at_home[rows], at_home[group], p.personal_expenses_allowance_week)
    return np.asarray(np.rint(gbp * PENCE_PER_POUND).astype(np.int64))


def house_of(
    people: Columns, rows: Rows, p: Parameters, luck: Luck
) -> tuple[NDArray[np.bool_], Rows]:
    """Whether `rows` own a house that would count if no partner lived in it; its value, pence."""
    ids, quintile = people.id[rows], people.quintile[rows]
    chance = np.where(
        people.savings[rows] == 2,
        p.home_counts_above_upper_limit,
        p.array("home_counts_below_upper_limit", QUINTILES)[quintile],
    )
    owns = luck.happens(Decision.CAPITAL, ids, 1, chance)
    spread = np.exp(p.house_value_spread * luck.normal(Decision.CAPITAL, ids, 2))
    value = p.array("house_value", QUINTILES)[quintile] * spread
    return owns, np.asarray(np.rint(value * PENCE_PER_POUND).astype(np.int64))


def partner_at_home(people: Columns, rows: Rows) -> NDArray[np.bool_]:
    """Whether a partner of each of `rows` lives in a household: bool[n]."""
    mate = people.partner[rows]
    return np.asarray((mate >= 0) & people.at_home[np.maximum(mate, 0)])


def who_pays(people: Columns, rows: Rows, p: Parameters, luck: Luck, month: int) -> Rows:
    """Who pays for the care home `rows` move into: row of CareHome.

    From 65 it follows from savings and house; the NHS and short stays take a share of all. Under
    65 nearly everybody is paid for: residents of younger adults' homes have few savings.
    """
    ask_capital(people, rows, p, luck)
    owns, house = house_of(people, rows, p, luck)
    capital = people.capital_pence[rows].astype(np.int64)
    counted = counted_capital(capital, house, owns, partner_at_home(people, rows))
    older = in_pension_age(people, rows) == 1
    own = older & (counted > pence(p.capital_limit_upper))
    other = older & luck.happens(
        Decision.CARE_HOME_OTHER, people.id[rows], month, p.care_home_entry_other_payer
    )
    payer = np.where(own, CareHome.SELF_FUNDED, CareHome.COUNCIL)
    return np.where(other, CareHome.OTHER, payer)


def weekly_cost(people: Columns, rows: Rows, fees: Fees) -> Rows:
    """What the council pays a week for the care of `rows`, pence: int64[n]."""
    formal, kind = people.formal_minutes[rows].astype(np.int64), people.client[rows]
    home = np.array(fees.care_home_week)[in_pension_age(people, rows)]
    cost = np.where(kind == Care.HOME_CARE, formal * fees.home_care_hour // MINUTES_PER_HOUR, 0)
    direct = formal * fees.direct_payment_hour // MINUTES_PER_HOUR
    cost = np.where(kind == Care.DIRECT_PAYMENT, direct, cost)
    cost = np.where(kind == Care.SUPPORTED_LIVING, fees.supported_living_week, cost)
    cost = np.where(kind == Care.SHARED_LIVES, fees.shared_lives_week, cost)
    return np.asarray(np.where(people.care_home[rows] == CareHome.COUNCIL, home, cost))


def charge(people: Columns, fees: Fees, p: Parameters, luck: Luck) -> None:
    """Set what each council client pays this month, pence a week; 0 for everybody else.

    Capital of care-home residents under 65 is left out, as in `who_pays`.
    """
    people.charge_pence = 0
    rows = np.flatnonzero((people.client > 0) | (people.care_home == CareHome.COUNCIL))
    ask_capital(people, rows, p, luck)
    young_inside = (in_pension_age(people, rows) == 0) & ~people.at_home[rows]
    people.charge_pence[rows] = contribution(
        np.where(young_inside, 0, people.capital_pence[rows]).astype(np.int64),
        income_of(people, rows, p, luck),
        protected_income(people, rows, p),
        weekly_cost(people, rows, fees),
        p,
    )


def run_down(people: Columns, p: Parameters, luck: Luck) -> Rows:
    """A month's care is paid for out of capital; returns rows of self-funders who ran out.

    Who pays in full spends income above the protected amount first, then capital; a client
    between the limits spends the tariff. The house is counted, as if sold or lent against, once
    its owner funds their own care home.
    """
    inside = np.flatnonzero(people.care_home == CareHome.SELF_FUNDED)
    ask_capital(people, inside, p, luck)
    fresh = inside[~people.house_counted[inside]]
    owns, house = house_of(people, fresh, p, luck)
    counts = owns & ~partner_at_home(people, fresh)
    _set_capital(people, fresh, people.capital_pence[fresh] + np.where(counts, house, 0))
    people.house_counted[fresh[counts]] = True
    price = np.full(inside.size, pence(p.self_funder_care_home_week))
    buys = np.flatnonzero((people.own_minutes > 0) & (people.savings > 0))
    ask_capital(people, buys, p, luck)
    rate = pence(p.private_home_care_gbp_per_hour)
    bought = people.own_minutes[buys].astype(np.int64) * rate // MINUTES_PER_HOUR
    rows, cost = np.concatenate([inside, buys]), np.concatenate([price, bought])
    spare = income_of(people, rows, p, luck) - protected_income(people, rows, p)
    _spend(people, rows, np.maximum(cost - np.maximum(spare, 0), 0))
    clients = np.flatnonzero((people.charge_pence > 0) & (people.savings == 1))
    tariff = tariff_income(people.capital_pence[clients].astype(np.int64), p)
    _spend(people, clients, np.minimum(tariff, people.charge_pence[clients]))
    return _cross_limits(people, np.concatenate([rows, clients]), inside, p)


def _spend(people: Columns, rows: Rows, a_week: Rows) -> None:
    left = people.capital_pence[rows] - np.rint(a_week * WEEKS_PER_MONTH).astype(np.int64)
    _set_capital(people, rows, left)


def _set_capital(people: Columns, rows: Rows, pence_left: Rows) -> None:
    most = np.iinfo(np.int32).max
    people.capital_pence[rows] = np.clip(pence_left, 0, most)


def _cross_limits(people: Columns, rows: Rows, inside: Rows, p: Parameters) -> Rows:
    """Savings bands follow capital down; residents at the upper limit pass to the council."""
    capital = people.capital_pence[rows]
    low, high = pence(p.capital_limit_lower), pence(p.capital_limit_upper)
    band = np.where(capital > high, 2, np.where(capital > low, 1, 0))
    people.savings[rows] = np.minimum(people.savings[rows], band)
    out = inside[people.capital_pence[inside] <= high]
    people.care_home[out] = CareHome.COUNCIL
    people.review_months[out] = 0
    return out
