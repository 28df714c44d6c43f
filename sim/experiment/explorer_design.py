"""What the explorer's emulator was taught with: which plans, where, in what sizes.

Like the pins on a map before a survey: 192 plans spread evenly over everything the sliders can
say, and some presets. It may look at scenarios and at scipy's designs; it changes nothing and
runs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.scenario import Scenario, load

Side = Literal["formal", "community"]
TARGETS = {
    "evenly": "evenly",
    "most_deprived_first": "most deprived neighbourhoods first",
    "weakest_infrastructure_first": "weakest infrastructure first",
    "by_readiness": "open to bids: the readiest first",
}
# Contrasting councils by their published figures (sim/world/data/utla_profile_england.csv).
PLACES = {
    "Brighton and Hove": "coastal city",
    "Manchester": "deprived inner city",
    "Hartlepool": "left-behind coastal town",
    "Wokingham": "affluent suburb",
}
OFF = 0.4  # share of plans a lever is left out of, so that plans of few levers are among the pins
LEAST_TOTAL, MOST_TOTAL = 2.0, 45.0  # pounds a head a year; the stand-still sum is 30
# Presets whose sums are tested in every place besides the spread-out plans, so that the explorer's
# own starting points are inside what was tested.
MIXES = ("services_only", "whole_village", "community_only", "bevy_hub", "local_area_coordination")
PAYER = "national_grant"  # so that a plan does not take from the council's own budget


@dataclass(frozen=True)
class LeverRange:
    """One slider: a lever, its range in pounds a head a year, and how it is written in a plan.

    `targeted` says whether the lever can go to some neighbourhoods first.
    """

    key: str
    label: str
    side: Side
    most: float
    targeted: bool
    buys: str
    settings: tuple[tuple[str, Any], ...] = ()

    def block(self, gbp_per_head: float, where: str) -> dict[str, Any]:
        """One [[invest]] block of a plan file."""
        told = {"lever": self.key, "gbp_per_head": gbp_per_head, "payer": PAYER}
        return told | dict(self.settings) | ({"where": where} if self.targeted else {})


LEVERS = (
    LeverRange(
        "formal_services", "Paid care", "formal", 30.0, False,
        "half buys more hours of care, half raises the fees paid to those who provide it",
        (("share_to_hours", 0.5), ("share_to_fees", 0.5), ("ramp_months", 12)),
    ),
    LeverRange(
        "fair_pay", "Fair pay", "formal", 12.0, False,
        "pay and secure hours for every care worker",
        (("share_to_pay", 0.75), ("share_to_secure_hours", 0.25), ("ramp_months", 24)),
    ),
    LeverRange(
        "strengths_deal", "Strengths-based care", "formal", 6.0, False,
        "better first conversations, and help to get back on one's feet",
        (("share_to_conversations", 0.5), ("share_to_reablement", 0.5), ("ramp_months", 12)),
    ),
    LeverRange(
        "hubs", "Hubs", "community", 9.0, True,
        "community pubs or hubs with a kitchen, a weekly lunch and a minibus",
    ),
    LeverRange(
        "connectors", "Connectors", "community", 9.0, True,
        "coordinators who find lonely people and introduce them",
    ),
    LeverRange(
        "neighbourhood_networks", "Neighbourhood networks", "community", 8.0, True,
        "small groups of older people, led by volunteers with a paid lead",
    ),
    LeverRange(
        "volunteering", "Volunteering", "community", 5.0, True,
        "coordinated volunteering for people who are lonely themselves",
    ),
    LeverRange(
        "befriending", "Befriending", "community", 3.0, True,
        "regular visits and calls by one volunteer to one person",
    ),
    LeverRange(
        "carers_support", "Carers' support", "community", 5.0, True,
        "breaks and groups for unpaid carers, half each",
        (("share_to_breaks", 0.5), ("share_to_groups", 0.5)),
    ),
    LeverRange(
        "personal_budgets", "Personal budgets", "community", 3.0, False,
        "support to hold one's own care money, and small local care enterprises",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Ensemble:
    """The size of the survey: spread-out plans, members of each place, residents, years, seed."""

    points: int = 192
    members: int = 6
    residents: int = 6_000
    years: int = 5
    seed: int = 1

    def told(self) -> dict[str, int]:
        """Its settings by name."""
        return asdict(self)


FULL = Ensemble()
SMALL = Ensemble(points=32, members=1, residents=400, years=3)


@dataclass(frozen=True)
class Point:
    """One plan to be run: doses in pounds a head a year, in the order of LEVERS."""

    number: int
    place: str
    member: int
    where: str
    doses: tuple[float, ...]

    def plan(self) -> Scenario:
        """The point as a scenario; levers without money are left out."""
        return Scenario(
            name=f"point_{self.number:04d}",
            title=f"Point {self.number} of the explorer's design",
            summary="A plan of a space-filling design.",
            kind="what councils could do",
            invest=[
                lever.block(dose, self.where)
                for lever, dose in zip(LEVERS, self.doses, strict=True)
                if dose > 0
            ],
        )


@cache
def design(size: Ensemble) -> tuple[Point, ...]:
    """A Latin hypercube over doses, targeting and total; places and members in balance.

    Each lever is off in a share OFF of plans. A plan dearer than its drawn total is scaled down
    to it (totals are drawn more often high than low). Doses are whole pence. The same size gives
    the same design.
    """
    from scipy.stats import qmc

    drawn = qmc.LatinHypercube(len(LEVERS) + 2, rng=np.random.default_rng(size.seed)).random(
        size.points
    )
    most = np.array([lever.most for lever in LEVERS])
    doses = np.clip((drawn[:, : len(LEVERS)] - OFF) / (1.0 - OFF), 0.0, None) * most
    doses[~doses.any(axis=1), 0] = LEAST_TOTAL  # a plan that funds nothing teaches nothing
    total = LEAST_TOTAL + np.sqrt(drawn[:, -2]) * (MOST_TOTAL - LEAST_TOTAL)
    doses *= np.minimum(1.0, total / doses.sum(axis=1))[:, None]
    where = (drawn[:, -1] * len(TARGETS)).astype(int)
    group = _in_balance(size, len(PLACES) * size.members)
    spread = [
        Point(
            number,
            list(PLACES)[int(group[number]) % len(PLACES)],
            int(group[number]) // len(PLACES),
            list(TARGETS)[int(where[number])],
            tuple(float(each) for each in np.round(doses[number], 2)),
        )
        for number in range(size.points)
    ]
    return (*spread, *_anchors(size))


def mixes() -> dict[str, dict[str, float]]:
    """Pounds a head in each slider's lever of some presets, by preset.

    Only the sums are taken over: the explorer's plans have settings of their own. What a preset
    spends on a lever without a slider goes to its other community levers, in proportion, as far as
    their sliders go.
    """
    return {name: _on_sliders(load(name).invest) for name in MIXES}


def _on_sliders(blocks: Sequence[Any]) -> dict[str, float]:
    sliders = {lever.key: lever.side for lever in LEVERS}
    found = dict.fromkeys((each.lever for each in blocks if each.lever in sliders), 0.0)
    for each in blocks:
        if each.lever in found:
            found[each.lever] += each.gbp_per_head
    community = [key for key in found if sliders[key] == "community"]
    spent = sum(found[key] for key in community)
    rest = sum(each.gbp_per_head for each in blocks if each.lever not in found)
    most = {lever.key: lever.most for lever in LEVERS}
    return {
        key: min(each * (1 + rest / spent) if key in community else each, most[key])
        for key, each in found.items()
    }


def _anchors(size: Ensemble) -> list[Point]:
    """Each mix in each place, spent evenly, one member after another."""
    return [
        Point(
            size.points + row * len(PLACES) + column,
            place,
            row % size.members,
            "evenly",
            tuple(mix.get(lever.key, 0.0) for lever in LEVERS),
        )
        for row, mix in enumerate(mixes().values())
        for column, place in enumerate(PLACES)
    ]


def _in_balance(size: Ensemble, groups: int) -> NDArray[np.int64]:
    """A group for each point: int64[points], each group as often as any other, in mixed order."""
    return np.random.default_rng(size.seed + 1).permutation(np.arange(size.points) % groups)
