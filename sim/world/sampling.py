"""Choosing whole neighbourhoods that together look like their place.

Like picking a few streets to stand for a town: start somewhere keyed to the town's own name, then
swap streets for as long as a swap brings ages, deprivation, disability, cars and size nearer to
the town's; older people also by their ages and by deprivation, for most of care is theirs.
Looks at neighbourhoods. Changes nothing. Whole-number arithmetic only, so that every machine
chooses the same streets, whatever the seed of the run.
"""

from __future__ import annotations

import math
import operator
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserMistake
from sim.luck import mix_ids, text_key, text_keys
from sim.world.bands import DATA_BAND_STARTS, QUINTILES
from sim.world.place_data import ADULT_GROUPS, Neighbourhoods, all_neighbourhoods, rule

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
QUINTILE_COUNT = len(QUINTILES)
QUINTILE_NAMES = QUINTILES
OTHERS = ("disabled", "no_car")
OLDER = ("65_74", "75_84", "85_plus")
OLDER_QUINTILES = tuple(f"65_plus_{name}" for name in QUINTILES)
_WHOLE = 1 << sys.float_info.mant_dig  # below it doubles count in whole numbers


@dataclass(frozen=True, eq=False)
class Sample:
    """Whole neighbourhoods that stand for a place, simulated one to one."""

    place: str
    asked: int | None
    neighbourhoods: Neighbourhoods
    counts: Ints
    """People aged 16+ by the 12 bands of `DATA_BANDS`, n x 12."""
    match: dict[str, tuple[float, float]]
    """Shares of people aged 16+: group, quintile, disabled or no car, older people by age and by
    quintile -> (sample, place)."""
    scale: float
    """People aged 16+ in the place for each one in the sample."""
    quintiles_shown: tuple[int, ...]

    @property
    def residents(self) -> int:
        """People aged 16+ in the sample."""
        return int(self.counts.sum())

    @property
    def whole(self) -> bool:
        """Whether every neighbourhood of the place is here."""
        return self.scale == 1.0

    def largest_difference(self, of: tuple[str, ...] = ADULT_GROUPS + QUINTILE_NAMES) -> float:
        """Largest difference between sample and place shares, in percentage points."""
        return max(100 * abs(here - there) for here, there in (self.match[key] for key in of))

    def describe(self) -> list[str]:
        """Plain sentences for the report."""
        number = len(self.neighbourhoods)
        these = "1 whole neighbourhood" if number == 1 else f"{number:,} whole neighbourhoods"
        if self.whole:
            said = [f"All of {self.place}: {these}, {self.residents:,} people aged 16 or over."]
        else:
            ages = self.largest_difference(ADULT_GROUPS)
            fifths = self.largest_difference(QUINTILE_NAMES)
            said = [
                (
                    f"{these} of {self.place} with {self.residents:,} people aged 16 or over "
                    f"({self.asked:,} asked for); each person stands for {self.scale:.1f}."
                ),
                (
                    f"Shares by age group are within {ages:.1f} points of the place's, "
                    f"shares by deprivation fifth within {fifths:.1f} points."
                ),
            ]
        hidden = [
            str(each) for each in range(1, QUINTILE_COUNT + 1) if each not in self.quintiles_shown
        ]
        if hidden:
            said.append(
                f"Too few people live in deprivation fifth {', '.join(hidden)} (1 is most deprived)"
                " of this sample to show results for it."
            )
        return said


def draw_sample(code: str, name: str, here: Neighbourhoods, residents: int | None) -> Sample:
    """Whole neighbourhoods with about `residents` people aged 16+, matched on ages and deprivation.

    A pure function of its arguments. Raises UserMistake for an unusable number.
    """
    wanted = None if residents is None else _usable(residents)
    total = int(here.adults.sum())
    rows = np.arange(len(here))
    if wanted is not None and wanted < total:
        rows = _choose(text_key(code), here, wanted)
    chosen = here.take(rows)
    shares = (_shares(chosen), _shares(here))
    keys = (*ADULT_GROUPS, *QUINTILE_NAMES, *OTHERS, *OLDER, *OLDER_QUINTILES)
    match = {
        key: (float(mine), float(theirs)) for key, mine, theirs in zip(keys, *shares, strict=True)
    }
    least = rule("people_to_show_a_quintile")
    people = [
        int(chosen.adults[chosen.quintile == each].sum()) for each in range(1, QUINTILE_COUNT + 1)
    ]
    return Sample(
        place=name,
        asked=wanted,
        neighbourhoods=chosen,
        counts=chosen.adult_bands,
        match=match,
        scale=total / int(chosen.adults.sum()),
        quintiles_shown=tuple(
            each for each in range(1, QUINTILE_COUNT + 1) if people[each - 1] >= least
        ),
    )


def _usable(residents: object) -> int:
    """The number of residents asked for, or a sentence saying why it cannot be used."""
    least, most = int(rule("residents_least")), int(all_neighbourhoods().adults.sum())
    allowed = f"a whole number from {least} to {most:,} (everyone aged 16 or over in England)"
    if isinstance(residents, bool | np.bool_ | str) or not hasattr(residents, "__index__"):
        raise UserMistake(f"residents: {str(residents)[:40]!r} cannot be used; give {allowed}.")
    number = operator.index(residents)
    if not least <= number <= most:
        shown = f"{number:,}" if abs(number) < np.iinfo(np.int64).max else "that number"
        raise UserMistake(f"residents: {shown} cannot be used; give {allowed}.")
    return number


