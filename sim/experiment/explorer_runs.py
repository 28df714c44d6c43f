"""Running the explorer's design: each plan against a baseline with the same people and luck.

It lives the model's worlds one after another and keeps what each group of plans came to in a file
of its own, so that a fit that was stopped goes on where it was. It may look at models; it writes
only into the folder it is given.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.errors import UserMistake
from sim.experiment import atomic
from sim.experiment.explorer_design import LEVERS, PLACES, Ensemble, Point, design
from sim.experiment.request import evidence_hash
from sim.outcomes import MEASURES

if TYPE_CHECKING:
    from sim.model import CommunityModel

Progress = Callable[[int, int, str], None]
MONTHS = 12
PEOPLE = 10_000.0  # differences are so small that whole people need this many
MEASURED_PER = 1_000.0
_PAYERS = ("council", "nhs", "national", "grants")
_MEASURED = (
    "often_lonely_share",
    "distressed_share",
    "hub_attender_share",
    "crises_per_1000",
    "unmet_hours_per_1000",
    "funding_gap_gbp_per_head",
    *(f"pays_{payer}_gbp_per_head" for payer in _PAYERS),
)


@dataclass(frozen=True)
class Outcome:
    """One figure the explorer tells: its words, its unit and which way is better."""

    key: str
    label: str
    unit: str
    better: Literal[-1, 0, 1]
    digits: int


OUTCOMES = (
    Outcome("lonely", "People often or always lonely",
            "in every 10,000 people aged 16 or over, in the last year", -1, 1),
    Outcome("lonely_free_years", "Years free of frequent loneliness",
            "for every 10,000 people aged 16 or over, over all the years together", 1, 1),
    Outcome("distressed", "People with probable mental ill health",
            "in every 10,000 people aged 16 or over, in the last year", -1, 1),
    Outcome("attending", "People who come to a hub or group",
            "in every 10,000 people aged 16 or over, in a month of the last year", 1, 0),
    Outcome("crises", "Crisis episodes",
            "for every 10,000 people aged 16 or over, in the last year", -1, 1),
    Outcome("unmet", "Hours of care needed and not given",
            "hours a week for every 10,000 people aged 16 or over, in the last year", -1, 0),
    Outcome("gap", "Social care funding gap",
            "pounds for each resident, in the last year", -1, 1),
    Outcome("cost", "Cost to public bodies and grant funders, net",
            "pounds for each resident, in the last year", 0, 1),
    Outcome("unspent", "Money of the plan that could buy nothing",
            "pounds for each resident, a year on average", -1, 1),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What one plan changed against its baseline: a difference for each outcome, in order."""

    point: Point
    differences: tuple[float, ...]


def run_design(
    size: Ensemble, folder: Path, progress: Progress | None = None
) -> tuple[list[Told], float]:
    """Run every plan of the design that is not yet in `folder`; return all of them in order.

    Also returns the processor's seconds they took, those of earlier sittings among them.

    Each group (a place and a member) shares one baseline. Raises UserMistake for a folder of
    another design or model, FolderTrouble for the disk. May be interrupted: finished groups stay.
    """
    atomic.make_folder(folder)
    _claim(size, folder)
    points = design(size)
    groups = [(place, member) for member in range(size.members) for place in PLACES]
    told: list[Told] = []
    spent = 0.0
    for place, member in groups:
        mine = [each for each in points if (each.place, each.member) == (place, member)]
        path = folder / f"{place.lower().replace(' ', '_')}_{member:02d}.json"
        found, seconds = _kept(path)
        missing = [each for each in mine if each.number not in found]
        if missing:
            started = time.process_time()
            for each, differences in _live(size, place, member, missing):
                found[each.number] = differences
                if progress is not None:
                    progress(len(told) + len(found), len(points), place)
            seconds += time.process_time() - started
            rows = [{"point": number, "told": found[number]} for number in sorted(found)]
            atomic.write(path, json.dumps({"seconds": seconds, "plans": rows}).encode())
        told += [Told(each, found[each.number]) for each in mine]
        spent += seconds
        if progress is not None:
            progress(len(told), len(points), place)
    return sorted(told, key=lambda each: each.point.number), spent


