"""The books: every pound of a month posted from a payer to a payee, and the three funding gaps.

Looks at care delivered, events and fees; changes the ledger and the council's spending. Prices
are constant 2024/25 pounds; fees and sustainable prices of care grow with wages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.agents.council import Council
from sim.agents.crisis import Events
from sim.agents.entitlement import need_above_care_act, older
from sim.agents.reablement import cost_a_month
from sim.money import Account, Gap, Ledger, funding_gap
from sim.parameters import Parameters
from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND, WEEKS_PER_MONTH
from sim.world.bands import Care, CareHome
from sim.world.columns import Columns


@dataclass(frozen=True)
class Fees:
    """What the council pays and what care costs, pence, this month."""

    home_care_hour: int
    home_care_price_hour: int
    direct_payment_hour: int
    supported_living_week: int
    supported_living_price_week: int
    shared_lives_week: int
    care_home_week: tuple[int, int]
    care_home_price_week: tuple[int, int]


@dataclass
class MonthMoney:
    """What the month came to, in pence."""

    council_net: int = 0
    nhs: int = 0
    gap: Gap | None = None


def fees_now(council: Council, p: Parameters) -> Fees:
    """Fees and sustainable prices at the council's present index."""
    costs: float = council.real_fee_index * council.model.outside.care_price
    paid = council.real_fee_index * council.price_level_paid

    def pence(gbp: float, index: float = paid) -> int:
        return round(gbp * index * PENCE_PER_POUND)

    hour, direct = p.unit_cost_homecare_external_hour_2024_25, p.direct_payment_gbp_per_hour
    uplift = round(council.fee_uplift * PENCE_PER_POUND)
    return Fees(  # however deep a cut, no fee falls below nothing
        home_care_hour=max(pence(hour) + uplift, 0),
        home_care_price_hour=pence(p.cost_home_care_hour_minimum_price_2024_25, costs),
        direct_payment_hour=max(pence(direct) + uplift, 0),
        supported_living_week=pence(p.supported_living_week),
        supported_living_price_week=pence(p.supported_living_price_week, costs),
        shared_lives_week=pence(p.shared_lives_week),
        care_home_week=(
            pence(p.council_care_home_week_18_64),
            pence(p.council_care_home_week_65plus),
        ),
        care_home_price_week=(
            pence(p.care_home_price_week_18_64, costs),
            pence(p.care_home_price_week_65plus, costs),
        ),
    )


def minutes_a_month(minutes_a_week: int) -> int:
    """Whole minutes in a month of so many minutes a week."""
    return round(minutes_a_week * WEEKS_PER_MONTH)


def pay_for(minutes_a_week: int, pence_per_hour: int) -> int:
    """Pence a month for so many minutes a week."""
    return round(minutes_a_month(minutes_a_week) * pence_per_hour / MINUTES_PER_HOUR)


def council_care(people: Columns, fees: Fees, p: Parameters) -> dict[str, int]:
    """The council's care bill for the month by line, pence (contributions are negative)."""
    formal = people.formal_minutes.astype(np.int64)

    def weekly(kind: Care) -> int:
        return int(formal[people.client == kind].sum())

    group = older(people)
    paid = people.care_home == CareHome.COUNCIL
    residents = [int((paid & (group == row)).sum()) for row in (0, 1)]
    contributions = round(int(people.charge_pence.astype(np.int64).sum()) * WEEKS_PER_MONTH)
    return {
        "home care": pay_for(weekly(Care.HOME_CARE), fees.home_care_hour),
        "direct payments": pay_for(weekly(Care.DIRECT_PAYMENT), fees.direct_payment_hour),
        "supported living": round(
            int((people.client == Care.SUPPORTED_LIVING).sum())
            * fees.supported_living_week
            * WEEKS_PER_MONTH
        ),
        "shared lives": round(
            int((people.client == Care.SHARED_LIVES).sum())
            * fees.shared_lives_week
            * WEEKS_PER_MONTH
        ),
        "reablement": round(cost_a_month(people, p) * PENCE_PER_POUND),
        "care homes under 65": round(residents[0] * fees.care_home_week[0] * WEEKS_PER_MONTH),
        "care homes 65 or over": round(residents[1] * fees.care_home_week[1] * WEEKS_PER_MONTH),
        "client contributions": -contributions,
    }


def net_care_pence(people: Columns, fees: Fees, p: Parameters) -> int:
    """Net cost of packages and care homes to the council this month."""
    return sum(council_care(people, fees, p).values())


