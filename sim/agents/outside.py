"""The world outside the place, as far as shocks may turn it: plain settings, nothing acts.

Looks at nothing, changes nothing. Rooms read the field that is theirs; 1 (or True) is as usual.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class OutsideWorld:
    """What reaches a place from outside this month; every field is a multiplier but `hubs_open`.

    `overseas_recruitment` of recruits from abroad, `care_price` of the yearly real growth of what
    care costs providers, `contact` of meeting others, `need_delay` of asking for care.
    """

    overseas_recruitment: float = 1.0
    care_price: float = 1.0
    contact: float = 1.0
    hubs_open: bool = True
    need_delay: float = 1.0
