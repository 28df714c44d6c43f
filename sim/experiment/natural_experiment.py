"""The natural experiment of the 2010s: cut older people's care by a third, and count A&E visits.

Runs England twice with the same people and the same luck, once with the council's budget cut by
the published fall of older people's care, which the council answers by its own rules; looks at
models only through what they show, changes nothing else. No arrow runs from spending to A&E: what
is found here came through people who lost care. The published size is printed beside it, and the
distance explained step by step from the same two runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.books import council_care, fees_now
from sim.agents.crisis import goes_without
from sim.evidence import registry
from sim.experiment.fit_finding import MISS, PASS, Row, verdict_of
from sim.scenario import Scenario
from sim.scenario_shape import RUN_LIMITS
from sim.units import MINUTES_PER_HOUR, PENCE_PER_POUND
from sim.world.bands import PENSION_AGE

Progress = Callable[[int, int, str], None]
CUT = "spend_per_65plus_change_2009_2017"
VISITS = "austerity_ae_visits_effect_2020"
ADMISSIONS = "emergency_admission_irr_social_care_spend"
KIND = "natural experiment"
ADMISSIONS_MAY_MOVE = 0.03  # the promise: admissions stay within 3%


@dataclass
class Older:
    """What people of 65 or over saw, added up, and the carers and the council of everybody.

    Hours are a week's, on average over a year; `in_need`, `without` (unmet rather than met
    need) and council `clients` are people of 65 or over at home.
    """

    person_years: float = 0.0
    spend_gbp: float = 0.0
    council_gbp: float = 0.0
    ae: float = 0.0
    admissions: float = 0.0
    formal_hours: float = 0.0
    kin_hours: float = 0.0
    own_hours: float = 0.0
    unmet_hours: float = 0.0
    needed_hours: float = 0.0
    in_need: float = 0.0
    without: float = 0.0
    clients: float = 0.0
    ae_in_need: float = 0.0
    carers_20_plus: float = 0.0
    adult_years: float = 0.0

    def __add__(self, other: Older) -> Older:
        return Older(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def a_year(self, name: str) -> float:
        """A sum as a rate per person of 65 or over and year."""
        return float(getattr(self, name)) / max(self.person_years, 1.0)

    @property
    def carers_share(self) -> float:
        """Share of residents who answer 20 hours of care a week or more."""
        return self.carers_20_plus / max(self.adult_years, 1.0)


class _Some:
    """The columns of some residents, for reckoning what those people cost."""

    def __init__(self, people: Any, flags: NDArray[np.bool_]) -> None:
        self._people, self._rows = people, np.flatnonzero(flags)

    def __len__(self) -> int:
        return int(self._rows.size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._people, name)[self._rows]


def look(model: Any) -> Older:
    """One month of a model as an `Older`."""
    people, p = model.world.people, model.p
    older = people.age_months >= PENSION_AGE * 12
    some: Any = _Some(people, older)
    net = sum(council_care(some, fees_now(model.council, p), p).values())
    needy = np.flatnonzero(older & (people.needed_minutes > 0))
    weekly = {
        name: float(getattr(some, f"{name}_minutes").astype(np.int64).sum()) / MINUTES_PER_HOUR / 12
        for name in ("formal", "kin", "own", "unmet", "needed")
    }
    long_hours = people.carer & (people.answered_hours >= p.distress_threshold_hours)
    return Older(
        person_years=len(some) / 12,
        spend_gbp=net / PENCE_PER_POUND,
        council_gbp=model.council.spent_this_month / PENCE_PER_POUND,
        ae=float((model.events.ae & older).sum()),
        admissions=float((model.events.admission & older).sum()),
        **{f"{name}_hours": hours for name, hours in weekly.items()},
        in_need=needy.size / 12,
        without=float(goes_without(people, needy, p).sum()) / 12,
        clients=float((people.client[needy] > 0).sum()) / 12,
        ae_in_need=float(model.events.ae[needy].sum()),
        carers_20_plus=float(long_hours.sum()) / 12,
        adult_years=len(people) / 12,
    )


def cut_of(share: float) -> Scenario:
    """The plan that changes the council's budget by `share`, once, in the first April."""
    return Scenario(
        title="A third less for older people's care",
        summary="The published fall of 2009/10 to 2017/18, all at once, to see what follows.",
        kind="cautionary",
        evidence=[CUT],
        shock=[{"kind": "austerity", "yearly_changes": [share]}],
    )