def close_month(
    ledger: Ledger,
    month: int,
    people: Columns,
    council: Council,
    events: Events,
    carer_minutes: int,
    p: Parameters,
) -> MonthMoney:
    """Post the month: council care, self-funders, the NHS, time given unpaid."""
    fees = fees_now(council, p)
    lines = council_care(people, fees, p)
    money = MonthMoney()
    ledger.post(
        month, Account.NATIONAL_GOVERNMENT, Account.COUNCIL, council.base_pence, "care budget"
    )
    council.receive(council.base_pence + council.extra_pence)
    payees = {"direct payments": Account.RESIDENTS}
    for line, pence in lines.items():
        if pence < 0:
            ledger.post(month, Account.RESIDENTS, Account.COUNCIL, -pence, line)
        elif pence:
            ledger.post(month, Account.COUNCIL, payees.get(line, Account.PROVIDERS), pence, line)
    other = council.other_pence
    prevention = council.prevention_now_pence
    for line, pence in (("assessment and other support", other), ("prevention", prevention)):
        if pence:
            ledger.post(month, Account.COUNCIL, Account.WORKERS, pence, line)
    care = sum(lines.values()) + other + prevention
    council.spend(care)
    money.council_net = care + council.plan_pence
    _private(ledger, month, people, p)
    money.nhs = _hospital(ledger, month, events, p)
    _time(ledger, month, people, carer_minutes, p)
    money.gap = gap_of_month(people, fees, p)
    ledger.check(month)
    return money


def _private(ledger: Ledger, month: int, people: Columns, p: Parameters) -> None:
    own = pay_for(
        int(people.own_minutes.astype(np.int64).sum()),
        round(p.private_home_care_gbp_per_hour * PENCE_PER_POUND),
    )
    homes = int((people.care_home == CareHome.SELF_FUNDED).sum())
    weeks = round(homes * p.self_funder_care_home_week * PENCE_PER_POUND * WEEKS_PER_MONTH)
    for line, pence in (("private home care", own), ("self-funded care homes", weeks)):
        if pence:
            ledger.post(month, Account.RESIDENTS, Account.PROVIDERS, pence, line)


def _hospital(ledger: Ledger, month: int, events: Events, p: Parameters) -> int:
    """NHS spending on A&E, emergency admissions and delayed discharge; returns pence."""
    delays = int(events.delayed.sum())
    lines = {
        "A&E attendances": int(events.ae.sum()) * p.cost_ae_average,
        "emergency admissions": int(events.admission.sum()) * p.cost_emergency_admission_average,
        "delayed discharge": delays * p.delay_days * p.cost_delayed_bed_day,
    }
    pence = {line: round(gbp * PENCE_PER_POUND) for line, gbp in lines.items()}
    total = sum(pence.values())
    if total:
        ledger.post(month, Account.NATIONAL_GOVERNMENT, Account.NHS, total, "health budget used")
    for line, amount in pence.items():
        if amount:
            ledger.post(month, Account.NHS, Account.SUPPLIERS, amount, line)
    return total


def _time(ledger: Ledger, month: int, people: Columns, carer_minutes: int, p: Parameters) -> None:
    """Time given unpaid, in shadow accounts valued at a stated rate, never mixed with cash."""
    volunteers = int(people.volunteer_minutes.astype(np.int64).sum())
    rate = round(p.volunteer_replacement_cost_per_hour * PENCE_PER_POUND)
    for account, minutes, line in (
        (Account.VOLUNTEERS_TIME, volunteers, "volunteers' time"),
        (Account.CARERS_TIME, carer_minutes, "carers' hands-on time"),
    ):
        pence = pay_for(minutes, rate)
        if pence:
            ledger.post(month, account, Account.TIME_RECEIVED, pence, line)


def gap_of_month(people: Columns, fees: Fees, p: Parameters) -> Gap:
    """Fee gap, demand gap and need gap by service, added up; they sum exactly.

    Care at home is counted in minutes; hours bought with direct payments are counted as met at
    what they cost, so no fee gap arises on them. Supported living and care homes are counted in
    weeks with D = T = N: the people are there, so only the fee gap arises, and their reference
    packages and needs are left out of care at home.
    """
    formal = people.formal_minutes.astype(np.int64)
    living = (people.client == Care.SUPPORTED_LIVING) | (people.client == Care.SHARED_LIVES)
    own_staff = int(formal[people.client == Care.DIRECT_PAYMENT].sum())
    delivered = int(formal[people.client == Care.HOME_CARE].sum())
    reference = int(people.reference_package[~living].astype(np.int64).sum()) - own_staff
    needed = need_above_care_act(people, ~living, p) - own_staff
    total = funding_gap(
        fees.home_care_price_hour,
        fees.home_care_hour,
        minutes_a_month(delivered),
        minutes_a_month(max(reference, 0)),
        minutes_a_month(max(needed, 0)),
    )
    group = older(people)
    paid = people.care_home == CareHome.COUNCIL
    for people_there, price, fee in (
        (
            people.client == Care.SUPPORTED_LIVING,
            fees.supported_living_price_week,
            fees.supported_living_week,
        ),
        (paid & (group == 0), fees.care_home_price_week[0], fees.care_home_week[0]),
        (paid & (group == 1), fees.care_home_price_week[1], fees.care_home_week[1]),
    ):
        # A week is posted as one "hour" of 60 minutes at the weekly price.
        weeks = round(int(people_there.sum()) * WEEKS_PER_MONTH * MINUTES_PER_HOUR)
        total = total + funding_gap(price, fee, weeks, weeks, weeks)
    return total
