"""The books: every pound of a month posted from a payer to a payee.

Looks at care delivered, events and fees; changes the ledger and the council's spending. Prices
are constant 2024/25 pounds; fees and sustainable prices of care grow with wages.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.agents.council import Council
from sim.agents.crisis import Events
from sim.agents.employers import Employer
from sim.agents.entitlement import older
from sim.agents.reablement import cost_a_month
from sim.money import Account, Gap, Ledger, Volume
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
    nhs_care_home_week: tuple[int, int]
    # What plans for pay add to fees and prices alike, by Employer; included above.
    rise: tuple[int, ...] = (0,) * len(Employer)
    micro_row: int = -1  # whose clients' direct payments buy at the micro-enterprises' price
    micro_hour: int = 0
    micro_private_hour: int = 0
    micro_private_minutes: int = 0  # a week


@dataclass
class MonthMoney:
    """What the month came to, in pence."""

    council_net: int = 0
    nhs: int = 0
    gap: Gap | None = None
    services: dict[str, Volume] = field(default_factory=dict)


def fees_now(council: Council, p: Parameters) -> Fees:
    """Fees and sustainable prices at the council's present index."""
    costs: float = council.real_fee_index * council.model.outside.care_price
    agreed = council.real_fee_index * council.price_level_paid
    paid = agreed * (1.0 - council.fees_held)

    def pence(gbp: float, index: float = paid) -> int:
        return round(gbp * index * PENCE_PER_POUND)

    hour, direct = p.unit_cost_homecare_external_hour_2024_25, p.direct_payment_gbp_per_hour
    uplift = round(council.fee_uplift * PENCE_PER_POUND)
    terms = council.model.terms
    rise = terms.fee_pence()
    home, living = rise[Employer.AGENCY], rise[Employer.SUPPORTED_LIVING]
    younger, older_ = rise[Employer.CARE_HOME_18_64], rise[Employer.CARE_HOME_65]
    paid_hour = max(pence(hour) + uplift, 0) + home
    private = round(p.private_home_care_gbp_per_hour * PENCE_PER_POUND) + home
    return Fees(  # however deep a cut, no fee falls below nothing
        home_care_hour=paid_hour,
        home_care_price_hour=pence(p.cost_home_care_hour_minimum_price_2024_25, costs) + home,
        direct_payment_hour=max(pence(direct) + uplift, 0) + rise[Employer.PERSONAL_ASSISTANT],
        supported_living_week=pence(p.supported_living_week) + living,
        supported_living_price_week=pence(p.supported_living_price_week, costs) + living,
        shared_lives_week=pence(p.shared_lives_week),
        care_home_week=(
            pence(p.council_care_home_week_18_64) + younger,
            pence(p.council_care_home_week_65plus) + older_,
        ),
        care_home_price_week=(
            pence(p.care_home_price_week_18_64, costs) + younger,
            pence(p.care_home_price_week_65plus, costs) + older_,
        ),
        nhs_care_home_week=(
            pence(p.nhs_share_care_home_week_18_64, agreed),
            pence(p.nhs_share_care_home_week_65plus, agreed),
        ),
        rise=rise,
        micro_row=terms.micro_row,
        micro_hour=round(paid_hour * p.micro_price_ratio_to_agency),
        micro_private_hour=round(private * p.micro_price_ratio_to_agency),
        micro_private_minutes=terms.micro_private_minutes,
    )


def minutes_a_month(minutes_a_week: int) -> int:
    """Whole minutes in a month of so many minutes a week."""
    return round(minutes_a_week * WEEKS_PER_MONTH)


def pay_for_weeks(people: int, pence_per_week: float) -> int:
    """Pence a month for so many people at a price a week."""
    return round(people * pence_per_week * WEEKS_PER_MONTH)


def pay_for(minutes_a_week: int, pence_per_hour: int) -> int:
    """Pence a month for so many minutes a week."""
    return round(minutes_a_month(minutes_a_week) * pence_per_hour / MINUTES_PER_HOUR)