def _features(here: Neighbourhoods) -> Ints:
    """People aged 16 or over, by columns that each count adults: int64[n, 20].

    5 adult groups, 5 quintiles, disabled, without a car; of 65 or over 3 ages and 5 quintiles.
    """
    fifths = here.quintile[:, None] == np.arange(1, QUINTILE_COUNT + 1)
    # the same share of adults as of everybody, or of homes, so that every column counts adults
    shares = np.stack([here.disabled_share, here.no_car_share], axis=1)
    others = np.rint(shares * here.adults[:, None]).astype(np.int64)
    starts = np.searchsorted(DATA_BAND_STARTS, [int(band.split("_")[0]) for band in OLDER])
    ages = np.add.reduceat(here.adult_bands, starts, axis=1)
    older = ages.sum(axis=1)[:, None] * fifths
    return np.hstack([here.adult_groups, here.adults[:, None] * fifths, others, ages, older])


def _shares(here: Neighbourhoods) -> NDArray[np.float64]:
    sums = _features(here).sum(axis=0)
    groups, rest = np.split(sums, [len(ADULT_GROUPS)])
    adults = rest[:QUINTILE_COUNT].sum()
    return np.hstack([groups / groups.sum(), rest / adults])


def _choose(salt: int, here: Neighbourhoods, wanted: int) -> Ints:
    """Rows of the best of several keyed starts, each improved by exchanges."""
    size = here.adults
    shares = _shares(here)
    fifths = shares[len(ADULT_GROUPS) :][:QUINTILE_COUNT]
    # the last column is size, weighted up by the square root of its weight
    heavy = int(np.sqrt(rule("size_weight")))
    columns = np.column_stack([_features(here), size * heavy])
    target = np.append(np.rint(shares * wanted).astype(np.int64), wanted * heavy)
    names = text_keys(here.code.tolist())
    enough = (wanted * rule("near_enough_share")) ** 2
    best: tuple[int, Ints] | None = None
    for start in range(int(rule("starts"))):
        key = mix_ids(names, salt + start)
        order = np.argsort(key, kind="stable")
        inside = _start(order, here.quintile, size, fifths * wanted)
        cost = _exchange(inside, columns, target, order)
        if best is None or cost < best[0]:
            best = (cost, np.flatnonzero(inside))
        if best[0] <= enough:
            break
    if best is None:
        raise ValueError("place_rules.csv: starts must be at least 1")
    return best[1]


def _start(
    order: Ints, quintile: Ints, size: Ints, wanted: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """In each quintile, neighbourhoods in keyed order until its share of people is reached."""
    inside = np.zeros(len(order), dtype=np.bool_)
    of_each = quintile[order]
    for number in range(QUINTILE_COUNT):
        mine = order[of_each == number + 1]
        middle = np.cumsum(size[mine]) - size[mine] // 2
        inside[mine[middle <= wanted[number]]] = True
    if not inside.any():
        inside[order[0]] = True
    return inside


def _exchange(inside: NDArray[np.bool_], columns: Ints | Floats, target: Ints, order: Ints) -> int:
    """Add, drop or swap the best pair until nothing improves; returns the squared deviation left.

    In a large place each round weighs a keyed window of candidates, not everyone. `inside` is
    changed in place.
    """
    off = columns[inside].sum(axis=0) - target
    cost, idle, turn = int((off * off).sum()), 0, 0
    if _in_doubles(columns, cost):
        columns, off = columns.astype(np.float64), off.astype(np.float64)
    blank = np.zeros((1, columns.shape[1]), dtype=columns.dtype)
    squares = (columns * columns).sum(axis=1)
    insiders, outsiders = int(rule("insiders_tried")), int(rule("outsiders_tried"))
    within = inside[order]
    place_of = np.empty(len(order), dtype=np.int64)
    place_of[order] = np.arange(len(order))
    for turn in range(int(rule("exchanges_most"))):
        leave = order[_window(np.flatnonzero(within), insiders, turn)]
        join = order[_window(np.flatnonzero(~within), outsiders, turn)]
        # row 0 and column 0 stand for nobody: only joining, or only leaving
        without = off - np.vstack([blank, columns[leave]])
        gain = 2 * (without @ np.vstack([blank, columns[join]]).T)
        after = (without * without).sum(axis=1)[:, None] + gain + np.append(0, squares[join])
        if np.count_nonzero(within) == 1:
            after[1, 0] = np.iinfo(np.int64).max  # somebody must stay
        out, come = np.unravel_index(int(np.argmin(after)), after.shape)
        idle = 0 if int(after[out, come]) < cost else idle + 1
        if idle > 2:
            break
        if idle:
            continue
        cost = int(after[out, come])
        if out:
            inside[leave[out - 1]] = within[place_of[leave[out - 1]]] = False
            off = off - columns[leave[out - 1]]
        if come:
            inside[join[come - 1]] = within[place_of[join[come - 1]]] = True
            off = off + columns[join[come - 1]]
    return cost


def _in_doubles(columns: Ints | Floats, cost: int) -> bool:
    """Whether doubles hold every sum of an exchange exactly: they are many times as quick."""
    furthest = math.isqrt(cost) + 1 + 2 * int(columns.max())  # from the target; it never grows
    return int(columns.shape[1]) * furthest**2 < _WHOLE


def _window(candidates: Ints, width: int, turn: int) -> Ints:
    """`width` candidates in keyed order, moving on each turn, round and round."""
    if len(candidates) <= width:
        return candidates
    return np.take(candidates, np.arange(turn * width, (turn + 1) * width), mode="wrap")
