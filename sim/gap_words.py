"""The names of the funding gap's parts: the services it is worked out for and what can move it.

Looks at nothing, changes nothing. Kept apart so that lists of outcomes load nothing heavy.
"""

from __future__ import annotations

SERVICES: dict[str, str] = {  # care whose gap is worked out by service, as readers name it
    "home_care": "home care",
    "direct_payments": "direct payments",
    "supported_living": "supported living",
    "care_homes_18_64": "care homes, 18 to 64",
    "care_homes_65plus": "care homes, 65 or over",
}
MOVERS: dict[str, str] = {  # what can move the funding gap between two years, or two worlds
    "people": "people",
    "need": "need",
    "prices": "prices",
    "unpaid_care": "unpaid care",
    "community": "community help",
    "eligibility": "eligibility",
}
