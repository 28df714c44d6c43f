"""Paid carers' jobs as a table: secure hours, pay, months in post, by who they are and work for.

Looks at posts and providers; changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.employers import Employer
from sim.units import THOUSAND
from sim.world.bands import ETHNICITIES
from sim.world.columns import Columns

if TYPE_CHECKING:
    import pandas as pd

    from sim.agents.market import Market
    from sim.model import CommunityModel

Flags = NDArray[np.bool_]
Monthly = dict[tuple[str, str], float]  # (group, measure) -> value


def workforce_table(model: CommunityModel) -> pd.DataFrame:
    """One row for all, each kind of employer, women, men and each ethnic group of workers.

    Indexed by (by, group). Columns: filled posts; share with secure hours, recruited overseas;
    pay in pounds an hour; months in post (means); vacancy_rate, and turnover_rate (leavers a year
    over workers, the run so far), which posts and providers tell for kinds of employer and all.
    A group nobody is in is left out.
    """
    import pandas as pd

    posts, market = model.posts, model.market
    filled = posts.filled
    groups: list[tuple[str, str, Flags]] = [("all", "all", np.ones(len(posts), dtype=np.bool_))]
    groups += [("employer", kind.name.lower(), posts.kind == kind) for kind in Employer]
    groups += [("sex", "female", posts.female), ("sex", "male", ~posts.female)]
    groups += [("ethnicity", name, posts.ethnicity == at) for at, name in enumerate(ETHNICITIES)]
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for by, group, among in groups:
        here = np.flatnonzero(filled & among)
        if not here.size:
            continue
        rows[by, group] = {
            "filled_posts": here.size,
            "secure_contract_share": float(posts.secure[here].mean()),
            "care_worker_pay_gbp_per_hour": float(posts.pay[here].mean(dtype=np.float64)),
            "months_in_post_mean": float(posts.months[here].mean()),
            "overseas_share": float(posts.overseas[here].mean()),
        }
        if by in ("all", "employer"):
            kinds = list(Employer) if by == "all" else [Employer[group.upper()]]
            rows[by, group] |= {
                "vacancy_rate": 1.0 - here.size / int(among.sum()),
                "turnover_rate": turnover(market, *kinds),
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=("by", "group"))
    return table


def by_group(posts: Columns, residents: int) -> Monthly:
    """This month's measures of filled posts for each kind of employer, sex and ethnic group.

    Keyed (group, measure) in the words of `sim.outcomes`: filled posts per 1,000 of `residents`,
    share with secure hours, mean pay in pounds an hour, mean months in post. A group nobody is in
    is left out. Means are over people: their sums do not depend on the order of rows.
    """
    rows = np.flatnonzero(posts.filled)
    secure, months = posts.secure[rows], posts.months[rows]
    pence = np.rint(posts.pay[rows].astype(np.float64) * THOUSAND)  # tenths of a penny add exactly
    found: Monthly = {}

    def tell(names: list[str], group: NDArray[np.int64]) -> None:
        size = len(names)
        number = np.bincount(group, minlength=size)

        def total(values: Any) -> NDArray[np.float64]:
            return np.bincount(group, weights=values, minlength=size).astype(np.float64)

        sums = (total(secure), total(pence) / THOUSAND, total(months))
        for at in np.flatnonzero(number).tolist():
            key, people = f"workers_{names[at]}", float(number[at])
            found[key, "filled_care_posts_per_1000"] = people / max(residents, 1) * THOUSAND
            found[key, "secure_contract_share"] = float(sums[0][at]) / people
            found[key, "care_worker_pay_gbp_per_hour"] = float(sums[1][at]) / people
            found[key, "months_in_post_mean"] = float(sums[2][at]) / people

    tell([kind.name.lower() for kind in Employer], posts.kind[rows].astype(np.int64))
    tell(["male", "female"], posts.female[rows].astype(np.int64))
    tell(list(ETHNICITIES), posts.ethnicity[rows].astype(np.int64))
    return found


def turnover(market: Market, *kinds: Employer) -> float:
    """Leavers a year over workers in these kinds of employer, the run so far; nan without any."""
    at = list(kinds)
    months = int(market.kind_worker_months[at].sum())
    return 12 * int(market.kind_leavers[at].sum()) / months if months else float("nan")