@dataclass(frozen=True)
class Experiment:
    """Both worlds over the years looked at, all members added; `years` of them, `members`."""

    usual: Older
    cut: Older
    pairs: tuple[tuple[Older, Older], ...]
    asked_share: float

    @property
    def spend_change(self) -> float:
        """Achieved change of net spending on older people, as a share."""
        return self.cut.a_year("spend_gbp") / self.usual.a_year("spend_gbp") - 1.0

    @property
    def visits(self) -> float:
        """More A&E visits a year for each person of 65 or over, for a cut of the size published."""
        return self._scaled(more_visits(self.usual, self.cut))

    @property
    def luck(self) -> float:
        """One standard error of `visits`, from the spread between members."""
        each = [more_visits(usual, cut) for usual, cut in self.pairs]
        if len(each) < 2 or not self.spend_change:
            return 0.0
        return abs(self._scaled(float(np.std(each, ddof=1)) / math.sqrt(len(each))))

    def _scaled(self, found: float) -> float:
        """What was found for the cut achieved, for a cut of the size published."""
        return found * self.asked_share / self.spend_change if self.spend_change else math.nan

    def rows(self) -> list[Row]:
        """The check as rows of the table of fit."""
        target = registry().get(VISITS).value
        context = registry().get("ae_visits_per_65plus_per_391gbp_cut")
        low, high = float(context.low or target), float(context.high or target)
        ratio = self.cut.a_year("admissions") / max(self.usual.a_year("admissions"), 1e-12)
        more = self.cut.carers_share / max(self.usual.carers_share, 1e-12) - 1.0
        told = "; ".join(self.explained())
        least, most = 1.0 - ADMISSIONS_MAY_MOVE, 1.0 + ADMISSIONS_MAY_MOVE
        return [
            Row("cut_raises_ae_visits_65plus", KIND, target, 0.0, None, self.visits,
                PASS if self.visits > 0 else MISS, "direction: more visits", self.luck or None),
            Row(VISITS, KIND, target, low, high, self.visits,
                verdict_of(self.visits, target, low, high), told, self.luck or None),
            Row("cut_leaves_admissions_65plus", KIND, 1.0, least, most, ratio,
                verdict_of(ratio, 1.0, least, most),
                f"published {registry().get(ADMISSIONS).value:g} (0.965 to 1.056)"),
            Row("cut_makes_20_hour_carers", KIND, None, 0.0, None, more,
                PASS if more > 0 else MISS, "relative change in carers of 20 hours or more"),
        ]  # fmt: skip

    def explained(self) -> list[str]:
        """Why the size is what it is: from pounds to hours to visits, in words and numbers."""
        usual, cut = self.usual, self.cut
        lost = usual.a_year("formal_hours") - cut.a_year("formal_hours")
        kin = cut.a_year("kin_hours") - usual.a_year("kin_hours")
        own = cut.a_year("own_hours") - usual.a_year("own_hours")
        unmet = cut.a_year("unmet_hours") - usual.a_year("unmet_hours")
        before = usual.unmet_hours / max(usual.needed_hours, 1.0)
        after = cut.unmet_hours / max(cut.needed_hours, 1.0)
        ratio = registry().get("rr_ae_unmet_v_met_model").value
        visits = usual.ae_in_need / max(usual.in_need, 1.0)
        stopped = max(usual.a_year("clients") - cut.a_year("clients"), 0.0)
        published = registry().get(VISITS).value * self.spend_change / self.asked_share
        each = published / stopped if stopped else math.inf
        return [
            f"spending on people of 65 or over moved by {self.spend_change:.0%} "
            f"(published {self.asked_share:.0%}), and the size is scaled to the published cut",
            f"they lost {lost:.2f} hours of council care a week each on average; families took on "
            f"{kin:.2f}, {own:.2f} was bought, and {unmet:.2f} more went unmet",
            f"unmet care rose from {before:.0%} to {after:.0%} of hours needed, and people with "
            f"unmet need from {usual.a_year('without'):.2%} to {cut.a_year('without'):.2%} of all "
            f"of 65 or over: they visit A&E {ratio:g} times as often as with need met",
            f"people in need visit A&E {visits:.2f} times a year; the council helps "
            f"{usual.a_year('clients'):.1%} of all of 65 or over at home and stopped helping "
            f"{stopped:.2%}, so the published size would be {each:.0f} visits a year more for each "
            "person it stopped helping: a study of areas also holds what else was cut there",
        ]


def run(
    residents: int = 20_000,
    years: int = 4,
    members: int = 6,
    seed: int = 1,
    place: str = "England",
    progress: Progress | None = None,
) -> Experiment:
    """Live the natural experiment in `members` pairs; the first of several years only settles.

    Each pair is a town of half the residents: more towns tell luck from effect better than one.
    """
    from sim.model import CommunityModel  # late: a reader of results needs no model

    share = registry().get(CUT).value
    each_town = max(residents // 2, RUN_LIMITS["residents"][0])
    usual, cut, pairs = Older(), Older(), []
    done, asked = 0, members * years * 12 * 2

    def lived(plan: object, rng: int) -> Older:
        nonlocal done
        model = CommunityModel(
            place=place, residents=each_town, years=years, plan=plan, rng=rng, lives=False
        )
        total = Older()
        for month in range(1, model.horizon + 1):
            model.run_for(1)
            done += 1
            if month > 12 or years == 1:
                total += look(model)
            if progress is not None:
                progress(done, asked, "natural experiment")
        return total

    for member in range(members):
        first = lived("baseline", seed + member)
        second = lived(cut_of(share * first.spend_gbp / first.council_gbp), seed + member)
        usual, cut = usual + first, cut + second
        pairs.append((first, second))
    return Experiment(usual, cut, tuple(pairs), share)


def more_visits(usual: Older, cut: Older) -> float:
    """A&E visits a year for each person of 65 or over with the cut, less those without it."""
    return cut.a_year("ae") - usual.a_year("ae")
