"""The outside world this month: what no council decides, such as a pandemic or a jump in prices.

Shocks set these fields at the start of each month; the rooms they touch read them. Neutral values
change nothing, to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from sim.parameters import Parameters

# Numbers of the month that meeting each other face to face multiplies.
_BY_CONTACT = (
    "friend_formation",
    "friend_warming",
    "company_friend",
    "company_kin",
    "company_neighbour",
    "companion_hours_outside",
)


@dataclass
class OutsideWorld:
    """One month outside: 1, True and 0 are as in ordinary times.

    `overseas_recruitment`, `care_price` and `contact` are multiples of the usual; `need_delay` is
    the share of requests for help put off; `mutual_aid` the share of residents helping neighbours
    in an emergency, called for by a plan or not.
    """

    overseas_recruitment: float = 1.0
    care_price: float = 1.0
    contact: float = 1.0
    hubs_open: bool = True
    need_delay: float = 0.0
    mutual_aid: float = 0.0
    mutual_aid_planned: bool = False

    def as_usual(self) -> None:
        """Back to ordinary times; rooms that hold this object see it at once."""
        for each in fields(self):
            setattr(self, each.name, each.default)

    def now(self, p: Parameters) -> Parameters:
        """The numbers of these times: `p` itself when people meet and ask as they always do."""
        if self.contact == 1.0 and self.need_delay == 0.0:
            return p
        factors = dict.fromkeys(_BY_CONTACT, self.contact)
        asks = [key for key in p if key.startswith("request_chance")]
        return p.scaled(factors | dict.fromkeys(asks, 1.0 - self.need_delay))
