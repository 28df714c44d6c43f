"""Care homes: beds, who lives in them, and who waits at home for one to fall free.

Looks at residents, beds and income; changes who lives in which home. There are no more residents
than beds; where no bed is free a move waits, and the person stays at home.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.employers import Employer
from sim.agents.service import Service
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.units import PENCE_PER_POUND
from sim.world.bands import PENSION_AGE, CareHome
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.agents.books import Fees

Whole = NDArray[np.int64]


def home_kind(people: Columns, rows: Whole) -> Whole:
    """Which kind of care home people of their age live in: int64[rows], rows of `Employer`."""
    older = people.age_months[rows] >= PENSION_AGE * 12
    return np.where(older, Employer.CARE_HOME_65, Employer.CARE_HOME_18_64)


def free_slots(services: Sequence[Service], kind: int, luck: Luck, month: int) -> Whole:
    """Home of each free bed of a kind, homes in this month's keyed order: int64[beds]."""
    here = [each for each in services if each.kind == kind and each.free_beds > 0]
    if not here:
        return np.zeros(0, dtype=np.int64)
    keys = np.array([each.key for each in here], dtype=np.uint64)
    order = np.argsort(luck.bits(Decision.PROVIDER_ORDER, keys, month))
    rows = np.array([each.row for each in here])
    free = np.array([each.free_beds for each in here])
    return np.repeat(rows[order], free[order])


def find_beds(
    people: Columns, rows: Whole, services: Sequence[Service], luck: Luck, month: int
) -> Whole:
    """The home each of `rows` moves into, -1 while none has a bed: int64[rows].

    Highest need first, then chance.
    """
    found = np.full(rows.size, -1)
    tie = luck.uniform(Decision.BED_RANK, people.id[rows], month)
    line = np.lexsort((tie, -people.need[rows].astype(np.int64)))
    wanted = home_kind(people, rows)[line]
    for kind in np.unique(wanted):
        asking = line[wanted == kind]
        slots = free_slots(services, int(kind), luck, month)
        some = min(asking.size, slots.size)
        found[asking[:some]] = slots[:some]
    return found


def income(
    people: Columns, home: Service, residents: Whole, council_fee: float, fees: Fees, p: Parameters
) -> float:
    """Pounds a resident a week, over all who pay; other payers pay the market's price."""
    if residents.size == 0:
        return council_fee
    payer = people.care_home[residents]
    own = int((payer == CareHome.SELF_FUNDED).sum())
    other = int((payer == CareHome.OTHER).sum())
    council = residents.size - own - other
    market = home.price_gbp / home.price_ratio
    own_fee = p.self_funder_care_home_week + fees.rise[home.kind] / PENCE_PER_POUND
    total = council * council_fee + own * own_fee + other * market
    return float(total / residents.size)


def extend(home: Service, p: Parameters) -> None:
    """A home that is nearly full and earns more than it costs adds beds, slowly."""
    if home.margin < 0 or home.occupied <= p.care_home_extends_above_occupancy * home.beds:
        return
    home.bed_part += home.beds * p.care_home_bed_growth_per_year / 12
    whole = int(home.bed_part)
    home.beds += whole
    home.bed_part -= whole


def move_residents(
    people: Columns, closing: Service, services: Sequence[Service], luck: Luck, month: int
) -> bool:
    """Move everybody in a closing home to others of its kind; False when they have no room."""
    rows = np.flatnonzero(~people.at_home & (people.provider == closing.row))
    others = [each for each in services if each is not closing]
    slots = free_slots(others, closing.kind, luck, month)
    if slots.size < rows.size:
        return False
    line = rows[np.argsort(luck.bits(Decision.BED_RANK, people.id[rows], month))]
    people.provider[line] = slots[: line.size]
    for each in others:
        each.occupied += int((slots[: line.size] == each.row).sum())
    closing.occupied = 0
    return True
