"""What is known of a council's own prices and volume of care, relative to England or counted.

Looks at the place data: what councils paid for care homes in 2016/17 (the only year published by
council), care workers' pay by region, and long-term clients in March 2021. Changes nothing. Where
nothing was published for this very council the reason is given with the value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from sim.world.place_data import councils, number, rule
from sim.world.place_facts import Column, _from_table, _published, _table

_SETTING = "utla_asc_spend_by_setting_2016_17.csv"
_CLIENTS = "utla_ascof_activity_2020_21.csv"
_KINDS = {
    "65plus": ("residential_65plus", "nursing_65plus"),
    "18_64": ("residential_18_64",),
}
_REGION = "price missing or not believed: median of its region"


def columns() -> dict[str, Column]:
    """The council's own care prices over England's, and its clients at home."""
    found = {
        f"care_home_price_ratio_{group}": Column(
            "ratio to England", "ASC-FR 2016/17 unit prices", "older", _price(group), share=True
        )
        for group in _KINDS
    }
    found["home_care_price_ratio"] = Column(
        "ratio to England", "no price by council is published", "older", _home_care, share=True
    )
    for group, over in (("18_64", "adults"), ("65plus", "older")):
        cell = f"community_longterm_clients_{group}_31mar"
        read = _from_table(_CLIENTS, cell, over)
        source = "ASCOF March 2021, a pandemic year"
        found[f"community_clients_{group}"] = Column("people", source, over, read)
    return found


@cache
def _england(kind: str) -> float:
    """England's price a week: councils' prices weighted by their weeks."""
    rows = [_table(_SETTING)[code] for code in councils() if code in _table(_SETTING)]
    weeks = np.array([number(row[f"weeks_{kind}"]) for row in rows])
    price = np.array([number(row[f"gbp_per_week_{kind}"]) for row in rows])
    known = ~(np.isnan(weeks) | np.isnan(price))
    return float(weeks[known] @ price[known] / weeks[known].sum())


@cache
def own_price(code: str, group: str) -> float:
    """A council's price over England's at its own mix of homes; nan where none is believed."""
    paid = expected = 0.0
    for kind in _KINDS[group]:
        price = _published(_SETTING, f"gbp_per_week_{kind}", code)
        weeks = _published(_SETTING, f"weeks_{kind}", code)
        if not (math.isnan(price) or math.isnan(weeks)):
            paid += weeks * price
            expected += weeks * _england(kind)
    return paid / expected if expected > 0 else math.nan


def _price(group: str) -> Callable[[str], tuple[float, str]]:
    """Reader of a price ratio, held within what nine in ten councils pay."""

    def held(ratio: float) -> float:
        return min(max(ratio, rule("price_ratio_least")), rule("price_ratio_most"))

    def read(code: str) -> tuple[float, str]:
        own = own_price(code, group)
        if math.isnan(own):
            region = councils()[code]["region"]
            same = [own_price(each, group) for each in councils() if _in(each, region)]
            return held(float(np.nanmedian(same))), _REGION
        return held(own), ""

    return read


def _in(code: str, region: str) -> bool:
    return councils()[code]["region"] == region


def _home_care(code: str) -> tuple[float, str]:
    """Home care follows care workers' pay by region, as far as pay makes its price."""
    pay = {"London": rule("care_pay_london"), "North West": rule("care_pay_north_west")}
    ratio = pay.get(councils()[code]["region"], 1.0)
    why = "region's pay of care workers" if ratio != 1.0 else "taken as England's"
    return 1.0 + rule("care_pay_share_of_price") * (ratio - 1.0), why
