"""Hubs: places where people meet, such as a community pub with a kitchen and a Friday lunch.

This room holds what a plan may say about hubs. It may look at the words for groups in
`sim.outcomes`. Settings left out are taken from the evidence registry when the plan acts:
`ramp_new_hub_months` (or `ramp_group_in_existing_building_months` in an existing room),
`bevy_weekly_lunch_club_attendance`, `bevy_catchment_population`. A lunch that is full lays more
tables while older people are more numerous than round the Bevy (`bevy_share_aged_65plus`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from sim.policies.audience import EVERYONE, groups_exist, set_audience
from sim.policies.lever import MONTHS_PER_YEAR, Lever, Months, Words

if TYPE_CHECKING:
    from sim.agents.hub import Hub
    from sim.model import CommunityModel
    from sim.parameters import Parameters
    from sim.policies.purse import State

MOST_SEATS = 100 * MONTHS_PER_YEAR
MOST_CATCHMENT = 100 * 100 * 100
MOST_SESSIONS = 2 * MONTHS_PER_YEAR


class Hubs(Lever):
    """Community hubs, opened one per `catchment_people` residents as the money allows.

    `for_whom` says who feels the hub is for them: "everyone", or groups of age, sex or ethnicity.
    A person belongs when, for each kind of group that is named, theirs is among those named.
    """

    lever: Literal["hubs"] = "hubs"
    existing_room: bool = Field(
        default=False, description="use a hall or library room instead of a building of its own"
    )
    opening_months: Months | None = Field(
        default=None, description="months from start_month to open doors; left out: the evidence"
    )
    catchment_people: int | None = Field(
        default=None, ge=1, le=MOST_CATCHMENT, description="residents of all ages per hub"
    )
    lunch_club_seats: int | None = Field(
        default=None, ge=0, le=MOST_SEATS, description="seats at each lunch, per hub; 0 is no lunch"
    )
    sessions_per_week: int = Field(
        default=1,
        ge=1,
        le=MOST_SESSIONS,
        description="lunches a week, per hub; each guest comes to one of them",
    )
    kitchen: bool = Field(default=True, description="a kitchen, without which there is no lunch")
    minibus: bool = Field(default=True, description="a minibus fetches people who need a lift")
    minibus_seats: int | None = Field(
        default=None, ge=0, le=100, description="passenger seats; left out: the evidence"
    )
    paid_lead: bool = Field(default=True, description="a paid lead who recruits volunteers")
    for_whom: Words = Field(default=(EVERYONE,), description="who feels the hub is for them")

    @field_validator("for_whom")
    @classmethod
    def _groups_exist(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        return groups_exist(groups)

    def contradictions(self) -> Iterator[str]:
        """Yield a sentence for each pair of settings that cannot both be meant."""
        yield from super().contradictions()
        if not self.minibus and self.minibus_seats:
            yield (
                f"minibus = false, but minibus_seats = {self.minibus_seats}. "
                "Write minibus = true or remove minibus_seats"
            )
        if self.minibus and self.minibus_seats == 0:
            yield "minibus = true, but minibus_seats = 0. Write minibus = false"
        if not self.kitchen and self.lunch_club_seats:
            yield (
                f"kitchen = false, but lunch_club_seats = {self.lunch_club_seats}. "
                "Write kitchen = true or lunch_club_seats = 0"
            )

    def months_to_open(self, p: Parameters) -> int:
        """Months from the first money to open doors."""
        if self.opening_months is not None:
            return self.opening_months
        room, building = p.ramp_group_in_existing_building_months, p.ramp_new_hub_months
        return round(room if self.existing_room else building)

    def running_gbp(self, p: Parameters) -> float:
        """Net running cost of one full hub a year, after trading."""
        lead = 1.0 if self.paid_lead else 1.0 - p.hub_lead_share_of_cost
        bus = p.hub_minibus_annual_cost if self.minibus else 0.0
        return p.hub_net_subsidy_staffed * lead + bus

    def size(self, people: float, p: Parameters) -> float:
        """Full hubs the money keeps open: at most one per catchment, fewer if money is short."""
        catchment = self.catchment_people or p.bevy_catchment_population
        affordable = self.gbp_per_head * people / self.running_gbp(p)
        return min(people / catchment, affordable)

    def act(self, community: CommunityModel, month: int, pence: int) -> None:
        """Before opening, money buys and fits out; then it keeps doors open, lead and minibus.

        What neither building nor running needs stays unspent with the hub, and is shown.
        """
        from sim.money import Account  # late: reading a plan needs no numpy
        from sim.policies import purse
        from sim.units import PENCE_PER_POUND

        p = community.p
        state = purse.pay_in(self, community, month, pence, PLAN_LINE)
        size = self.size(community.people_of_all_ages, p)
        late = month - self.start_month - self.months_to_open(p)
        number = max(1, round(size))
        if late >= 0 and pence:
            self._open(community, size, number, late)
        share = 1.0 - p.community_pub_share_of_capital_from_shares
        whole = (
            0
            if self.existing_room
            else round(p.hub_capital_2024_prices * share * size * PENCE_PER_POUND)
        )
        mine = self._mine(community)
        running = 0
        opened = sum(hub.open for hub in mine)
        if opened and pence:  # once the grant ends, what is left is not spent
            a_year = self.running_gbp(p) * size * opened / number
            running = min(state["held"], round(a_year * PENCE_PER_POUND / MONTHS_PER_YEAR))
        capital = max(min(state["held"] - running, whole - state.get("built", 0)), 0)
        state["built"] = state.get("built", 0) + capital
        lead = round(running * p.hub_lead_share_of_cost)
        for payee, amount, line in (
            (Account.SUPPLIERS, capital, "hub building"),
            (Account.WORKERS, lead, "hub lead and driver"),
            (Account.SUPPLIERS, running - lead, "hub premises, food and minibus"),
        ):
            purse.spend(self, community, month, amount, payee, line)
        for hub in mine:
            hub.grant_pence = pence
        if pence:
            self._lay_tables(community, month, mine)
        self._note_who_came(community, mine)

    def capacity(self, community: CommunityModel) -> dict[str, float | str]:
        """Doors open, seats, and guests of a weekly session over residents of 65 or over.

        `weekly_guests_per_person_65plus_month_N` is that share N months after the first doors
        opened, as the Bevy's own reach is counted: every guest, whatever their age.
        """
        from sim.units import SESSIONS_A_MONTH  # late: reading a plan needs no numpy

        state = community.plan_state(self)
        mine = self._mine(community)
        running = [hub for hub in mine if hub.open]
        found: dict[str, float | str] = {
            "hubs": len(running),
            "seats": sum(hub.seats for hub in running),
        }
        for months in (key.split()[1] for key in state if key.startswith("guests ")):
            share = state[f"guests {months}"] / max(state[f"older {months}"], 1)
            found[f"weekly_guests_per_person_65plus_month_{months}"] = share / SESSIONS_A_MONTH
        return found

    def _lay_tables(self, community: CommunityModel, month: int, mine: list[Hub]) -> None:
        """A lunch every seat of which is taken lays a table more, and pays for the meals on it.

        The plan's seats are for a catchment as old as the Bevy's, `bevy_share_aged_65plus` of it;
        where more older people live, or come to live, as many more may be laid. Guests pay
        `bevy_lunch_price_paid_by_guest` of what a meal costs. Clubs for the young stay as they are.
        """
        from sim.agents.hub import places_held
        from sim.money import Account
        from sim.policies import purse
        from sim.units import PENCE_PER_POUND, SESSIONS_A_MONTH
        from sim.world.bands import PENSION_AGE

        p, people = community.p, community.world.people
        older = int((people.age_months >= PENSION_AGE * MONTHS_PER_YEAR).sum())
        usual = p.bevy_share_aged_65plus * community.people_of_all_ages
        held, meals = places_held(community.hubs, people), 0
        for hub in mine:
            if not (hub.open and hub.for_the_old):
                continue
            most = int(hub.plan.seats * max(older / usual, 1.0))
            if hub.seats < most and held[hub.row] >= hub.places(p):
                hub.seats = min(hub.seats + int(p.hub_table_size), most)
            meals += (hub.seats - hub.plan.seats) * SESSIONS_A_MONTH
        dear = p.cost_lunch_club_meal_2023_24 - p.bevy_lunch_price_paid_by_guest
        pence = round(meals * max(dear, 0.0) * PENCE_PER_POUND)
        purse.spend(self, community, month, pence, Account.SUPPLIERS, "meals at further tables")

    def _note_who_came(self, community: CommunityModel, mine: list[Hub]) -> None:
        """Half a year after the first doors opened and each whole year: the month's guests."""
        from sim.world.bands import PENSION_AGE

        if not mine:
            return
        state = community.plan_state(self)
        months = state.get("months open", -1) + 1
        state["months open"] = months
        if months == MONTHS_PER_YEAR // 2 or (months and months % MONTHS_PER_YEAR == 0):
            older = community.world.people.age_months >= PENSION_AGE * MONTHS_PER_YEAR
            state[f"guests {months}"] = sum(hub.visits_this_month for hub in mine)
            state[f"older {months}"] = int(older.sum())

    def _mine(self, community: CommunityModel) -> list[Hub]:
        """Every hub this plan has opened, closed ones too."""
        name = self._prefix(community)
        return [hub for hub in community.hubs if hub.plan.key.startswith(name)]

    def _prefix(self, community: CommunityModel) -> str:
        number = community.plan_state(self)["number"]
        return f"plan hub {number} from month {self.start_month}, {self.where}:"

    def _may_open(self, community: CommunityModel, state: State, each: int, late: int) -> bool:
        """Whether hub `each` may open now: its neighbourhood is ready, and it is not open.

        One that has closed opens again while the money lasts: the building stands, so it takes as
        long as a group in a room that exists.
        """
        opening = self.months_to_open(community.p)
        month = self.start_month + opening + late
        if state.get(f"opened {each}"):
            name = f"{self._prefix(community)} {each}"
            here = [hub for hub in self._mine(community) if hub.open]
            if any(hub.key == name or hub.key.startswith(f"{name}.") for hub in here):
                return False
            again = min(opening, round(community.p.ramp_group_in_existing_building_months))
            due = state.setdefault(f"due {each}", month + again)
            if month < due:
                return False
        fixed = self.opening_months is not None
        return community.readiness.may_open(state[f"area {each}"], late, community.p, fixed)

    def _open(self, community: CommunityModel, size: float, number: int, late: int) -> None:
        """Open whole hubs; a part of a hub is a smaller hub, with seats scaled to the money.

        Each opens when its neighbourhood is ready for it, `late` months after it was due or never.
        """
        from sim.agents.hub import Hub, HubPlan

        p, state = community.p, community.plan_state(self)
        if "area 0" not in state:
            areas = community.areas_first(self.where, self.neighbourhoods)
            state |= {f"area {each}": int(areas[each % len(areas)]) for each in range(number)}
        ready = [each for each in range(number) if self._may_open(community, state, each, late)]
        seats = self.lunch_club_seats if self.kitchen else 0  # no kitchen, no lunch
        if seats is None:
            seats = round(p.bevy_weekly_lunch_club_attendance)
        riders = self.minibus_seats if self.minibus_seats is not None else p.hub_minibus_seats
        for each in ready:
            again = state.get(f"opened {each}", 0)
            state[f"opened {each}"] = again + 1
            state.pop(f"due {each}", None)
            plan = HubPlan(
                key=f"{self._prefix(community)} {each}" + (f".{again}" if again else ""),
                area=state[f"area {each}"],
                seats=round(seats * self.sessions_per_week * size / number),
                minibus_seats=round(riders * size / number) if self.minibus else 0,
                paid_lead=self.paid_lead,
                funded=True,
            )
            community.open_hub(Hub(community, set_audience(plan, self.for_whom)))


PLAN_LINE = "plan: hubs"
