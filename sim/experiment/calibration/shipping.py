"""A calibration written down: the draws, the account of how they were made, and the fit table.

Looks at a finished fit; writes into the folder it is given and, when asked, beside the evidence,
where every uncertain run draws from. Each file is written whole or not at all.
"""

from __future__ import annotations

import csv
import io
import json
import math
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from sim.evidence import posterior, registry
from sim.experiment import atomic
from sim.experiment.calibration.fitting import Fit

PACKAGES = ("numpy", "scipy", "scikit-learn", "pandas", "mesa")
COLUMNS = (
    "target", "published", "tolerance", "discrepancy", "central", "prior", "prior_low",
    "prior_high", "posterior", "posterior_low", "posterior_high", "inside_before", "inside_after",
    "emulator_explains", "emulator_covers", "why",
)  # fmt: skip
_TAILS = (0.05, 0.95)


@dataclass(frozen=True)
class Line:
    """One target beside the model: at the central numbers, over the prior, over the draws."""

    target: str
    published: float
    tolerance: float
    discrepancy: float
    central: float
    prior: float
    prior_low: float
    prior_high: float
    posterior: float
    posterior_low: float
    posterior_high: float
    inside_before: bool
    inside_after: bool
    emulator_explains: float
    emulator_covers: float
    why: str


def fit_table(fit: Fit) -> list[Line]:
    """Every target, the farthest off after the fit first (in tolerances). All runs are the model's.

    `prior` and `posterior` are means over lived draws with 5th and 95th percentiles; `central` is
    the mean of the repeats. Ranges hold luck of one run each.
    """
    known = fit.history.emulators
    if known is None:
        raise ValueError("no wave has been lived")
    explained = known.explained(fit.history.values)
    covered = known.coverage(fit.history.values)
    before, after = fit.inside(fit.repeats), fit.inside(fit.lived)
    prior, left = (np.quantile(each, _TAILS, axis=0) for each in (fit.prior, fit.lived))
    lines = [
        Line(
            each.key, each.value, each.tolerance, each.discrepancy,
            float(fit.repeats[:, at].mean()),
            float(fit.prior[:, at].mean()), float(prior[0, at]), float(prior[1, at]),
            float(fit.lived[:, at].mean()), float(left[0, at]), float(left[1, at]),
            bool(before[at]), bool(after[at]), float(explained[at]), float(covered[at]), each.why,
        )
        for at, each in enumerate(fit.targets)
    ]  # fmt: skip

    def off(line: Line) -> float:
        gap = abs(line.posterior - line.published)
        return gap / line.tolerance if line.tolerance else math.inf

    return sorted(lines, key=lambda line: (-off(line), line.target))


def account(fit: Fit, command: str, when: datetime | None = None) -> dict[str, Any]:
    """How the draws were made, for a reader and for the check that they are today's."""
    prior_share = [float(np.mean([t.inside(v) for v in fit.prior[:, at]]))
                   for at, t in enumerate(fit.targets)]  # fmt: skip
    left_share = [float(np.mean([t.inside(v) for v in fit.lived[:, at]]))
                  for at, t in enumerate(fit.targets)]  # fmt: skip
    size = fit.size
    return {
        "posterior": fit.kind,
        "command": command,
        "date": (when or datetime.now(UTC)).date().isoformat(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "seed": fit.seed,
        "residents": size.residents,
        "draws": len(fit.chain.points),
        "runs": len(fit.repeats) + len(fit.history.points) + len(fit.lived)
        + len(fit.medoid_lived),
        "repeats": size.repeats,
        "waves": [vars(wave) for wave in fit.history.waves],
        "accepted_steps": fit.chain.accepted,
        "mixing": fit.chain.mixing,
        "numbers": list(fit.space.keys),
        "targets": [each.key for each in fit.targets],
        "not_told_by_runs_this_size": list(fit.left_out),
        "inside_tolerance": {
            "of": len(fit.targets),
            "central": int(fit.inside(fit.repeats).sum()),
            "medoid": int(fit.inside(fit.medoid_lived).sum()),
            "mean_of_draws": int(fit.inside(fit.lived).sum()),
            "share_over_prior_draws": float(np.mean(prior_share)),
            "share_over_posterior_draws": float(np.mean(left_share)),
        },
        "spot_check_within_two_deviations": fit.spot_check,
        "medoid": fit.space.numbers(fit.medoid),
        "evidence_hash": registry().hash,
        "model_hash": posterior.model_hash(),
    }  # fmt: skip


def draws_table(fit: Fit) -> str:
    """The draws as CSV: one a line, numbers to nine figures, the same bytes everywhere."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(fit.space.keys)
    for numbers in fit.numbers:
        lines.writerow([f"{numbers[key]:.9g}" for key in fit.space.keys])
    return text.getvalue()


def lines_table(lines: Sequence[Line]) -> str:
    """The fit table as CSV."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for line in lines:
        rows.writerow([
            f"{value:.6g}" if isinstance(value, float) else value
            for value in (getattr(line, name) for name in COLUMNS)
        ])  # fmt: skip
    return text.getvalue()


def write(fit: Fit, folder: Path, command: str, ship: bool) -> list[Path]:
    """Write a fit into `folder`; with `ship` also where every uncertain run draws from.

    Returns the files written.
    """
    from sim.experiment.calibration import pictures

    told = json.dumps(account(fit, command), indent=1, sort_keys=True) + "\n"
    name = posterior.table_of(fit.kind).name
    texts = {
        folder / name: draws_table(fit),
        folder / Path(name).with_suffix(".json"): told,
        folder / f"fit_{fit.kind}.csv": lines_table(fit_table(fit)),
    }
    if ship:
        texts |= {
            posterior.table_of(fit.kind): draws_table(fit),
            posterior.account_of(fit.kind): told,
        }
    atomic.make_folder(folder)
    for path, text in texts.items():
        atomic.write(path, text.encode())
    return [*texts, *pictures.write(fit, folder)]
