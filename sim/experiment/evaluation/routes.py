"""A simulated randomised trial of joining a hub, and how much came through each route.

Members of the hubs a plan pays for are pooled over towns; a keyed coin puts each into an arm, and
those withheld live their own life without the plan. The routes are found by cutting them one at a
time, in the world with the plan and in the one without. No effect size is an input. It looks at
models through registers and changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake
from sim.evidence import registry
from sim.experiment import ensemble
from sim.experiment import tasks as side_by_side
from sim.experiment.evaluation import towns
from sim.experiment.evaluation.designs import randomised_trial, truth
from sim.experiment.evaluation.estimates import Estimate, mean
from sim.experiment.evaluation.evaluate import plain
from sim.experiment.evaluation.files import Served, Window, served_files
from sim.experiment.evaluation.register import Register
from sim.experiment.request import whole_number
from sim.experiment.run import build_request
from sim.luck import Luck
from sim.scenario import Override, Scenario

YEARS, RESIDENTS, TOWNS, FOLLOW_UP = 2, 40_000, 26, 12
EVERY = 13  # one town in so many also lives with routes cut
AN_ARM = 2000
TARGET = "group_social_effect_loneliness_smd"
ALL = "all of these"
# Route -> the arrows of a plan's file along which it runs, and what it is called.
ROUTES: dict[str, tuple[tuple[str, ...], str]] = {
    "meet": (("meet",), "people met at the tables"),
    "company": (("company",), "company on the day"),
    "purpose": (("purpose",), "purpose for those who volunteer"),
    "companions_help": (("companions_help",), "help from companions"),
    "contagion": ((), "friends' own feelings"),
    ALL: (("meet", "company", "purpose", "companions_help"), "all of these but friends' feelings"),
}
CONTAGION = "feeling_contagion"


@dataclass(frozen=True)
class Trial:
    """What the trial found, in SD of latent loneliness among all adults."""

    preset: str
    residents: int
    towns: int
    follow_up: int
    arms: tuple[int, int]
    by_answers: Estimate
    by_feelings: Estimate
    truth: Estimate
    still_members: float
    routes: dict[str, Estimate]

    def facts(self) -> dict[str, Any]:
        """Everything found, as JSON can hold it."""
        row = registry().get(TARGET)
        return {
            "preset": self.preset,
            "residents": self.residents,
            "towns": self.towns,
            "follow_up_months": self.follow_up,
            "people_treated": self.arms[0],
            "people_withheld": self.arms[1],
            "large_enough": min(self.arms) >= AN_ARM,
            "trial": _facts(self.by_answers),
            "trial_without_answer_noise": _facts(self.by_feelings),
            "truth": _facts(self.truth),
            "published_low": row.low,
            "published_high": row.high,
            "still_members_share": plain(self.still_members),
            "routes": {route: _facts(amount) for route, amount in self.routes.items()},
        }

    def lines(self) -> list[str]:
        """The trial in plain lines."""
        row = registry().get(TARGET)
        told = [
            f"{self.preset}: a simulated randomised trial of joining a hub. {self.arms[0]:,} "
            f"treated, {self.arms[1]:,} withheld, in {self.towns} towns of {self.residents:,}; "
            f"{self.follow_up} months. Modelled, not observed.",
            "",
            f"By their answers:          {_words(self.by_answers)} SD",
            f"Without answer noise:      {_words(self.by_feelings)} SD",
            f"Members against own twins: {_words(self.truth)} SD",
            f"Published, by judgement:   {row.value:+.2f} ({row.low:+.2f} to {row.high:+.2f})",
            f"Still members at the end:  {self.still_members:.0%}",
        ]
        if min(self.arms) < AN_ARM:
            told.append(f"Fewer than {AN_ARM:,} an arm: give more towns with --members.")
        told += ["", "How much came through each route (the effect, less the effect without it)"]
        told += [
            f"  {ROUTES[route][1]:<36} {_words(each)} SD" for route, each in self.routes.items()
        ]
        return told


def _facts(amount: Estimate) -> dict[str, Any]:
    return {
        "smd": plain(amount.value),
        "low": plain(amount.low),
        "high": plain(amount.high),
        "people": amount.people,
    }


def _words(amount: Estimate) -> str:
    if not math.isfinite(amount.value):
        return "cannot be told"
    return f"{amount.value:+.3f} ({amount.low:+.3f} to {amount.high:+.3f})"


def routes_of(
    preset: object,
    place: str | None = None,
    residents: int | None = None,
    years: int | None = None,
    members: int | None = None,
    seed: int = 1,
    jobs: int | None = None,
    follow_up: int = FOLLOW_UP,
    progress: ensemble.Progress | None = None,
) -> Trial:
    """The trial of joining `preset`'s hubs; raises UserMistake where nobody joins one."""
    years, members = years or YEARS, members or TOWNS
    request = build_request([preset], place, residents or RESIDENTS, years, members, seed)
    if not request.plans:
        raise UserMistake("baseline: nothing is funded, so there is no hub to join.")
    if years * 12 < follow_up + 2:
        raise UserMistake(f"years: {years} leave no {follow_up} months after joining. Give more.")
    plan: Any = request.plans[0]
    towns.refuse_if_nobody(plan)
    soon = opened_at_once(towns.later(plan, 1))
    tasks = [
        towns.Town(
            soon, request.where, request.residents, years, follow_up, request.seed + each, each
        )
        for each in range(members)
    ]
    jobs = ensemble.default_jobs(members) if jobs is None else whole_number("jobs", jobs)
    lived = side_by_side.spread(live, tasks, jobs, progress)
    some = [each for each in lived if len(each.whole)]
    if not some:
        raise UserMistake(
            f"{plan.name}: nobody joined a hub this plan pays for, so there is no trial. "
            "Try bevy_hub, or more residents or towns."
        )
    files = _joined([each.whole for each in some])
    ruler = math.sqrt(float(np.mean([each.variance for each in lived])))
    treated = int(files.floats("arm").sum())
    felt = Served(files | {"answer_before": files["felt_before"]})
    felt |= {"answer_after": files["felt_after"], "twin_answer_after": files["twin_after"]}
    return Trial(
        preset=plan.name,
        residents=request.residents,
        towns=members,
        follow_up=follow_up,
        arms=(treated, len(files) - treated),
        by_answers=randomised_trial(files, ruler).loneliness,
        by_feelings=randomised_trial(felt, ruler).loneliness,
        truth=truth(files, ruler).loneliness,
        still_members=float(np.nanmean(files.floats("still_member"))),
        routes=_by_route(some, ruler),
    )


