"""Patterns at once: what everybody knows of lonely and caring England, looked for in one run.

Like a naturalist's list of what any true drawing of the animal must show. Looks at one baseline of
England, twice a year apart; changes nothing. Each pattern names the row of evidence it is known
from, a figure computed from the run, and the rule by which it holds. Rules ask for the shape (an
order, a ratio well away from one), not for the size: sizes are held against targets elsewhere. A
pattern is worth something only if a wrong model can fail it: `sim.experiment.rivals` tries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.feelings import answers, often_lonely_chance
from sim.experiment.fit_finding import MISS, NOT_COMPUTED, PASS
from sim.experiment.fit_ties import clusters, shares_of_ties
from sim.world.bands import AGE_BANDS, ANSWERS, PENSION_AGE, QUINTILES

Flags = NDArray[np.bool_]
Sight = dict[str, float]
MONTHS_APART = 12


@dataclass(frozen=True)
class Pattern:
    """One pattern: `judge` returns the figure and whether the rule holds.

    `held_out` is false where the numbers behind it were fitted: the shape was put in by hand.
    """

    key: str
    claim: str
    source: str
    rule: str
    judge: Callable[[Sight], tuple[float, bool]]
    held_out: bool = False


@dataclass(frozen=True)
class Judged:
    """A pattern as one run shows it."""

    key: str
    claim: str
    source: str
    rule: str
    value: float | None
    verdict: str
    held_out: bool

    def facts(self) -> dict[str, Any]:
        """Everything about it, for JSON."""
        return dict(vars(self))


def _at_least(name: str, least: float) -> Callable[[Sight], tuple[float, bool]]:
    return lambda seen: (seen[name], seen[name] >= least)


def _between(name: str, least: float, most: float) -> Callable[[Sight], tuple[float, bool]]:
    return lambda seen: (seen[name], least <= seen[name] <= most)


def _falling(seen: Sight) -> tuple[float, bool]:
    one, two, three = (seen[f"cluster_{degree}"] for degree in (1, 2, 3))
    return one, one > two > three > 0 and one >= 0.1


def _u_shape(seen: Sight) -> tuple[float, bool]:
    least = min(seen["young_over_65_74"], seen["old_over_65_74"])
    return least, least > 1.0


PATTERNS = (
    Pattern(
        "lonely_by_age_u_shaped", "The youngest are loneliest, those of 65 to 74 least, older more",
        "lonely_often_always_65_74",
        "often lonely at 16-24 and at 75 or over, each over that at 65-74: the lesser above 1",
        _u_shape,
    ),
    Pattern(
        "lonely_by_deprivation", "Loneliness is commoner where people are poorer",
        "lonely_often_always_imd_q1", "most over least deprived fifth, 1.2 or more",
        _at_least("lonely_most_over_least_deprived", 1.2),
    ),
    Pattern(
        "lonely_lasts", "Who is lonely mostly still is a year later; few others have become so",
        "lonely_persist_1y_most_deprived", "chance of staying less chance of starting, 0.4 or more",
        _at_least("stay_less_start", 0.4),
    ),
    Pattern(
        "lonely_in_clusters", "Lonely people are found near lonely people, less with each step",
        "contagion_rel_increase_1_degree",
        "one step above two above three above none, and 0.1 or more at one step", _falling, True,
    ),
    Pattern(
        "lonely_if_disabled", "Disabled people are lonelier",
        "lonely_often_always_disabled_2023_24", "over others, 1.5 or more",
        _at_least("disabled_over_others", 1.5),
    ),
    Pattern(
        "lonely_without_company", "Older people whom nobody sees in a week are lonelier",
        "lonely_ratio_no_weekly_contact", "over other older people, 2 or more",
        _at_least("apart_over_others", 2.0),
    ),
    Pattern(
        "lonely_if_caring_long", "Carers of 20 hours or more are lonelier",
        "carers_lonely_often_always_campaign", "over people who do not care, of their age, above 1",
        _at_least("carers_over_others", 1.0), True,
    ),
    Pattern(
        "better_with_nothing_done", "People met at their loneliest are better a year on by itself",
        "loneliness_smd_single_cohort",
        "change of answer a year on, in SD of answers, -0.2 or lower",
        lambda seen: (seen["nothing_done_smd"], seen["nothing_done_smd"] <= -0.2), True,
    ),
    Pattern(
        "friends_of_one_age", "Friends are much of an age",
        "age_homophily_correlation_nonhousehold", "correlation of ages 0.2 or more",
        _at_least("age_correlation", 0.2),
    ),
    Pattern(
        "friends_know_each_other", "Friends of a friend are often friends",
        "closure_share", "closed share of all pairs of friendships that meet, 0.1 to 0.35",
        _between("closed", 0.1, 0.35),
    ),
    Pattern(
        "carers_in_mid_life", "Caring is commonest at 50 to 64",
        "unpaid_carer_share_50_64", "share at 50-64 over the highest of other ages, above 1",
        _at_least("carers_mid_life_over_next", 1.0),
    ),
    Pattern(
        "few_give_most_care", "A few carers give most of the hours",
        "carers_share_50plus_h", "hours of the fifth who give most, over all hours, 0.45 or more",
        _at_least("hours_of_top_fifth", 0.45),
    ),
    Pattern(
        "long_care_by_deprivation", "Caring round the clock is commoner where people are poorer",
        "carers_50h_most_deprived_fifth", "50 hours or more, most over least deprived, 1.5 or more",
        _at_least("carers_50_most_over_least_deprived", 1.5),
    ),
    Pattern(
        "volunteers_by_deprivation", "Fewer volunteer where people are poorer",
        "formal_volunteering_deprivation_ratio", "most over least deprived fifth, 0.4 to 0.8",
        _between("volunteers_most_over_least_deprived", 0.4, 0.8),
    ),
    Pattern(
        "care_is_rationed", "The council helps few of the older people at home who need help",
        "account_1_check_share_of_the_level_in_council_support_at_home_65plus_level_3",
        "clients among those of need 2 or over, 3% to 20%",
        _between("helped_of_needy", 0.03, 0.20),
    ),
    Pattern(
        "need_goes_unmet", "About one in eight people of 50 or over has need nobody meets",
        "unmet_need_50plus", "share of all people of 50 or over, 6% to 18%",
        _between("unmet_50plus", 0.06, 0.18),
    ),
    Pattern(
        "savers_pay_for_themselves", "The council helps people with savings less often",
        "self_funders_care_home_least_deprived",
        "clients among older people in need, with savings over without, 0.7 or less",
        lambda seen: (seen["savers_over_others"], seen["savers_over_others"] <= 0.7),
    ),
    Pattern(
        "hospital_follows_need", "Older people with high need are admitted much oftener",
        "account_6_crises_emergency_admission_rate_own_home_65plus_levels_3_4",
        "admissions a person at levels 3-4 over level 0, 1.5 or more",
        _at_least("admitted_high_over_none", 1.5),
    ),
    Pattern(
        "home_care_short_of_staff", "Home care has more posts empty than care homes",
        "account_5_workforce_vacancy_rate_home_care", "vacancy rate over care homes', above 1.3",
        _at_least("vacancies_home_over_homes", 1.3),
    ),
)  # fmt: skip


@dataclass
class Watch:
    """Sees a baseline at the end of its first two years, and its months of hospital and posts."""

    seen: Sight = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    admitted: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 2)))
    posts: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 2)))

    def month(self, model: Any) -> None:
        """Note the month; the second look is the last."""
        if model.month > 2 * MONTHS_APART:
            return
        self._hospital(model)
        self.posts += _posts(model)
        if model.month == MONTHS_APART:
            self.before = _survey(model)
        if model.month == 2 * MONTHS_APART:
            self.seen = _feelings(model) | _care(model) | _years_apart(self.before, _survey(model))
            rates = self.admitted[1] / np.maximum(self.admitted[0], 1.0)
            self.seen["admitted_high_over_none"] = _ratio(rates[1], rates[0])
            empty = self.posts[1] / np.maximum(self.posts[0], 1.0)
            self.seen["vacancies_home_over_homes"] = _ratio(empty[0], empty[1])

    def report(self, found: Any) -> None:
        """Nothing: patterns are told apart from the figures."""

    def _hospital(self, model: Any) -> None:
        people, events = model.world.people, model.events
        older = (people.age_months >= PENSION_AGE * 12) & people.at_home
        for row, here in enumerate((older & (people.need == 0), older & (people.need >= 3))):
            self.admitted[:, row] += here.sum(), (events.admission & here).sum()

    def judged(self) -> list[Judged]:
        """Every pattern as this run shows it; none can be told before the second look."""
        return [_judge(pattern, self.seen) for pattern in PATTERNS]


def _judge(pattern: Pattern, seen: Sight) -> Judged:
    value, verdict = None, NOT_COMPUTED
    if seen:
        value, holds = pattern.judge(seen)
        verdict = PASS if holds and np.isfinite(value) else MISS
    return Judged(
        pattern.key, pattern.claim, pattern.source, pattern.rule, value, verdict, pattern.held_out
    )


def _ratio(one: float, other: float) -> float:
    return float(one / other) if other > 0 else float("nan")


def _share(flags: Any, here: Flags) -> float:
    return float(flags[here].mean()) if here.any() else float("nan")


def _survey(model: Any) -> dict[str, Any]:
    """A panel survey's wave: everyone's answer by five steps and by the broad cut."""
    people, norms = model.world.people, model.norms
    args = (model.p, model.luck, model.month)
    return {
        "id": people.id.copy(),
        "step": answers(people, norms.thresholds, *args),
        "broad": answers(people, np.array([norms.broad_cut]), *args) > 0,
    }


def _years_apart(before: dict[str, Any], after: dict[str, Any]) -> Sight:
    _, old, new = np.intersect1d(before["id"], after["id"], return_indices=True)
    was, now = before["broad"][old], after["broad"][new]
    first, last = before["step"][old].astype(float), after["step"][new].astype(float)
    chosen = first == len(ANSWERS) - 1  # whom a programme for the loneliest would find
    change = float((last - first)[chosen].mean()) if chosen.any() else float("nan")
    return {
        "stay_less_start": _share(now, was) - _share(now, ~was),
        "nothing_done_smd": _ratio(change, float(first.std())),
    }


def _feelings(model: Any) -> Sight:
    people, norms = model.world.people, model.norms
    z = people.z.astype(np.float64)
    often = often_lonely_chance(z, norms.thresholds, model.p.answer_noise)
    years = people.age_months // 12
    older = years >= PENSION_AGE
    apart = people.company < model.p.isolated_below_hours
    middle = _share(often, older & (years < 75))
    caring = people.carer & (people.answered_hours >= 20)
    grown = (years >= 35) & (years < 75)
    least = len(QUINTILES) - 1
    told = clusters(model) | {
        "young_over_65_74": _ratio(_share(often, years < 25), middle),
        "old_over_65_74": _ratio(_share(often, years >= 75), middle),
        "lonely_most_over_least_deprived": _ratio(
            _share(often, people.quintile == 0), _share(often, people.quintile == least)
        ),
        "disabled_over_others": _ratio(
            _share(often, people.disabled), _share(often, ~people.disabled)
        ),
        "apart_over_others": _ratio(_share(often, older & apart), _share(often, older & ~apart)),
        "carers_over_others": _ratio(
            _share(often, grown & caring), _share(often, grown & ~people.carer)
        ),
        "age_correlation": shares_of_ties(model)["age_correlation"],
        "closed": closed_share(model),
    }
    return {name: float(value) for name, value in told.items()}


def closed_share(model: Any) -> float:
    """Of all pairs of in-place friendships that share a person, the share closed to a triangle."""
    from scipy import sparse

    friends, size = model.world.ties.friends, len(model.world.people)
    inside = friends.b >= 0
    a, b = friends.a[inside], friends.b[inside]
    ties = sparse.coo_array((np.ones(a.size), (a, b)), shape=(size, size)).tocsr()
    ties = ((ties + ties.T) > 0).astype(np.float64)
    ties.setdiag(0)
    degree = np.asarray(ties.sum(axis=1)).ravel()
    closed = float((ties @ ties).multiply(ties).sum())
    return _ratio(closed, float((degree * (degree - 1)).sum()))


def _care(model: Any) -> Sight:
    from sim.agents.crisis import goes_without

    people, p = model.world.people, model.p
    years = people.age_months // 12
    older, fifty = years >= PENSION_AGE, years >= 50
    least = len(QUINTILES) - 1
    ages = [_share(people.carer, people.band == row) for row in range(len(AGE_BANDS))]
    mid = AGE_BANDS.index("50_64")
    hours = np.sort(people.answered_hours[people.carer].astype(np.float64))[::-1]
    long = people.carer & (people.answered_hours >= 50)
    volunteers = people.volunteers
    needy = older & people.at_home & (people.need >= 2)
    helped, saver = people.client > 0, people.savings == 2
    rows = np.flatnonzero(fifty & (people.need >= 2))
    without = goes_without(people, rows, p).sum() / max(int(fifty.sum()), 1)
    return {
        "carers_mid_life_over_next": _ratio(
            ages[mid], max(age for row, age in enumerate(ages) if row != mid)
        ),
        "hours_of_top_fifth": _ratio(float(hours[: max(hours.size // 5, 1)].sum()), hours.sum()),
        "carers_50_most_over_least_deprived": _ratio(
            _share(long, people.quintile == 0), _share(long, people.quintile == least)
        ),
        "volunteers_most_over_least_deprived": _ratio(
            _share(volunteers, people.quintile == 0), _share(volunteers, people.quintile == least)
        ),
        "helped_of_needy": _share(helped, needy),
        "savers_over_others": _ratio(_share(helped, needy & saver), _share(helped, needy & ~saver)),
        "unmet_50plus": float(without),
    }


def _posts(model: Any) -> NDArray[np.float64]:
    """Posts, and empty ones, in home care and in care homes this month: float64[2, 2]."""
    from sim.agents.employers import CARE_HOMES, HOME_CARE

    posts, kinds = model.posts, (HOME_CARE, CARE_HOMES)
    here = [np.isin(posts.kind, [int(one) for one in each]) for each in kinds]
    empty = [each & ~posts.filled for each in here]
    return np.array([[each.sum() for each in rows] for rows in (here, empty)], dtype=np.float64)
