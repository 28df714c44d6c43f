"""Everybody takes their place: the few agents beside the residents, and who comes and goes.

The part of the model that is set up once or serves the month: hubs, connectors, services and the
council as they stand in April 2024, departures and arrivals, the social graph, provenance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents import books, distress, funnel, hub, strain, targeting
from sim.agents.connector import Connector, OtherActivities
from sim.agents.council import Switches
from sim.agents.council_start import place_factors
from sim.agents.crisis import Events
from sim.agents.employers import usual_of
from sim.agents.feelings import often_lonely_chance
from sim.agents.hub import Hub, HubPlan
from sim.agents.market import Market
from sim.agents.network import few_nodes_and_edges
from sim.agents.providers import open_all
from sim.agents.readiness import Readiness
from sim.agents.risk import raw_multipliers
from sim.agents.treasury import open_council
from sim.agents.visits import Scheme
from sim.luck import Decision
from sim.units import MONTHS_PER_YEAR, PENCE_PER_POUND, SESSIONS_A_MONTH, calendar_year
from sim.world import lifecourse, own_place
from sim.world.bands import ADULT_AGE, AGE_BANDS, ETHNICITIES, PENSION_AGE, QUINTILES
from sim.world.graph import social_graph
from sim.world.newcomers import welcome
from sim.world.people import COUNTED
from sim.world.vital import age_weights

if TYPE_CHECKING:
    import networkx as nx

    from sim.opening import Opening


class Gathering(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """What a community is made of, beside its residents, and how people come and go."""

    def open_the_place(self: Any, start: Opening) -> None:
        """Set up hubs, connectors, services, the council and the arrival process."""
        people, p = self.world.people, self.p
        self.place_keys = self.world.areas.keys
        self.start_counts = self.world.areas.counts.sum(axis=1)
        leaving = lifecourse.expected_departures(people, p)
        couples = float(
            p.array("living_as_couple_female", AGE_BANDS) @ p.array("arrival_age_share", AGE_BANDS)
        )
        net = p.net_migration / 12 * len(people)
        self.movers = (leaving + net) / (1.0 + couples) / len(people)
        self.couple_tables = lifecourse.couple_tables(people, p)
        facts = start.place.facts
        whole = facts["people"].value / facts["people_16_plus"].value
        self.people_of_all_ages = float(len(people) * whole)
        self.reached_and_gone: list[NDArray[np.uint64]] = []
        self.fifths_gone = np.zeros(len(QUINTILES), dtype=np.int64)  # of those, by deprivation
        self.deaths = self.departures = self.arrivals = 0
        self.dying = np.zeros(len(people), dtype=np.bool_)
        self._open_council(start)
        self._open_market(start)
        self._open_hubs()
        share = self.people_of_all_ages / p.link_workers_people_per_worker
        a_month = share * p.link_worker_caseload_year / 12
        self.connectors = [Connector(self, "link worker", a_month)]
        self.elsewhere = OtherActivities(a_month, p)
        self.schemes: list[Scheme] = []
        self.readiness = Readiness(self.sample.neighbourhoods, p)
        self.carer_support_places = 0  # a plan may add places for carers, by the month
        self.appeal_places = 0  # and look for volunteers without a coordinator
        self.areas_overloaded = np.zeros(len(self.place_keys), dtype=np.bool_)
        self.carer_support = strain.CarerSupport()
        distress.start_distress(people, np.arange(len(people)), self.norms, p)
        self.funnel = funnel.FunnelCount()
        self._graph: tuple[int, Any] | None = None

    def _open_market(self: Any, start: Opening) -> None:
        """Providers, their clients and staff; workers recruited here are of the place's groups."""
        facts = start.place.facts
        groups = np.array([facts[f"eth_{group}_share"].value for group in ETHNICITIES])
        ethnic = np.cumsum(groups / groups.sum())
        self.market = Market(self.posts, usual_of(self.p), ethnic, self.outside)
        self.market.terms = self.terms
        open_all(self, self.market, books.fees_now(self.council, self.p))

    def _open_council(self: Any, start: Opening) -> None:
        """The council opens with its own net spending and the plan's rules."""
        net = start.place.facts["asc_net_current_gbp_2023_24"].value / start.sample.scale
        switches = Switches(**start.plan.rules.model_dump())
        self.council = open_council(self, net * self.p.prices_2023_24_to_2024_25, switches)

    def _open_hubs(self: Any) -> None:
        """Lunch clubs that stand today, in keyed neighbourhoods, with their members."""
        people, p = self.world.people, self.p
        older = int((people.age_months >= PENSION_AGE * 12).sum())
        seats = older * p.existing_club_reach_of_65plus
        number = max(1, round(seats / p.existing_club_seats))
        order = np.argsort(self.luck.bits(Decision.HUB_CHANCE, self.place_keys, 0))
        self.nearness = np.zeros((0, len(self.place_keys)))
        for each in range(number):
            area = int(order[each % order.size])
            self.open_hub(
                Hub(self, HubPlan(f"lunch club {each}", area, seats=max(1, round(seats / number))))
            )
        for each in self.hubs:
            member = hub.first_members(each, people, self.nearness, p, self.luck)
            hub.admit(each, people, member, each.places(p), p, self.luck, 0)

    def open_hub(self: Any, new: Hub) -> None:
        """Add a hub: it takes its row, and its nearness to every neighbourhood."""
        here = self.sample.neighbourhoods
        steps = here.nearness(np.array([new.area]), np.arange(len(here)))[0]
        share = self.p.array("hub_nearness", ("0", "1", "2", "3", "4"))[steps]
        if new.plan.across_town:
            share = np.maximum(share, self.p.interest_group_nearness)
        new.row = len(self.hubs)
        self.hubs.append(new)
        self.nearness = np.concatenate([self.nearness, share[None, :]])

    def scheme(self: Any, wanted: Scheme) -> Scheme:
        """The scheme of visits of this name: the one there is, or `wanted` from now on."""
        for each in self.schemes:
            if each.key == wanted.key:
                return cast(Scheme, each)
        wanted.row = len(self.schemes)
        self.schemes.append(wanted)
        return wanted

    def areas_first(self: Any, where: str, named: tuple[str, ...] = ()) -> NDArray[np.int64]:
        """Neighbourhood rows in the order a plan wants them: int[n]."""
        return targeting.areas_first(self, where, named)

    def see_off(self: Any, dead: NDArray[np.int64], moved: NDArray[np.int64]) -> None:
        """People who die or move away: their year is filed, ties are closed, rows re-used.

        Most friendships of those who move live on outside.
        """
        rows = np.concatenate([dead, moved])
        if rows.size == 0:
            return
        people, ties = self.world.people, self.world.ties
        funnel.see_off(people, dead, moved, self.funnel)
        if self.keep_lives:
            self.file_lives(rows)
        gone = rows[people.reached[rows]]
        if gone.size:
            self.reached_and_gone.append(people.id[gone].copy())
            self.fifths_gone += np.bincount(people.quintile[gone], minlength=len(QUINTILES))
        self.chronicle.see_off(people.id[dead], people.id[moved])
        before = len(people)
        away = np.zeros(before, dtype=np.bool_)
        away[moved] = True
        leaves = away.astype(np.uint8)
        leaves[dead] = 2
        friends, inner = ties.friends, ties.friends.inner
        fate = leaves[friends.a]  # 1: somebody moves away, 2 or more: somebody dies
        fate[:inner] |= leaves[friends.b[:inner]]
        moving = np.flatnonzero(fate == 1)
        survives = np.zeros(len(friends), dtype=np.bool_)
        survives[moving] = self.luck.happens(
            Decision.TIE_SURVIVES_MOVE, friends.key[moving], self.month, self.p.ties_survive_move
        )
        kin = ties.kin
        ends = kin.a[: kin.inner], kin.b[: kin.inner]
        for here, there in (ends, ends[::-1]):
            np.add.at(people.kin_outside, here[away[there]], np.uint8(1))
        moves = people.remove(rows)
        new_row = moves.new_row(np.arange(before))
        ties.friends.remap(new_row, survives)
        for layer in (ties.neighbours, ties.kin, ties.companions):
            layer.remap(new_row)

    def depart(self: Any, ids: NDArray[np.uint64]) -> None:
        """Residents leave the place (Mesa's `remove` on a resident comes here)."""
        people, caring = self.world.people, self.caring
        rows = people.row_of(ids)
        ends = people.id[caring.carer], people.id[caring.cared]
        before, events, risks = people.id.copy(), self.events, self.risks
        self.see_off(np.zeros(0, dtype=np.int64), rows[rows >= 0])
        carer, cared = (people.row_of(each) for each in ends)
        here = (carer >= 0) & (cared >= 0)
        self.caring = caring.keep(here, carer, cared)
        self.rest_after_change()
        line = np.argsort(before)
        was = line[np.searchsorted(before, people.id, sorter=line)]
        self.events = Events(**{name: flags[was] for name, flags in vars(events).items()})
        self.risks = {name: raw[was] for name, raw in risks.items()}

    def rest_after_change(self: Any) -> None:
        """Bring what hangs on the number of residents up to date after a change by hand."""
        people = self.world.people
        self.events = Events.none(len(people))
        self.risks = raw_multipliers(people, self.norms, self.p)
        self._graph = None

    def welcome_newcomers(self: Any) -> None:
        """This month's newcomers arrive."""
        weights = age_weights(calendar_year(self.month))
        coming = float(weights[ADULT_AGE] / weights[ADULT_AGE:].sum()) / 12
        area, key, age = lifecourse.arrivals(
            self.place_keys, self.start_counts, self.movers, coming, self.p, self.luck, self.month
        )
        self.arrivals = int(area.size)
        if area.size:
            welcome(self.world, area, key, age, self.p, self.luck, self.month)

    def file_lives(self: Any, rows: NDArray[np.int64]) -> None:
        """File the year so far of these residents."""
        people = self.world.people
        sums = np.stack([getattr(people, f"year_{name}")[rows] for name in COUNTED], axis=1)
        self.lives.keep((self.month - 1) // 12 + 1, people.id[rows], sums)

    def often_lonely(self: Any, identity: int) -> bool:
        """Whether this resident is more likely than not to answer 'often or always'."""
        row = self.world.people.row_of(np.array([identity], dtype=np.uint64))
        z = self.world.people.z[row].astype(np.float64)
        return bool(often_lonely_chance(z, self.norms.thresholds, self.p.answer_noise)[0] > 1 / 2)

    @property
    def graph(self: Any) -> nx.MultiGraph:
        """The social graph of this month: made on demand, kept until the month turns."""
        if self._graph is None or self._graph[0] != self.month:
            self._graph = (
                self.month,
                social_graph(self.world.people, self.world.ties, *few_nodes_and_edges(self)),
            )
        return self._graph[1]

    def neighbours_of(self: Any, identity: int) -> list[Any]:
        """Agents tied to this resident in this month's graph, residents first."""
        found: list[Any] = []
        for node in self.graph.neighbors(identity):
            if isinstance(node, tuple):
                few = {
                    "hub": self.hubs,
                    "connector": self.connectors,
                    "service": self.market.services,
                }.get(node[0])
                if few is not None:
                    found.append(few[node[1]])
            else:
                row = self.world.people.row_of(np.array([node], dtype=np.uint64))[0]
                if row >= 0:
                    found.insert(0, self.residents[int(row)])
        return found

    def provenance(self: Any) -> dict[str, Any]:
        """Where this run came from, for run.json: place, sample, imputed facts, money unspent."""
        unspent = {
            f"{row} {lever.lever}": round(
                self.plan_states.get(row, {}).get("held", 0) / PENCE_PER_POUND, 2
            )
            for row, lever in enumerate(self.plan.invest)
        }
        return {
            "place": {
                "code": self.place.code,
                "name": self.place.name,
                "people_16_plus": int(self.place.adults),
                "people_all_ages": float(self.place.facts["people"].value),
            },
            "sample": self.sample.describe() + own_place.changes(self.place),
            "residents_at_start": int(self.start_counts.sum()),
            "scale": float(self.sample.scale),
            "imputed": self.place.imputed(),
            "thresholds": [float(each) for each in self.norms.thresholds],
            "overrides": {
                key: {"value": given.value, "because": given.because}
                for key, given in self.p.overridden().items()
            },
            "assumed_budget_real_growth": self.p.council_budget_real_growth,
            "council_care_share_of_budget": float(self.council.care_scale_note),
            "council_history": self.council.history,
            "council_start": place_factors(self.place, self.p),
            "money_held_unspent_gbp": unspent,
            "plan_capacity": {
                f"{row} {lever.lever}": lever.capacity(self)
                for row, lever in enumerate(self.plan.invest)
                if self.plan_states.get(row)
            },
            "hubs": [
                {
                    "name": each.key,
                    "open": each.open,
                    "seats": each.seats,
                    "minibus_seats": each.minibus_seats,
                    "funded": each.funded,
                    "visits_a_week": each.visits_this_month / SESSIONS_A_MONTH,
                }
                for each in self.hubs
            ],
            "connectors": {
                each.kind: {"referred": each.referred, "did_anything": each.placed}
                for each in self.connectors
            },
            "people_65plus": int(
                (self.world.people.age_months >= PENSION_AGE * MONTHS_PER_YEAR).sum()
            ),
        }