@dataclass(frozen=True)
class Routes:
    """A town's members with every route whole, and their effects with each one cut."""

    whole: Served
    cut: dict[str, tuple[NDArray[np.uint64], NDArray[np.float64]]]
    variance: float


def live(town: towns.Town) -> Routes:
    """Live one town with every route, and every `EVERY`th also with each route cut."""
    whole, variance = _members(town, town.plan)
    cut = {}
    if town.number % EVERY == 0:
        for route in ROUTES:
            files, _ = _members(town, without_route(town.plan, route))
            if len(files):
                cut[route] = (files.ids, _effect(files))
    return Routes(whole, cut, variance)


def opened_at_once(plan: Scenario) -> Scenario:
    """The same plan without the wait for a building, in which nobody could join."""
    blocks = tuple(
        block.model_copy(update={"opening_months": 0})
        if hasattr(block, "opening_months")
        else block
        for block in plan.invest
    )
    return plan.model_copy(update={"invest": blocks})


def without_route(plan: Scenario, route: str) -> Scenario:
    """The same plan with one route cut, for the world with it and the world without."""
    if route == "contagion":
        none = Override(value=0.0, because="a route is cut to see what came through it")
        return plan.model_copy(update={"overrides": plan.overrides | {CONTAGION: none}})
    arrows = plan.arrows.model_copy(update=dict.fromkeys(ROUTES[route][0], False))
    return plan.model_copy(update={"arrows": arrows})


def _members(town: towns.Town, plan: Scenario) -> tuple[Served, float]:
    """The files of everybody who joined a hub the plan pays for, from the month they joined."""
    with_plan, _ = towns.lived(town, plan)
    base, model = towns.lived(town, towns.without(plan))
    book = replace(with_plan, reached=_month_joined(with_plan))
    window = Window(town.follow_up, town.years * 12, 1)
    files = served_files(
        book, base, Luck(town.seed), float(model.p.answer_noise), window, town.number
    )
    if len(files):
        end = files["met"].astype(np.int64) - 1 + town.follow_up
        row = with_plan.rows(files.ids)
        still = with_plan.states["member"][row, end].astype(np.float64)
        files["still_member"] = np.where(with_plan.here[row, end], still, np.nan)
    return files, float(np.nanvar(base.z[:, 1].astype(np.float64)))


def _month_joined(book: Register) -> NDArray[np.int32]:
    """The first month in which each is a member of a hub the plan pays for, 0 for never."""
    member = book.states["member"] > 0
    return np.where(member.any(axis=1), member.argmax(axis=1), 0).astype(np.int32)


def _joined(parts: list[Served]) -> Served:
    return Served({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _effect(files: Served) -> NDArray[np.float64]:
    return files.floats("felt_after") - files.floats("twin_after")


def _by_route(lived: list[Routes], ruler: float) -> dict[str, Estimate]:
    """What each route carried: member by member, the whole effect less the effect without it."""
    found = {}
    for route in ROUTES:
        parts = [np.zeros(0)]
        for each in lived:
            if route not in each.cut:
                continue
            ids, effect = each.cut[route]
            mine = each.whole.ids
            _, here, there = np.intersect1d(mine, ids, return_indices=True)
            parts.append(_effect(each.whole)[here] - effect[there])
        found[route] = mean(np.concatenate(parts)).over(ruler)
    return found
