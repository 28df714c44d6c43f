"""The explorer's data: fit the emulator to its ensemble, keep it with where it came from, read it.

It may run the design and fit; it writes one JSON file where it is told. The file that travels with
the package is `data/explorer.json`; `python -m sim explorer --fit` makes it anew.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.errors import UserMistake
from sim.experiment import atomic, emulator
from sim.experiment.explorer_design import LEVERS, PAYER, PLACES, TARGETS, Ensemble, mixes
from sim.experiment.explorer_runs import OUTCOMES, Progress, Told, model_hash, run_design

SHIPPED = Path(__file__).parent / "data" / "explorer.json"
__all__ = ["check_lines", "fitted", "load", "make", "mixes", "save", "space", "space_of", "stale"]

SHAPE = 1  # raised when the file's parts or their meaning change


def space() -> emulator.Space:
    """What the explorer's sliders may say."""
    return emulator.Space(
        tuple(each.most for each in LEVERS),
        tuple(each.targeted for each in LEVERS),
        tuple(PLACES),
        tuple(TARGETS),
    )


def space_of(data: Mapping[str, Any]) -> emulator.Space:
    """The same, as a saved file says it."""
    return emulator.Space(
        tuple(each["most"] for each in data["levers"]),
        tuple(each["targeted"] for each in data["levers"]),
        tuple(each["name"] for each in data["places"]),
        tuple(each["key"] for each in data["targets"]),
    )


def make(
    size: Ensemble, runs: Path, command: str, progress: Progress | None = None
) -> dict[str, Any]:
    """Run what is missing of the design, fit the emulator, and return everything a page needs.

    Raises UserMistake, FolderTrouble, or KeyboardInterrupt with finished groups kept in `runs`.
    """
    told, seconds = run_design(size, runs, progress)
    return fitted(size, told, command, round(seconds / 60, 1))


def fitted(
    size: Ensemble, told: Sequence[Told], command: str, minutes: float = 0.0
) -> dict[str, Any]:
    """The emulator of these runs, with its levers, places and provenance."""
    from sim.experiment.request import evidence_hash

    plans = [(each.point.doses, each.point.place, each.point.where) for each in told]
    order = list(PLACES)
    groups = [each.point.member * len(order) + order.index(each.point.place) for each in told]
    results = {
        outcome.key: [each.differences[row] for each in told]
        for row, outcome in enumerate(OUTCOMES)
    }
    return {
        "shape": SHAPE,
        "made": {
            "command": command,
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "minutes": minutes,
            "version": importlib.import_module("sim").__version__,
            "model": model_hash(),
            "evidence": evidence_hash(),
            "plans": len(told),
            "worlds": len(told) + len(set(groups)),
            "draws": len(set(groups)),
            **size.told(),
        },
        "payer": PAYER,
        "levers": [
            {
                "key": each.key,
                "label": each.label,
                "side": each.side,
                "most": each.most,
                "targeted": each.targeted,
                "buys": each.buys,
                "settings": dict(each.settings),
            }
            for each in LEVERS
        ],
        "places": [_place(name, kind) for name, kind in PLACES.items()],
        "targets": [{"key": key, "label": label} for key, label in TARGETS.items()],
        "outcomes": [
            {
                "key": each.key,
                "label": each.label,
                "unit": each.unit,
                "better": each.better,
                "digits": each.digits,
                "most": max(abs(value) for value in results[each.key]),
            }
            for each in OUTCOMES
        ],
        "emulator": emulator.fit(space(), plans, results, groups),
    }


def _place(name: str, kind: str) -> dict[str, Any]:
    from sim.world import places
    from sim.world.place_data import councils

    row = councils()[places.get(name).code]
    return {
        "name": name,
        "kind": kind,
        "people": int(float(row["pop_total"])),
        "deprivation": float(row["imd2025_score_popw"]),
        "aged_65_plus": float(row["share_65_plus"]),
    }


def save(data: Mapping[str, Any], path: Path) -> Path:
    """Write the data whole or not at all."""
    atomic.make_folder(path.parent)
    text = json.dumps(data, separators=(",", ":"), allow_nan=False, ensure_ascii=True)
    atomic.write(path, (text + "\n").encode())
    return path


def load(path: Path | None = None) -> dict[str, Any]:
    """Read the data that travels with the package, or a file made by --fit.

    Raises UserMistake for a file that is missing or something else.
    """
    where = SHIPPED if path is None else path
    try:
        data: dict[str, Any] = json.loads(where.read_text(encoding="utf-8"))
        right = data["shape"] == SHAPE and bool(data["emulator"]["outcomes"])
    except OSError:
        raise UserMistake(
            f"{where}: no such file. Make one with: python -m sim explorer --fit"
        ) from None
    except (ValueError, KeyError, TypeError):
        right = False
    if not right:
        raise UserMistake(
            f"{where}: this is not the explorer's data. Make it with: python -m sim explorer --fit"
        )
    return data


def stale(data: Mapping[str, Any]) -> bool:
    """Whether the model or its evidence has changed since the emulator was fitted."""
    return bool(data["made"]["model"] != model_hash())


def check_lines(data: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """How well the emulator does on plans it had not seen: one line for each outcome.

    Its words, the usual size of a difference, the usual error, the share of the differences
    explained, how many of them its 90% range held, and how much that range was then widened so
    that it holds nine in ten.
    """
    found: list[tuple[str, ...]] = []
    for each in data["outcomes"]:
        check = data["emulator"]["outcomes"][each["key"]]["check"]
        found.append(
            (
                each["label"],
                f"{check['spread']:.3g}",
                f"{check['error']:.3g}",
                f"{100 * check['explained']:.0f}%",
                f"{100 * check['inside']:.0f}%",
                f"{check['widened']:.2f} times",
            )
        )
    return found