def council_care(people: Columns, fees: Fees, p: Parameters) -> dict[str, int]:
    """The council's care bill for the month by line, pence (contributions are negative)."""
    formal = people.formal_minutes.astype(np.int64)

    def weekly(kind: Care) -> int:
        return int(formal[people.client == kind].sum())

    micro = 0
    if fees.micro_row >= 0:
        micro = int(formal[people.provider == fees.micro_row].sum())
    group = older(people)
    paid = people.care_home == CareHome.COUNCIL
    residents = [int((paid & (group == row)).sum()) for row in (0, 1)]
    contributions = round(int(people.charge_pence.astype(np.int64).sum()) * WEEKS_PER_MONTH)
    return {
        "home care": pay_for(weekly(Care.HOME_CARE), fees.home_care_hour),
        "direct payments": pay_for(weekly(Care.DIRECT_PAYMENT) - micro, fees.direct_payment_hour)
        + pay_for(micro, fees.micro_hour),
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
    _private(ledger, month, people, fees, p)
    _nhs_care_homes(ledger, month, people, fees)
    _wages(ledger, month, people, fees, lines, p)
    money.nhs = _hospital(ledger, month, events, p)
    _time(ledger, month, people, carer_minutes, p)
    ledger.check(month)
    return money


def _private(ledger: Ledger, month: int, people: Columns, fees: Fees, p: Parameters) -> None:
    minutes = int(people.own_minutes.astype(np.int64).sum())
    micro = min(fees.micro_private_minutes, minutes)
    hour = round(p.private_home_care_gbp_per_hour * PENCE_PER_POUND) + fees.rise[Employer.AGENCY]
    own = pay_for(minutes - micro, hour) + pay_for(micro, fees.micro_private_hour)
    own_home = people.care_home == CareHome.SELF_FUNDED
    homes, old = int(own_home.sum()), int((own_home & (older(people) == 1)).sum())
    weeks = pay_for_weeks(homes, p.self_funder_care_home_week * PENCE_PER_POUND)
    weeks += pay_for_weeks(old, fees.rise[Employer.CARE_HOME_65])
    weeks += pay_for_weeks(homes - old, fees.rise[Employer.CARE_HOME_18_64])
    for line, pence in (("private home care", own), ("self-funded care homes", weeks)):
        if pence:
            ledger.post(month, Account.RESIDENTS, Account.PROVIDERS, pence, line)


def _nhs_care_homes(ledger: Ledger, month: int, people: Columns, fees: Fees) -> None:
    """The NHS's share of council-funded places, and whole places in other NHS-funded beds."""
    group, total = older(people), 0
    for kind, line in (
        (CareHome.COUNCIL, "NHS share of council care homes"),
        (CareHome.OTHER, "NHS-funded care homes"),
    ):
        pence = 0
        for row, share in enumerate(fees.nhs_care_home_week):
            rest = fees.care_home_week[row] if kind == CareHome.OTHER else 0
            there = int(((people.care_home == kind) & (group == row)).sum())
            pence += pay_for_weeks(there, share + rest)
        if pence:
            ledger.post(month, Account.NHS, Account.PROVIDERS, pence, line)
        total += pence
    if total:
        ledger.post(
            month, Account.NATIONAL_GOVERNMENT, Account.NHS, total, "care budget of the NHS"
        )


def _wages(
    ledger: Ledger, month: int, people: Columns, fees: Fees, lines: dict[str, int], p: Parameters
) -> None:
    """The wage bill of care at home: by the hour worked, whatever the fee that hour brought.

    Home care staff cost their share of the sustainable price; people with a direct payment hand
    it on to their personal assistants.
    """
    bought = people.formal_minutes[people.client == Care.HOME_CARE].astype(np.int64).sum()
    worked = int(bought) + int(people.own_minutes.astype(np.int64).sum())
    rise = fees.rise[Employer.AGENCY]  # all of it is wages
    hour = round(p.homecare_staff_cost_share * (fees.home_care_price_hour - rise)) + rise
    wages = pay_for(worked, hour)
    if wages:
        ledger.post(month, Account.PROVIDERS, Account.WORKERS, wages, "home care wages")
    handed_on = lines["direct payments"]
    if handed_on:
        line = "direct payments: personal assistants"
        ledger.post(month, Account.RESIDENTS, Account.WORKERS, handed_on, line)


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
