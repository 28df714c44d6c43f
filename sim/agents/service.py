"""Providers of paid care and the people who work for them.

Looks at fees, pay and hours commissioned; changes posts, who fills them, and the hours a provider
can deliver. A post is a row: a care worker comes, stays some months and leaves; better pay and
secure hours keep them longer. The next worker in a post has an identity of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents.agentset import ColumnAgent
from sim.luck import Decision, Luck, mix_ids, text_key
from sim.parameters import Parameters
from sim.units import chance_per_month
from sim.world.columns import Column, Columns

if TYPE_CHECKING:
    from sim.model import CommunityModel

POST_COLUMNS: dict[str, Column] = {
    "id": Column(np.uint64, 0, "identity of the post"),
    "employer": Column(np.int16, 0, "row of the service"),
    "filled": Column(np.bool_, False, "somebody works in the post"),
    "spell": Column(np.int32, 0, "workers there have been in the post", low=0),
    "worker": Column(np.uint64, 0, "identity of the worker, 0 when vacant"),
    "months": Column(np.int16, 0, "months in post", "months", low=0),
    "secure": Column(np.bool_, False, "guaranteed hours, not zero hours"),
    "female": Column(np.bool_, False, "the worker is a woman"),
    "pay": Column(np.float32, 0, "pay", "pounds an hour", low=0),
}


class PaidCarer(ColumnAgent):
    """A care worker in a post: a view of one row of the workforce."""


class Service(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """One provider: posts, fee, sustainable price and the minutes a week it can deliver."""

    def __init__(self, model: CommunityModel, kind: str, fee: float, price: float) -> None:
        super().__init__(model)
        self.kind = kind
        self.fee_gbp_per_hour = fee
        self.price_gbp_per_hour = price
        self.pay_ratio = 1.0
        self.deliverable_minutes = 0
        self.commissioned_minutes = 0
        self.row = 0
        self.posts_opened = 0

    @property
    def margin(self) -> float:
        """Fee over sustainable price, less one."""
        return self.fee_gbp_per_hour / self.price_gbp_per_hour - 1.0

    @property
    def delivered_share(self) -> float:
        """Share of commissioned minutes that can be staffed, at most one."""
        if self.commissioned_minutes <= 0:
            return 1.0
        return min(1.0, self.deliverable_minutes / self.commissioned_minutes)

    def posts_wanted(self, minutes_wanted: int, p: Parameters) -> int:
        """Posts an employer keeps for so many minutes a week, the usual vacancies included."""
        filled = minutes_wanted / p.contact_minutes_per_post
        return int(np.ceil(filled / (1.0 - p.vacancy_rate_homecare_2023_24)))

    def open_posts(self, posts: Columns, wanted: int, p: Parameters, luck: Luck) -> None:
        """Keep `wanted` posts: new ones start vacant; of too many, vacant ones are given up."""
        rows = np.flatnonzero(posts.employer == self.row)
        vacant = rows[~posts.filled[rows]]
        if rows.size > wanted and vacant.size:
            surplus = vacant[np.argsort(posts.id[vacant])][: rows.size - wanted]
            posts.remove(surplus)
        if wanted <= rows.size:
            return
        ordinal = (self.posts_opened + np.arange(wanted - rows.size)).astype(np.uint64)
        self.posts_opened += wanted - rows.size
        ids = mix_ids(text_key(self.kind), ordinal)
        secure = ~luck.happens(Decision.WORKER, ids, -1, p.zero_hours_share_homecare_careworkers)
        posts.append(
            {
                "id": ids,
                "employer": np.full(ids.size, self.row, dtype=np.int16),
                "secure": secure,
                "pay": np.full(ids.size, p.pay_care_worker_gbp_per_hour, dtype=np.float32),
            }
        )

    def raise_pay(self, uplift_gbp_per_hour: float, p: Parameters) -> None:
        """Pass the usual share of a better fee on to pay."""
        rise = uplift_gbp_per_hour * p.fee_passed_to_pay
        self.pay_ratio = max(1.0 + rise / p.pay_care_worker_gbp_per_hour, 0.0)

    def hire_and_lose(self, posts: Columns, p: Parameters, luck: Luck, month: int) -> int:
        """One month of the workforce: leavers, then hires into posts that stood vacant."""
        mine = np.flatnonzero(posts.employer == self.row)
        filled = posts.filled[mine]
        ten_per_cent = (self.pay_ratio - 1.0) * 100 / p.wage_step_per_cent
        usual = p.turnover_base + p.wage_effect_on_job_separation * ten_per_cent
        yearly = usual + np.where(posts.secure[mine], 0.0, p.zero_hours_turnover_gap)
        yearly = yearly + np.where(posts.months[mine] < 12, p.turnover_new_worker_extra, 0.0)
        leave = filled & luck.happens(
            Decision.LEAVER, posts.worker[mine], month, chance_per_month(np.clip(yearly, 0, 1))
        )
        vacant = ~filled
        chance = min(p.hire_chance_per_month * self.pay_ratio**p.hire_pay_elasticity, 1.0)
        abroad = p.overseas_share_of_hires * (1.0 - self.model.outside.overseas_recruitment)
        hire = vacant & luck.happens(Decision.HIRE, posts.id[mine], month, chance * (1.0 - abroad))
        rows = mine[leave]
        posts.filled[rows] = False
        posts.worker[rows] = 0
        posts.months[mine[filled & ~leave]] += 1
        self._fill(posts, mine[hire], p, luck)
        return int(leave.sum())

    def _fill(self, posts: Columns, rows: NDArray[np.int64], p: Parameters, luck: Luck) -> None:
        posts.spell[rows] += 1
        posts.filled[rows] = True
        posts.months[rows] = 0
        worker = mix_ids(posts.id[rows], posts.spell[rows].astype(np.uint64))
        posts.worker[rows] = worker
        posts.female[rows] = luck.happens(Decision.WORKER, worker, 0, p.female_share_2021_22)
        posts.pay[rows] = p.pay_care_worker_gbp_per_hour * self.pay_ratio

    def fill_at_start(self, posts: Columns, p: Parameters, luck: Luck) -> None:
        """Fill all but the usual vacancies in April 2024, with months in post spread out."""
        mine = np.flatnonzero(posts.employer == self.row)
        full = luck.uniform(Decision.POST_FILLED, posts.id[mine], 0)
        rows = mine[full >= p.vacancy_rate_homecare_2023_24]
        self._fill(posts, rows, p, luck)
        tenure = luck.exponential(Decision.POST_FILLED, posts.id[rows], 1)
        posts.months[rows] = (tenure * 12 / p.turnover_base).astype(np.int16)

    def staff(self, posts: Columns, p: Parameters) -> None:
        """Minutes a week the filled posts can deliver."""
        filled = int((posts.filled & (posts.employer == self.row)).sum())
        self.deliverable_minutes = int(filled * p.contact_minutes_per_post)
