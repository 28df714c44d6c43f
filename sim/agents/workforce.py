"""The workforce of care: posts open and are given up, workers leave, vacancies are filled.

Looks at minutes asked of each provider, its pay, and how many of the sector's own leavers and
recruits from overseas look for work; changes posts and who fills them. Everything is done for all
posts at once: a provider is a number in the column `employer`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.agents.employers import Usual
from sim.agents.service import Service
from sim.luck import Decision, Luck, mix_ids
from sim.parameters import Parameters
from sim.units import chance_per_month
from sim.world.bands import ETHNICITIES
from sim.world.columns import Columns

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]


def posts_wanted(minutes: int, service: Service, usual: Usual) -> int:
    """Posts kept for so many minutes a week, the usual vacancies of the kind included."""
    if minutes <= 0:
        return 0
    filled = minutes / usual.minutes[service.kind]
    return int(np.ceil(filled / (1.0 - usual.vacancy[service.kind])))


def keep_posts(
    posts: Columns, services: Sequence[Service], wanted: Whole, usual: Usual, luck: Luck
) -> None:
    """Bring posts to `wanted`, int64[services]: new ones start vacant.

    Of too many, vacant ones are given up, lowest identity first; nobody is dismissed.
    """
    size = len(services)
    held = np.bincount(posts.employer, minlength=size)
    vacant = np.flatnonzero(~posts.filled)
    line = vacant[np.lexsort((posts.id[vacant], posts.employer[vacant]))]
    employer = posts.employer[line].astype(np.int64)
    rank = np.arange(line.size) - np.searchsorted(employer, employer)
    surplus = line[rank < (held - wanted)[employer]]
    missing = np.maximum(wanted - held, 0)
    if surplus.size:
        posts.remove(surplus)
    if not missing.any():
        return
    keys = np.array([each.key for each in services], dtype=np.uint64)
    opened = np.array([each.posts_opened for each in services])
    row = np.repeat(np.arange(size), missing)
    step = np.arange(row.size) - np.repeat(np.cumsum(missing) - missing, missing)
    ids = mix_ids(keys[row], (opened[row] + step).astype(np.uint64))
    kinds = np.array([int(each.kind) for each in services])[row]
    posts.append(
        {
            "id": ids,
            "employer": row.astype(np.int16),
            "kind": kinds.astype(np.uint8),
            "pay": pay_of(services, usual)[row].astype(np.float32),
        }
    )
    for each, more in zip(services, missing, strict=True):
        each.posts_opened += int(more)


def pay_of(services: Sequence[Service], usual: Usual) -> Floats:
    """Pounds an hour each provider pays: float64[services]."""
    return np.array([usual.pay[each.kind] * each.pay_ratio for each in services])


def yearly_chance_to_leave(
    posts: Columns, rows: Whole, services: Sequence[Service], usual: Usual, p: Parameters
) -> Floats:
    """Yearly chance that the worker of each post leaves it: float64[rows], 0 to 1.

    Base, contract and newness as raw gaps; pay as the published effect of ten per cent better pay
    (row wage_effect_on_job_separation), on what a kind of employer makes of them.
    """
    ratio = np.array([each.pay_ratio for each in services])
    steps = (ratio - 1.0) * 100 / p.wage_step_per_cent
    yearly = p.turnover_base + p.wage_effect_on_job_separation * steps[posts.employer[rows]]
    yearly += np.where(posts.secure[rows], 0.0, p.zero_hours_turnover_gap)
    yearly += np.where(posts.months[rows] < 12, p.turnover_new_worker_extra, 0.0)
    return np.clip(usual.turnover[posts.kind[rows]] * yearly, 0.0, 1.0)


def leave(
    posts: Columns,
    services: Sequence[Service],
    usual: Usual,
    p: Parameters,
    luck: Luck,
    month: int,
) -> tuple[Whole, Whole]:
    """A month of leavers. Returns int64[services] of them, and the rows that stood vacant."""
    vacant = np.flatnonzero(~posts.filled)
    rows = np.flatnonzero(posts.filled)
    chance = chance_per_month(yearly_chance_to_leave(posts, rows, services, usual, p))
    gone = luck.happens(Decision.LEAVER, posts.worker[rows], month, chance)
    posts.months[rows] += 1
    out = rows[gone]
    posts.filled[out] = False
    posts.worker[out] = 0
    posts.months[out] = 0
    return np.bincount(posts.employer[out], minlength=len(services)), vacant


def hire(
    posts: Columns,
    vacant: Whole,
    services: Sequence[Service],
    usual: Usual,
    supply: float,
    overseas: float,
    ethnic: Floats,
    p: Parameters,
    luck: Luck,
    month: int,
) -> Whole:
    """Vacant posts are filled; returns the rows.

    The chance belongs to the kind of employer, to its pay, and to `supply`: people looking for
    care work against the usual number, of whom `overseas` is the share recruited abroad.
    """
    ratio = np.array([each.pay_ratio for each in services])
    kinds = np.array([int(each.kind) for each in services])
    chance = p.hire_chance_per_month * usual.hire[kinds] * ratio**p.hire_pay_elasticity * supply
    chance = np.minimum(chance, 1.0)[posts.employer[vacant]]
    rows = vacant[luck.happens(Decision.HIRE, posts.id[vacant], month, chance)]
    fill(posts, rows, insecure_hires(usual, p), overseas, ethnic, p, luck)
    return rows


def insecure_hires(usual: Usual, p: Parameters) -> Floats:
    """Share hired without secure hours by kind of employer: float64[kinds].

    They leave sooner, so more of those hired than of those in post: the share in post stays usual.
    """
    sooner = usual.insecure * (p.turnover_base + p.zero_hours_turnover_gap)
    return sooner / (sooner + (1.0 - usual.insecure) * p.turnover_base)


def fill(
    posts: Columns,
    rows: Whole,
    insecure: Floats,
    overseas: float,
    ethnic: Floats,
    p: Parameters,
    luck: Luck,
) -> None:
    """New workers in these posts, each with an identity and a contract of their own.

    `insecure` is the share without secure hours, float64[kinds]. People recruited here are of the
    place's ethnic groups (`ethnic`, float64[5], cumulative).
    """
    posts.spell[rows] += 1
    posts.filled[rows] = True
    posts.months[rows] = 0
    worker = mix_ids(posts.id[rows], posts.spell[rows].astype(np.uint64))
    posts.worker[rows] = worker
    posts.secure[rows] = ~luck.happens(Decision.WORKER, worker, 1, insecure[posts.kind[rows]])
    posts.female[rows] = luck.happens(Decision.WORKER, worker, 0, p.female_share_2021_22)
    abroad = luck.happens(Decision.WORKER_OVERSEAS, worker, 0, overseas)
    posts.overseas[rows] = abroad
    from_abroad = np.cumsum(p.array("overseas_recruit", ETHNICITIES))
    draw = luck.uniform(Decision.WORKER_ETHNICITY, worker, 0)
    cuts = np.where(abroad[:, None], from_abroad[:-1], ethnic[:-1])
    posts.ethnicity[rows] = (draw[:, None] > cuts).sum(axis=1)


def fill_at_start(
    posts: Columns,
    services: Sequence[Service],
    usual: Usual,
    ethnic: Floats,
    p: Parameters,
    luck: Luck,
) -> Floats:
    """Fill all but the usual vacancies in April 2024, months in post spread as turnover tells.

    Returns the usual yearly turnover of each kind of employer, float64[kinds].
    """
    full = luck.uniform(Decision.POST_FILLED, posts.id, 0)
    rows = np.flatnonzero(full >= usual.vacancy[posts.kind])
    fill(posts, rows, usual.insecure, p.overseas_share_of_staff_at_start, ethnic, p, luck)
    posts.months[rows] = 12  # nobody is new while tenures are told
    settled = yearly_chance_to_leave(posts, rows, services, usual, p)
    tenure = luck.exponential(Decision.POST_FILLED, posts.id[rows], 1)
    most = np.iinfo(np.int16).max // 2
    posts.months[rows] = np.minimum(tenure * 12 / np.maximum(settled, p.turnover_base / 12), most)
    yearly = yearly_chance_to_leave(posts, rows, services, usual, p)
    kinds, size = posts.kind[rows], usual.vacancy.size
    number = np.bincount(kinds, minlength=size)
    return np.bincount(kinds, weights=yearly, minlength=size) / np.maximum(number, 1)