def _live(
    size: Ensemble, place: str, member: int, points: list[Point]
) -> Iterator[tuple[Point, tuple[float, ...]]]:
    base = _world(size, place, member, "baseline")
    for each in points:
        world = _world(size, place, member, each.plan())
        yield each, _differences(world, base, size.years)


def _world(size: Ensemble, place: str, member: int, plan: Any) -> dict[str, Any]:
    """One world's yearly values by measure, and what of the plan's money was left."""
    from sim.model import CommunityModel

    # Every group has people, luck and a parameter draw of its own, so that all draws count.
    own = member * len(PLACES) + list(PLACES).index(place)
    model = CommunityModel(
        place=place, residents=size.residents, years=size.years, plan=plan,
        rng=size.seed + own, draw=own, lives=False,
    )  # fmt: skip
    years: dict[str, list[float]] = {key: [] for key in _MEASURED}
    for _ in range(size.years):
        months = [_month(model) for _ in range(MONTHS)]
        for key in _MEASURED:
            total = sum(month[key] for month in months)
            years[key].append(total if MEASURES[key].yearly == "sum" else total / MONTHS)
    held = model.provenance()["money_held_unspent_gbp"]
    heads = float(model.people_of_all_ages)
    return years | {"unspent": sum(held.values()) / heads / size.years}


def _month(model: CommunityModel) -> dict[str, float]:
    model.run_for(1)
    return {key: float(getattr(model, key)) for key in _MEASURED}


def _differences(world: dict[str, Any], base: dict[str, Any], years: int) -> tuple[float, ...]:
    """The plan's world less its baseline's, in the order of OUTCOMES."""

    def last(key: str) -> float:
        return float(world[key][-1] - base[key][-1])

    lonely = sum(
        world["often_lonely_share"][year] - base["often_lonely_share"][year]
        for year in range(years)
    )
    found = {
        "lonely": PEOPLE * last("often_lonely_share"),
        "lonely_free_years": -PEOPLE * lonely,
        "distressed": PEOPLE * last("distressed_share"),
        "attending": PEOPLE * last("hub_attender_share"),
        "crises": PEOPLE / MEASURED_PER * last("crises_per_1000"),
        "unmet": PEOPLE / MEASURED_PER * last("unmet_hours_per_1000"),
        "gap": last("funding_gap_gbp_per_head"),
        "cost": sum(last(f"pays_{payer}_gbp_per_head") for payer in _PAYERS),
        "unspent": float(world["unspent"] - base["unspent"]),
    }
    return tuple(round(found[each.key], 6) for each in OUTCOMES)


def _kept(path: Path) -> tuple[dict[int, tuple[float, ...]], float]:
    """What is kept of a group by plan, and its seconds; nothing where it is missing or torn."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        found = {int(row["point"]): tuple(map(float, row["told"])) for row in kept["plans"]}
        seconds = float(kept["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}, 0.0
    return {each: one for each, one in found.items() if len(one) == len(OUTCOMES)}, seconds


def model_hash() -> str:
    """One hash of everything that can change a world: the model's rooms and its evidence.

    The rooms that only run, show or explain are left out.
    """
    house = Path(__file__).parent.parent
    total = hashlib.sha256(str(evidence_hash()).encode())
    for path in sorted(house.rglob("*.py"), key=lambda each: each.relative_to(house).as_posix()):
        name = path.relative_to(house).as_posix()
        if not name.startswith(("show/", "experiment/", "cli", "app", "viz", "__")):
            total.update(name.encode() + b"\0")
            total.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()


def _claim(size: Ensemble, folder: Path) -> None:
    """Mark the folder as this design's; refuse one that is another's."""
    mine = size.told() | {
        "model": model_hash(),
        "levers": [[each.key, each.most] for each in LEVERS],
        "outcomes": [each.key for each in OUTCOMES],
    }
    text = json.dumps(mine, sort_keys=True)
    path = folder / "design.json"
    with atomic.plainly(path):
        theirs = path.read_text(encoding="utf-8") if path.exists() else None
    if theirs is None:
        atomic.write(path, text.encode())
    elif theirs != text:
        raise UserMistake(
            f"{folder}: this folder holds runs of another design or of an earlier model. "
            "Choose another --runs, or delete that folder."
        )
