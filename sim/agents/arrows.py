"""Arrows: the ways an effect travels, and how a plan's file cuts one for a whole run.

Looks at which arrows a plan cuts; changes the numbers the effect runs on, once, after the world
is made, so that everybody starts alike. A cut arrow carries exactly nothing, in today's places
and in the plan's. Compare with a baseline whose arrows are cut too.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.errors import UserMistake
from sim.parameters import Parameters

# Arrow -> the numbers its effect runs on, and the value at which it carries nothing.
CUTS: dict[str, dict[str, float]] = {
    "meet": {"hub_table_time_share": 0.0},
    "company": {"company_hub": 0.0, "strain_relief_company": 0.0},
    "purpose": {"feeling_volunteering": 0.0},
    "companions_help": {"companion_help_minutes": 0.0},
    "informal_hours": {
        "volunteer_care_share": 0.0,
        "appeal_care_share": 0.0,
        "mutual_aid_hours_per_month": 0.0,
    },
    "lift": {"hub_minibus_trips_per_session": 0.0},
    "connect": {
        "referral_accepts_share": 0.0,
        "accompanied_accepts_share": 0.0,
        "bedside_home_share": 0.0,
        "connector_contact_share": 0.0,
    },
    "detect": {"unmet_need_discovery_uplift": 1.0},
    "befriend": {
        "company_visit": 0.0,
        "online_company_per_kin": 0.0,
        "homeshare_hours_per_week": 0.0,
        "keyring_volunteer_hours_per_week": 0.0,
    },
    "carer_breaks": {"strain_relief_support": 0.0},
    "prevention": {"prevention_squeeze_felt": 0.0},
}


def cut(p: Parameters, whole: Mapping[str, bool]) -> Parameters:
    """The same numbers, those of cut arrows (False in `whole`) at the value that does nothing.

    Raises UserMistake for an arrow along which nothing runs.
    """
    gone = [arrow for arrow, kept in whole.items() if not kept]
    if not gone:
        return p
    idle = [arrow for arrow in gone if not CUTS[arrow]]
    if idle:
        raise UserMistake(
            f"arrows.{idle[0]} = false: nothing in this model runs along it yet, so there is "
            "nothing to cut. Remove the line."
        )
    return p.replaced({key: value for arrow in gone for key, value in CUTS[arrow].items()})
