"""Shared living: Shared Lives places, Homeshare matches and KeyRing networks.

Cost: a Shared Lives place costs its scheme shared_lives_scheme_gbp_per_place_year beside the fee
the council pays the host; a Homeshare match homeshare_gbp_per_match; a KeyRing member
keyring_gbp_per_member_year. Ramp and delay: hosts are approved after
shared_lives_approval_months and their number grows by at most shared_lives_host_growth_per_year,
whatever the money: host supply binds, and the rest is held. Capacity: whole places, matches and
members; one more begins when this month's money keeps it, or a year of it has been put by, so that
a small town saves up for what it cannot keep at once. Reach: Shared Lives is offered at reviews to
adults in supported living; Homeshare to people 65 and over with need who live alone; KeyRing to
clients under 65 at home. Homeshare and
KeyRing work along the tie they make, by hours together. Decay: without money no new match, no
KeyRing hours, and empty Shared Lives places are given up; nobody is moved out. Failure: no hosts,
no sharers, nobody who accepts. Nobody's household changes, which errs on the side of less.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sim.policies.lever import MONTHS_PER_YEAR, Lever

if TYPE_CHECKING:
    from sim.agents.matches import Matches
    from sim.model import CommunityModel


class SharedLiving(Lever):
    """Homes shared with people who need support, and neighbours who look out for each other."""

    lever: Literal["shared_living"] = "shared_living"
    share_to_shared_lives: float = Field(default=1, ge=0, le=1, description="share to host places")
    share_to_homeshare: float = Field(default=0, ge=0, le=1, description="share to Homeshare")
    share_to_keyring: float = Field(default=0, ge=0, le=1, description="share to KeyRing networks")

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        yield from super().contradictions()
        shares = self.share_to_shared_lives, self.share_to_homeshare, self.share_to_keyring
        if not math.isclose(math.fsum(shares), 1):
            yield (
                "share_to_shared_lives, share_to_homeshare and share_to_keyring sum to "
                f"{math.fsum(shares):g}, not 1. Every pound goes to one of them"
            )
        if self.where != "evenly":
            yield (
                f'where = "{self.where}": hosts are found where they live. '
                'Write where = "evenly" or remove it'
            )

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Money buys places, matches and members, as far as people can be found for them."""
        from sim.policies import purse

        state = community.plan_state(self)
        if not (pence or state.get("began", 0)):
            return
        state["began"] = 1
        purse.pay_in(self, community, month, pence, PLAN_LINE)
        match, ring = (
            round(pence * each) for each in (self.share_to_homeshare, self.share_to_keyring)
        )
        self._share_lives(community, month, pence - match - ring)
        self._share_homes(community, month, match)
        self._ring(community, month, ring)

    def _share_lives(self, community: CommunityModel, month: int, pence: int) -> None:
        """As many more places as money keeps and hosts can be found for; then offer them."""
        import numpy as np

        from sim.agents import reviews
        from sim.agents.employers import Employer
        from sim.luck import Decision
        from sim.money import Account
        from sim.policies import purse
        from sim.units import PENCE_PER_POUND, THOUSAND

        state, p, luck = community.plan_state(self), community.p, community.luck
        people, there = community.world.people, community.market.of(Employer.SHARED_LIVES)[0]
        each = round(p.shared_lives_scheme_gbp_per_place_year * PENCE_PER_POUND / MONTHS_PER_YEAR)
        hosts = p.shared_lives_places_per_100k_adults * len(people) / (100 * THOUSAND)
        years = (month + 1 - self.start_month - p.shared_lives_approval_months) / MONTHS_PER_YEAR
        growth = (1.0 + p.shared_lives_host_growth_per_year) ** max(years, 0.0) - 1.0
        # whole hosts: where a place of this size would have part of one, some have it and some not
        part = luck.uniform(Decision.SHARED_LIVES_MOVE, np.array([there.key], dtype=np.uint64), 0)
        found = int(hosts * growth + part[0]) if years > 0.0 else 0
        now = state.get("places", 0)
        able = min(_kept_up(state, "for_hosts", pence, each, now), found)
        if able < now:  # nobody is moved out
            able = max(able, now - there.free_beds)
        there.beds += able - now
        state["places"] = able
        line = "shared living: Shared Lives scheme"
        paid = purse.spend(self, community, month, able * each, Account.WORKERS, line)
        state["for_hosts"] -= paid
        free = min(there.free_beds, able)
        moved = reviews.offer_shared_lives(people, there.row, free, p, luck, month)
        there.occupied += int(moved.size)
        people.reached[moved] = True
        state["moved_in"] = state.get("moved_in", 0) + int(moved.size)

    def _share_homes(self, community: CommunityModel, month: int, pence: int) -> None:
        """Homeshare: a younger person who needs a room, an older one who has one to spare."""
        from sim.agents import match_who, matches
        from sim.luck import Decision
        from sim.money import Account
        from sim.policies import purse
        from sim.units import PENCE_PER_POUND

        state, p, luck = community.plan_state(self), community.p, community.luck
        people, pairs = community.world.people, self._pairs(community, 0)
        pairs.pass_month(people, int(p.homeshare_months))
        state["to_match"] = state.get("to_match", 0) + pence
        each = round(p.homeshare_gbp_per_match * PENCE_PER_POUND)
        able = max(state["to_match"], 0) // each
        if able:
            hosts = match_who.could_host(people, pairs)
            sharers = match_who.could_share(people, pairs)
            one = matches.in_order(people, hosts, Decision.HOMESHARE, luck, month)[:able]
            other = matches.in_order(people, sharers, Decision.HOMESHARE, luck, month)[: one.size]
            one = one[: other.size]
            pairs.add(people.id[one], people.id[other])
            people.reached[one] = True
            state["to_match"] -= int(one.size) * each
            state["matches"] = state.get("matches", 0) + int(one.size)
            line = "shared living: Homeshare matches"
            purse.spend(self, community, month, int(one.size) * each, Account.WORKERS, line)
        hours = p.homeshare_hours_per_week
        matches.spend_time(people, community.world.ties.companions, pairs, hours, p)

    def _ring(self, community: CommunityModel, month: int, pence: int) -> None:
        """KeyRing: a volunteer near by shares their hours among up to a network of members."""
        from sim.agents import match_who, matches
        from sim.luck import Decision
        from sim.money import Account
        from sim.policies import purse
        from sim.units import PENCE_PER_POUND

        state, p, luck = community.plan_state(self), community.p, community.luck
        people, pairs = community.world.people, self._pairs(community, 1)
        pairs.pass_month(people)
        each = round(p.keyring_gbp_per_member_year * PENCE_PER_POUND / MONTHS_PER_YEAR)
        able = _kept_up(state, "for_ring", pence, each, len(pairs))
        pairs.keep(match_who.first(pairs, able))
        wanted = able - len(pairs)
        if wanted > 0:
            who = match_who.could_join(people, pairs)
            one = matches.in_order(people, who, Decision.KEYRING, luck, month)[:wanted]
            fit = match_who.could_volunteer(people, pairs)
            line = matches.in_order(people, fit, Decision.KEYRING, luck, month)
            other = match_who.nearest(people, one, line, int(p.keyring_network_size))
            pairs.add(people.id[one[: other.size]], people.id[other])
            people.reached[one[: other.size]] = True
        state["members"] = len(pairs)
        line_of = "shared living: KeyRing"
        state["for_ring"] -= purse.spend(
            self, community, month, len(pairs) * each, Account.WORKERS, line_of
        )
        hours = p.keyring_volunteer_hours_per_week / p.keyring_network_size
        matches.spend_time(people, community.world.ties.companions, pairs, hours, p)

    def _pairs(self, community: CommunityModel, which: int) -> Matches:
        from sim.agents.matches import Matches

        number = community.plan_state(self)["number"]
        return community.terms.matches.setdefault((number, which), Matches())


def _kept_up(state: dict[str, int], pot: str, pence: int, price: int, now: int) -> int:
    """Units at `price` pence a month that are paid for: kept while the money put by lasts.

    Adds this month's `pence` to the pot. A unit more begins when the month's money keeps it, or
    when a year of it has been put by; none without new money.
    """
    state[pot] = state.get(pot, 0) + pence
    if not pence:
        return 0
    put_by = state[pot] // (price * MONTHS_PER_YEAR)
    return max(pence // price, min(now, state[pot] // price), put_by)


PLAN_LINE = "plan: shared living"
