"""The designs: what each kind of evaluation would report of the same people.

Each is given the files of everybody served and reads only what such an evaluation would hold:
answers with survey noise, never feelings. The truth stands apart. Effects on loneliness are in SD
of latent loneliness among all adults (`ruler`), below 0 for less lonely; effects on emergency use
are A&E attendances and emergency admissions for each person a year.

In the randomised and the stepped designs everybody lives one of their two lives: with the
programme, or, where the coin or the order withholds it, their own without it. So the controls are
other people than those treated, and nobody spoils them by living next door.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiment.evaluation.estimates import Estimate, mean, rates, regress, unknown
from sim.experiment.evaluation.files import Served

Floats = NDArray[np.float64]
STEPS = 4  # dates on which neighbourhoods start in the stepped wedge, after a first with none
MONTH = 1 / 12


@dataclass(frozen=True)
class Finding:
    """What a design says of loneliness (SD) and of emergency use (contacts a person a year)."""

    design: str
    loneliness: Estimate
    emergency: Estimate


def truth(files: Served, ruler: float) -> Finding:
    """The effect on the people reached against their own untreated twins, without any noise."""
    moved = files.floats("felt_after") - files.floats("twin_after")
    used = rates(_after(files), _twin(files, -1.0))
    return Finding("truth", mean(moved).over(ruler), used)


def before_after(files: Served, ruler: float) -> Finding:
    """Everybody served, on the day they were met and at the end; nobody to compare with."""
    change = files.floats("answer_after") - files.floats("answer_before")
    used = rates(_after(files), _before(files, -1.0))
    return Finding("before_after", mean(change).over(ruler), used)


def matched(files: Served, ruler: float) -> Finding:
    """People served against unserved people who look alike; what is left between them adjusted.

    The adjustment is the usual one after matching: the difference at the end for pairs that did
    not differ on the day (Abadie and Imbens, 2011).
    """
    seen = _seen(files, "answer_after", "match_answer_after", "match_answer_before")
    end = seen.floats("answer_after") - seen.floats("match_answer_after")
    day = seen.floats("answer_before") - seen.floats("match_answer_before")
    # What is left at the end for pairs who answered alike on the day: the line's constant.
    gap = regress(end, np.ones(end.size), day[:, None], constant=False)
    alike = _seen(files, "match_years_after")
    used = rates(
        _after(alike),
        (-1.0, alike.floats("match_use_after"), alike.floats("match_years_after")),
    )
    return Finding("matched", gap.over(ruler), used)


def difference_in_differences(files: Served, ruler: float) -> Finding:
    """The change of those served less that of unserved people of the same age band and sex.

    The comparison group is hundreds of times as large, so its own error is left out.
    """
    change = files.floats("answer_after") - files.floats("answer_before")
    change = change - files.floats("other_change")
    used = rates(
        _after(files),
        _before(files, -1.0),
        (-1.0, files.floats("other_use_after"), files.floats("other_years_after")),
        (1.0, files.floats("other_use_before"), files.floats("other_years_before")),
    )
    return Finding("difference_in_differences", mean(change).over(ruler), used)


def stepped_wedge(files: Served, ruler: float) -> Finding:
    """Neighbourhoods start on `STEPS` dates in a keyed order; whoever is met sooner goes without.

    Least squares with neighbourhoods and periods as fixed effects and the answer on the day;
    errors by neighbourhood (Hussey and Hughes, 2007, with fixed in place of random effects).
    """
    if not len(files):
        return Finding("stepped_wedge", unknown(), unknown())
    cluster, order = clusters(files)
    step = order * STEPS // (int(cluster.max()) + 1) + 1  # the period in which each one starts
    period = periods(files["met"])
    treated = period >= step[cluster]
    return _assigned(files, treated, ruler, "stepped_wedge", period, cluster)


def randomised_trial(files: Served, ruler: float) -> Finding:
    """A keyed coin among people met; from half of them the programme is withheld.

    Loneliness at the end by arm, with the answer on the day beside it (analysis of covariance);
    emergency use by arm, with use in the months before beside it.
    """
    treated = files["arm"].astype(np.bool_) if len(files) else np.zeros(0, dtype=np.bool_)
    return _assigned(files, treated, ruler, "randomised_trial")


def _assigned(
    files: Served,
    treated: NDArray[np.bool_],
    ruler: float,
    name: str,
    period: NDArray[np.int64] | None = None,
    cluster: NDArray[np.int64] | None = None,
) -> Finding:
    """A design in which each person lives one of their two lives, as they were assigned."""
    if not len(files):
        return Finding(name, unknown(), unknown())
    dates = np.zeros((len(files), 0))
    if period is not None:
        dates = (period[:, None] == np.unique(period)[None, 1:]).astype(np.float64)
    answer = np.where(treated, files["answer_after"], files["twin_answer_after"])
    day, arm = files.floats("answer_before"), treated.astype(np.float64)
    seen = np.isfinite(answer) & np.isfinite(day)

    def found(outcome: Floats, beside: Floats, kept: NDArray[np.bool_], weight: Floats) -> Estimate:
        more = np.column_stack([beside, dates])[kept]
        where = None if cluster is None else cluster[kept]
        return regress(outcome[kept], arm[kept], more, weight[kept], where)

    lonely = found(answer, day, seen, np.ones(len(files)))
    use = np.where(treated, files["use_after"], files["twin_use_after"])
    years = np.where(treated, files["years_after"], files["twin_years_after"])
    past = files.floats("use_before") / np.maximum(files.floats("years_before"), MONTH)
    used = found(use / np.maximum(years, MONTH), past, years > 0, years)
    return Finding(name, lonely.over(ruler), used)


def clusters(files: Served) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each person's neighbourhood as a number, and each neighbourhood's place in the order."""
    places = np.stack([files.floats("town"), files.floats("area")], axis=1)
    _, first, cluster = np.unique(places, axis=0, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.lexsort((np.arange(first.size), files.floats("order")[first]))] = np.arange(first.size)
    return np.asarray(cluster, dtype=np.int64).ravel(), rank


def periods(met: NDArray[np.generic]) -> NDArray[np.int64]:
    """The period each person was met in, 0 to `STEPS`, with about as many met in each."""
    edges = np.quantile(met.astype(np.float64), np.arange(1, STEPS + 1) / (STEPS + 1))
    return np.asarray(np.searchsorted(edges, met.astype(np.float64), side="left"), dtype=np.int64)


def _seen(files: Served, *names: str) -> Served:
    if not len(files):
        return files
    return files.only(np.all([np.isfinite(files.floats(name)) for name in names], axis=0))


def _after(files: Served, sign: float = 1.0) -> tuple[float, Floats, Floats]:
    return sign, files.floats("use_after"), files.floats("years_after")


def _before(files: Served, sign: float) -> tuple[float, Floats, Floats]:
    return sign, files.floats("use_before"), files.floats("years_before")


def _twin(files: Served, sign: float) -> tuple[float, Floats, Floats]:
    return sign, files.floats("twin_use_after"), files.floats("twin_years_after")


DESIGNS: tuple[Callable[[Served, float], Finding], ...] = (
    before_after,
    matched,
    difference_in_differences,
    stepped_wedge,
    randomised_trial,
)
