"""Pictures of a calibration: what was learnt about each number, and the fit before and after.

Looks at a finished fit; writes SVG files whole. Everything in them is in the tables too.
"""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment import atomic
from sim.experiment.calibration.fitting import Fit

PRIOR, POSTERIOR = "#9aa5b1", "#0b5d8a"
_COLUMNS = 5


def write(fit: Fit, folder: Path) -> list[Path]:
    """Write both pictures; returns where."""
    found = []
    for name, draw in (("numbers", _numbers), ("fit", _fit)):
        path = folder / f"{name}_{fit.kind}.svg"
        atomic.write(path, draw(fit))
        found.append(path)
    return found


def _figure(width: float, height: float, rows: int = 1, columns: int = 1) -> Any:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "calibration"
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure, figure.subplots(rows, columns, squeeze=False)


def _bytes(figure: Any, title: str) -> bytes:
    held = io.BytesIO()
    figure.savefig(held, format="svg", metadata={"Date": None, "Title": title})
    return held.getvalue()


def _numbers(fit: Fit) -> bytes:
    """Each number's prior (grey line, even draws) and the draws that are left (bars)."""
    keys = fit.space.keys
    rows = math.ceil(len(keys) / _COLUMNS)
    figure, axes = _figure(12, 2.0 * rows, rows, _COLUMNS)
    even = (np.arange(400) + 0.5) / 400
    prior = [fit.space.numbers(np.full(len(keys), u)) for u in even]
    for axis, key in zip(axes.flat, keys, strict=False):
        before = [numbers[key] for numbers in prior]
        after = [numbers[key] for numbers in fit.numbers]
        bins = np.linspace(min(before), max(before), 21)
        axis.hist(before, bins=bins, density=True, histtype="step", color=PRIOR)
        axis.hist(after, bins=bins, density=True, color=POSTERIOR, alpha=0.7)
        axis.set_title(key.replace("_", " "), fontsize=7)
        axis.set_yticks([])
        axis.tick_params(labelsize=6)
    for axis in axes.flat[len(keys) :]:
        axis.set_axis_off()
    figure.suptitle("Grey: before the fit. Blue: the draws that are left.", fontsize=9)
    return _bytes(figure, f"Numbers before and after the {fit.kind} calibration")


def _fit(fit: Fit) -> bytes:
    """Each target over its published value: 5th to 95th percentile of runs, before and after."""
    targets = [t for t in fit.targets if t.value]
    at = [fit.targets.index(t) for t in targets]
    figure, axes = _figure(9, 0.28 * len(targets) + 1.2)
    axis = axes[0, 0]
    for row, (column, target) in enumerate(zip(at, targets, strict=True)):
        room = target.tolerance / abs(target.value)
        axis.plot([1 - room, 1 + room], [row, row], color="#dfe5ea", linewidth=9, zorder=0)
        for shift, values, colour in ((-0.15, fit.prior, PRIOR), (0.15, fit.lived, POSTERIOR)):
            low, middle, high = np.quantile(values[:, column], (0.05, 0.5, 0.95)) / target.value
            axis.plot([low, high], [row + shift] * 2, color=colour, linewidth=2)
            axis.plot([middle], [row + shift], "o", color=colour, markersize=3)
    axis.axvline(1.0, color="#444444", linewidth=0.8)
    axis.set_yticks(range(len(targets)), [t.key.replace("_", " ") for t in targets], fontsize=6)
    axis.set_xlim(0.3, 1.8)
    axis.invert_yaxis()
    axis.set_xlabel("model over published: band is the tolerance, grey before, blue after the fit",
                    fontsize=8)  # fmt: skip
    return _bytes(figure, f"Fit before and after the {fit.kind} calibration")
