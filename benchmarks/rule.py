"""One rule, two ways: loneliness on ties in columns, and person by person in plain Mesa.

Both sides start from the same people, ties and chance numbers and must end with the same
loneliness; only then is the time of each compared. Both go from one month's state to the next: the
plain side needs two passes for that, `feel` and `settle`, and is timed with and without the second.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.clock import Spent, once, usual
from benchmarks.plain import PlainModel
from sim.agents.feelings import feel
from sim.luck import Decision, Ids, Luck
from sim.model import CommunityModel
from sim.world.bands import QUINTILES

Floats = NDArray[np.float64]
WARM_UP_MONTHS = 3
GOES_IN_COLUMNS = 10  # for each go of the plain model, which is much slower
LARGEST_DIFFERENCE = 1e-4  # columns keep feelings in 32 bits and pass them on in steps of 1/65536


class DrawnBefore:
    """This month's luck, drawn before the clock starts."""

    def __init__(self, model: CommunityModel) -> None:
        people, luck, when = model.world.people, model.luck, model.month
        self.noise = luck.normal(Decision.FEELING, people.id, when)
        self.event_draw = luck.uniform(Decision.EVENT, people.id, when)
        self.event_size = luck.exponential(Decision.EVENT_SIZE, people.id, when)
        self.event_chance = model.p.array("bad_event", QUINTILES)[people.quintile]
        self.size_of_hits = self.event_size[self.event_draw < self.event_chance]

    def normal(self, decision: Decision, ids: Ids, month: int) -> Floats:
        """Noise, for everyone."""
        return self.noise

    def hit_by(
        self, decision: Decision, ids: Ids, month: int, chance: Floats, group: NDArray[np.uint8]
    ) -> NDArray[np.int64]:
        """Whom something bad happens to, by each one's draw and chance, as on the plain side."""
        return np.flatnonzero(self.event_draw < self.event_chance)

    def exponential(self, decision: Decision, ids: Ids, month: int) -> Floats:
        """How bad it is, for those it happens to."""
        return self.size_of_hits

    def by_person(self) -> dict[str, Floats]:
        """The same numbers, by the names the plain model gives them."""
        return {
            "noise": self.noise,
            "event_draw": self.event_draw,
            "event_size": self.event_size,
        }


def rule(residents: int, repeats: int, place: str = "England", rng: int = 2) -> dict[str, Any]:
    """Time the rule both ways, and say how far apart they end.

    The seed is not the one of `month`, which must not find its world already built.
    """
    model = CommunityModel(place=place, residents=residents, years=1, plan="bevy_hub", rng=rng)
    model.run_for(WARM_UP_MONTHS)
    drawn = DrawnBefore(model)
    plain = PlainModel(model, drawn.by_person())
    plain_goes: list[Spent] = []
    plain_feels: list[Spent] = []
    given: list[Spent] = []
    own: list[Spent] = []
    difference, moved = one_month_both_ways(model, plain, drawn)
    if difference > LARGEST_DIFFERENCE:
        raise ValueError(f"the two sides disagree by {difference:g}: nothing to compare")
    for _ in range(repeats):
        feels = once(lambda: plain.agents.do("feel"))
        settles = once(lambda: plain.agents.do("settle"))
        plain_feels.append(feels)
        plain_goes.append(Spent(feels.wall + settles.wall, feels.cpu + settles.cpu))
        given += [once(lambda: columns(model, drawn)) for _ in range(GOES_IN_COLUMNS)]
        own += [once(lambda: columns(model, model.luck)) for _ in range(GOES_IN_COLUMNS)]
    slow, quick, drawing = usual(plain_goes), usual(given), usual(own)
    feeling = usual(plain_feels)
    return {
        "residents": len(model.world.people),
        "ties": sum(len(layer) for layer in model.world.ties.layers().values()),
        "largest_difference": difference,
        "mean_change": moved,
        "plain_seconds": asdict(slow),
        "plain_feel_seconds": asdict(feeling),
        "columns_seconds": asdict(quick),
        "columns_drawing_luck_seconds": asdict(drawing),
        "ratio_cpu": slow.cpu / quick.cpu,
        "ratio_wall": slow.wall / quick.wall,
        "ratio_cpu_feel_only": feeling.cpu / quick.cpu,
        "ratio_cpu_drawing_luck": slow.cpu / drawing.cpu,
        "ratio_wall_drawing_luck": slow.wall / drawing.wall,
    }


def columns(model: CommunityModel, luck: Luck | DrawnBefore) -> None:
    """The rule as the model runs it."""
    people, ties = model.world.people, model.world.ties
    feel(people, ties, model.p, cast(Luck, luck), model.month, model.age_effect)


def one_month_both_ways(
    model: CommunityModel, plain: PlainModel, drawn: DrawnBefore
) -> tuple[float, float]:
    """Largest difference in loneliness after a month, and how much it moved on average."""
    people = model.world.people
    before = people.z.copy()
    columns(model, drawn)
    plain.agents.do("feel")
    plain.agents.do("settle")
    felt = np.array([each.z for each in plain.people])
    return float(np.abs(people.z - felt).max()), float(np.abs(people.z - before).mean())
