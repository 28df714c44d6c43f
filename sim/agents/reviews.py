"""Reviews: who was assessed or reviewed last month, and what is done with the time money buys.

Looks at clients whose support began or was reviewed in the month before; changes packages by help
that is there, hub places, and who holds a direct payment. Called by plans, never by the month.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents import micro
from sim.agents.employers import HOME_CARE, Employer
from sim.agents.entitlement import GROUPS, older
from sim.agents.hub import Hub, admit, places_held
from sim.agents.placing import employs
from sim.luck import Decision, Luck
from sim.parameters import Parameters
from sim.world.bands import Care
from sim.world.columns import Columns

if TYPE_CHECKING:
    from sim.agents.market import Market

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
HOURLY = ("home_care", "direct_payment")
BY_THE_HOUR = (Care.HOME_CARE, Care.DIRECT_PAYMENT)


def just_seen(people: Columns, kinds: tuple[Care, ...], luck: Luck, month: int) -> Whole:
    """Clients of these kinds seen last month, in this month's keyed order: rows."""
    seen = np.isin(people.client, kinds) & (people.review_months == 0) & (people.package > 0)
    rows = np.flatnonzero(seen & people.at_home)
    draw = luck.bits(Decision.CONVERSATION, people.id[rows], month)
    return np.asarray(rows[np.lexsort((people.id[rows], draw))])


def resize(people: Columns, rows: Whole, p: Parameters) -> None:
    """Packages less the help each person already has from their community, which nobody counted.

    That help is with low-level tasks and capped there (volunteer_substitution_limit_low_level).
    `deal_forced_package_change` is a what-if, 0 unless a plan's overrides say why it is not.
    """
    package = people.package[rows].astype(np.int64)
    left = package - np.minimum(people.community_minutes[rows], package)
    people.package[rows] = np.rint(left * (1.0 + p.deal_forced_package_change)).astype(np.int64)


def introduce(
    hubs: list[Hub], people: Columns, rows: Whole, p: Parameters, luck: Luck, month: int
) -> int:
    """Offer each a place in a hub that has one free; returns how many joined."""
    accepts = luck.happens(Decision.CONVERSATION, people.id[rows], -1, p.referral_accepts_share)
    joined = 0
    held = places_held(hubs, people)
    for hub in hubs:
        left = rows[accepts & (people.hub[rows] < 0) & hub.welcomes(people, p, rows)]
        free = hub.places(p) - int(held[hub.row])
        if left.size and free > 0:
            joined += int(admit(hub, people, left, free, p, luck, month).size)
    return joined


def would_with_support(p: Parameters) -> Floats:
    """Of people who take home care, the share who would hold a direct payment with support.

    float64[2]: under 65, 65 or over. Support multiplies the odds of a direct payment against home
    care (rows care_kind) by `direct_payment_support_ratio`.
    """
    kinds = np.stack([p.array(f"care_kind_{group}", HOURLY) for group in GROUPS])
    usual = kinds[:, 1] / kinds.sum(axis=1)
    odds = usual / (1.0 - usual) * p.direct_payment_support_ratio
    return np.asarray((odds / (1.0 + odds) - usual) / (1.0 - usual))


def choose_payment(
    market: Market, people: Columns, rows: Whole, p: Parameters, luck: Luck
) -> Whole:
    """Supported people among `rows` who turn home care into a direct payment; returns those.

    Who would is theirs for life, so support twice is support once. They employ somebody, or a
    micro-enterprise takes them, or they go on with their agency.
    """
    chance = would_with_support(p)[older(people)[rows]]
    takes = rows[luck.happens(Decision.PAYMENT_SUPPORT, people.id[rows], 0, chance)]
    people.client[takes] = Care.DIRECT_PAYMENT
    own = employs(people, takes, p, luck)
    people.provider[takes[own]] = market.of(Employer.PERSONAL_ASSISTANT)[0].row
    micro.take_on(market, people, takes[~own], p)
    return np.asarray(takes)


def agencies(market: Market) -> list[int]:
    """Rows of home care providers that are open."""
    return [each.row for each in market.of(*HOME_CARE)]


def offer_shared_lives(
    people: Columns, row: int, free: int, p: Parameters, luck: Luck, month: int
) -> Whole:
    """Adults in supported living seen last month are offered a home with a host; returns movers."""
    asked = just_seen(people, (Care.SUPPORTED_LIVING,), luck, month)
    asked = asked[older(people)[asked] == 0]
    accepts = luck.happens(
        Decision.SHARED_LIVES_MOVE, people.id[asked], month, p.shared_lives_offer_accepted
    )
    moved = asked[accepts][: max(free, 0)]
    people.client[moved] = Care.SHARED_LIVES
    people.provider[moved] = row
    return np.asarray(moved)
