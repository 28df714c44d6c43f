"""How far the emulators err, learnt from points they have not seen, and what that says of a world.

Looks at points, their figures and emulators; changes nothing. Three things make a fit too sure,
and each is met here on whole groups of points left out:

- A figure no number moves is still foretold to move a little, which is noise learnt. Figures are
  therefore read along the main directions in which they move (principal components in units of
  error); a direction counts only if left-out points follow what was foretold, and what was
  foretold is shrunk by their slope on it (the calibration slope: Copas 1983, Journal of the Royal
  Statistical Society B 45).
- Figures err together: the errors of left-out points give one covariance.
- That covariance rests on few runs: the likelihood is Student's, not normal (Sellentin and
  Heavens 2016, Monthly Notices of the Royal Astronomical Society 456).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiment.calibration import draws, emulator

Floats = NDArray[np.float64]

FOLDS = 5
_SURE = 3.0  # standard errors by which left-out points must follow what was foretold
_RUNS_A_DIRECTION = 4  # at least so many runs for each direction read


@dataclass(frozen=True)
class Misfit:
    """Directions of the figures [figures, directions] and how the emulators err along them.

    `slope` shrinks what is foretold; `covariance` [directions, directions] is the error's, with
    the stated room in it; `runs` is how many left-out runs it rests on.
    """

    known: emulator.Emulators
    middle: Floats
    spread: Floats
    axes: Floats
    slope: Floats
    covariance: Floats
    runs: int

    def read(self, figures: Floats) -> Floats:
        """Figures [..., figures] along the directions: [..., directions]."""
        return np.asarray(((figures - self.middle) / self.spread) @ self.axes)

    def foretold(self, where: Floats) -> Floats:
        """What the emulators say of points of the cube, shrunk: [points, directions]."""
        return np.asarray(self.read(self.known.mean(where)) * self.slope)

    def score(self, wanted: Floats) -> draws.Score:
        """The log likelihood of a world that shows these figures, as a function of points."""
        shown = self.read(wanted)

        def told(where: Floats) -> Floats:
            return draws.log_likelihood(self.foretold(where), shown, self.covariance, self.runs)

        return told


def learn(
    known: emulator.Emulators, values: Floats, luck: Floats, room: Floats | None = None
) -> Misfit:
    """Refit without each group of points in turn and see how what it foretells holds there.

    `values` float64[points, figures] are what the emulators were fitted to, `luck` the variance of
    one run's figures. Without `room` the world is one run, with luck of its own. With `room`
    (variance of each figure: tolerance and discrepancy) it is a country, whose luck is nil: of the
    error only the emulators' own share is kept, and the room comes on top.
    """
    where = known.each[0].points
    left_out = _foretold_left_out(known.keys, where, values, luck)
    runs, stated = len(values), np.zeros(values.shape[1]) if room is None else room
    error = ((values - left_out) ** 2).mean(axis=0)
    middle, spread = values.mean(axis=0), np.sqrt(np.maximum(error + stated, 1e-24))
    lived, said = (values - middle) / spread, (left_out - middle) / spread
    size, axes = np.linalg.eigh(np.cov(lived.T).reshape(len(spread), -1))
    most = max(runs // _RUNS_A_DIRECTION, 1)
    axes = axes[:, np.argsort(size, kind="stable")[::-1][:most]]
    axes = axes * np.where(axes.sum(axis=0) < 0, -1.0, 1.0)  # the same sign on every machine
    lived, said = lived @ axes, said @ axes
    both = (lived * said).sum(axis=0)
    own, other = (np.maximum((each**2).sum(axis=0), 1e-24) for each in (lived, said))
    follows = (both > 0) & (both**2 * runs > _SURE**2 * own * other)
    axes, slope = axes[:, follows], np.minimum(both / other, 1.0)[follows]
    off = lived[:, follows] - said[:, follows] * slope
    covariance = off.T @ off / runs
    if room is not None:
        share = np.sqrt((axes**2).T @ _emulators_share(known))
        covariance = covariance * np.outer(share, share)
        covariance = covariance + (axes.T * (stated / spread**2)) @ axes
    return Misfit(known, middle, spread, axes, slope, np.asarray(covariance), runs)


def _foretold_left_out(
    keys: tuple[str, ...], where: Floats, values: Floats, luck: Floats
) -> Floats:  # fmt: skip
    """What emulators fitted anew without a point's group say of it: float64[points, figures]."""
    fold, told = np.arange(len(values)) % FOLDS, np.empty_like(values)
    for at in range(FOLDS):
        other = fold != at
        told[~other] = emulator.fit_all(keys, where[other], values[other], luck).mean(where[~other])
    return told


def _emulators_share(known: emulator.Emulators) -> Floats:
    """How much of a left-out run's variance is the emulator's, not the run's luck: [figures]."""
    return np.array([float((1.0 - one.noise / one.left_out_variance).mean()) for one in known.each])
