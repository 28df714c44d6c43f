"""Writes docs/limits_figures.md: what docs/limits.md says that no command of the model prints.

Run `python docs/make_limits.py` (a few minutes on one processor) after a change that moves results.
A test runs it small and holds every figure that limits.md quotes to the page where it stands.
Only looks at runs; nothing here tunes anything.
"""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np

from sim.agents.employers import HOME_CARE, Employer
from sim.experiment.fit_contacts import contacts_by_age
from sim.experiment.fit_finding import judge
from sim.experiment.validate import observe
from sim.model import CommunityModel

PAGE = Path(__file__).parent / "limits_figures.md"
MARGINS = Path(__file__).parents[1] / "tests" / "margins.py"
SEED, MONTHS = 1, 12
FIRST_YEAR = {
    "account_4_flows_mean_spell_18_64": "years that long-term support lasts, 18 to 64",
    "account_2_hours_unmet_18_64": "unmet hours a week, 18 to 64",
    "request_outcome_long_term_support": "share of requests that end in long-term support",
    "account_1_people_council_community_clients_31_mar_2024_65plus": (
        "council clients at home on the opening day, 65 or over"
    ),
    "direct_payment_share_lts_2023_24": "share of clients with a direct payment",
    "shared_lives_people_england": "people in Shared Lives",
    "account_5_workforce_personal_assistants": "personal assistants paid with direct payments",
    "client_contributions_2024_25": "clients' contributions, billion pounds",
    "carers_left_employment": "carers out of work because of caring, after a year",
    "carers_care_outside_household_share": "share of carers who help outside their household",
}
PILOT_ENDS, SOONER, LATER = 30, 9, 18  # the money's last month, and the published span after it
FADING = {"ucla3_mean": "UCLA-3 score", "often_lonely_share": "people often lonely"}
COOP_YEARS = (2, 10)
TOP = """\
# Figures behind the limits

Written by `python docs/make_limits.py` on {day}. Do not edit: run it again.

[The limits](limits.md) quote figures. Most stand on a page that a command of the model writes;
those that no command prints are measured here, each by a few lines of `docs/make_limits.py`.
"""


def england(residents: int, years: int, seed: int) -> CommunityModel:
    """A baseline of England on the day the record opens."""
    return CommunityModel(
        place="England", residents=residents, years=years, plan="baseline", rng=seed, lives=False
    )


def first_year(residents: int, runs: int) -> list[str]:
    """Means over several first years of England, with the standard error of the mean."""
    seen = [
        {each.key: each for each in observe(england(residents, 1, SEED + at)).found}
        for at in range(runs)
    ]
    rows = []
    for key, words in FIRST_YEAR.items():
        values = np.array([one[key].value for one in seen])
        error = float(values.std(ddof=1)) / math.sqrt(runs)
        target = judge(seen[0][key]).target
        rows.append([words, _said(values.mean()), _said(error), _said(target), key])
    return _table(("figure", "model", "standard error", "published or account", "row"), rows)


def decade(residents: int, years: int) -> list[str]:
    """Ties and need on the opening day and at the end of one England."""
    model = england(residents, years, SEED)
    before = ties_and_need(model)
    model.run_for(years * MONTHS)
    after = ties_and_need(model)
    rows = [[words, _said(before[key]), _said(after[key]), key] for key, words in DECADE.items()]
    return _table(("figure", "at the start", "at the end", "row"), rows)


DECADE = {
    "contact_correlation": "correlation of the ages of people who meet",
    "contact_within_10": "contacts within ten years of age",
    "friends_in_the_place": "share of friendships with both ends in the place",
    "pairs_closed": "share of pairs of friendships that meet in one person which are closed",
    "severe_need_85": "share of people of 85 or over at need levels 3 and 4",
}


def ties_and_need(model: CommunityModel) -> dict[str, float]:
    """The figures of `DECADE`, this month."""
    people, friends = model.world.people, model.world.ties.friends
    inside = friends.b >= 0
    graph = nx.Graph()
    graph.add_edges_from(zip(friends.a[inside].tolist(), friends.b[inside].tolist(), strict=True))
    old = people.age_months >= 85 * MONTHS
    return contacts_by_age(model) | {
        "friends_in_the_place": float(inside.mean()),
        "pairs_closed": float(nx.transitivity(graph)),
        "severe_need_85": float((people.need[old] >= 3).mean()),
    }


def pilot(residents: int, members: int, years: int) -> list[str]:
    """How the gain of a pilot fades once its money has ended, the mean of paired runs."""
    worlds = {
        plan: np.mean([_by_month(plan, residents, years, SEED + at) for at in range(members)], 0)
        for plan in ("pilot_then_stop", "baseline")
    }
    rows = []
    for at, (measure, words) in enumerate(FADING.items()):
        gain = worlds["baseline"][at] - worlds["pilot_then_stop"][at]
        last, height = PILOT_ENDS - 1, int(gain.argmax())
        for key, what, value in (
            ("left", f"gain {LATER} months after the money over that at {SOONER}",
             gain[last + LATER] / gain[last + SOONER]),
            ("rises", "months that the gain still grows after the money",
             float(max(height - last, 0))),
            ("half_from_the_end", "months until half of the gain at the last pound is gone",
             _half(gain, last)),
            ("half_from_the_height", "months until half of the greatest gain is gone",
             _half(gain, height)),
        ):  # fmt: skip
            rows.append([f"{what}: {words}", _said(value), f"pilot_{key}_{measure}"])
    return _table(("figure", "model", "row"), rows)


def _by_month(plan: str, residents: int, years: int, seed: int) -> Any:
    """One row for each of `FADING`, one column a month; the same seed is the same people."""
    model = CommunityModel(
        place="Brighton and Hove", residents=residents, years=years, plan=plan, rng=seed,
        lives=False,
    )  # fmt: skip
    model.run_for(years * MONTHS)
    told = model.diary.table().query("group == 'all'").set_index("measure")
    return np.array([told.loc[measure].sort_values("month")["value"] for measure in FADING])


def _half(gain: Any, start: int) -> float:
    """Months from `start` until the gain is first half of what it was; nan if it stays above."""
    under = np.flatnonzero(gain[start:] <= gain[start] / 2)
    return float(under[0]) if under.size else math.nan


def coops(residents: int, members: int, years: Sequence[int]) -> list[str]:
    """Home care by community businesses under `care_coops_good_jobs`, all runs together."""
    theirs = np.zeros((len(years), 2))
    everyones = np.zeros((len(years), 2))
    for at in range(members):
        model = CommunityModel(
            place="Brighton and Hove", residents=residents, years=max(years),
            plan="care_coops_good_jobs", rng=SEED + at, lives=False,
        )  # fmt: skip
        for row, year in enumerate(years):
            model.run_for(year * MONTHS - model.month)
            theirs[row] += _served(model, Employer.COMMUNITY_BUSINESS)
            everyones[row] += _served(model, *HOME_CARE)
    rows = []
    for row, year in enumerate(years):
        for column, what in enumerate(("clients", "hours")):
            share = theirs[row, column] / max(everyones[row, column], 1.0)
            words = f"share of home care's {what} with co-ops after {year} years"
            rows.append([words, _said(share), f"coops_{what}_year_{year}"])
    return _table(("figure", "model", "row"), rows)


def _served(model: CommunityModel, *kinds: Employer) -> tuple[int, float]:
    """Clients of these providers this month, and their hours."""
    there = model.market.of(*kinds)
    clients = np.isin(model.world.people.provider, [each.row for each in there]).sum()
    return int(clients), sum(each.commissioned_minutes for each in there) / 60


def margins() -> ModuleType:
    """The table of margins, which tests hold to account too."""
    spec = importlib.util.spec_from_file_location("margins", MARGINS)
    if spec is None or spec.loader is None:
        raise ImportError("tests/margins.py is missing")
    room = importlib.util.module_from_spec(spec)
    sys.modules["margins"] = room
    spec.loader.exec_module(room)
    return room


def _said(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return "n/a"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "--:|" * (len(heads) - 2) + "---|"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def page(
    england_of: int = 60_000, runs: int = 6, town_of: int = 10_000, members: int = 6,
    years: int = 10, places: str = "",
) -> str:  # fmt: skip
    """The whole page; smaller sizes are for the test, `places` stands in for the last table."""
    parts = [
        TOP.format(day=f"{datetime.now(UTC):%Y-%m-%d}"),
        "## England's first year\n",
        f"Mean of {runs} baselines of {england_of:,} residents, seeds {SEED} to {SEED + runs - 1}. "
        "A row with a published figure or a line of the account is in the registry "
        "(`python -m sim evidence ROW`).\n",
        *first_year(england_of, runs),
        "\n## England over the years\n",
        f"One baseline of {england_of:,} residents, seed {SEED}, {years} years.\n",
        *decade(england_of, years),
        "\n## A pilot that stops\n",
        f"`pilot_then_stop` less the baseline in Brighton and Hove: mean of {members} paired runs "
        f"of {town_of:,} residents, {years} years. Its money ends after {PILOT_ENDS} months.\n",
        *pilot(town_of, members, years),
        "\n## Care co-ops\n",
        f"`care_coops_good_jobs` in Brighton and Hove: {members} runs of {town_of:,} residents "
        "together. A tenth of hours is sought at first, a quarter after five years.\n",
        *coops(town_of, members, [min(each, years) for each in COOP_YEARS]),
        "\n## How near a place's people come to its own data\n",
        "Model / data on the opening day at about 10,000 residents, three seeds "
        "(`python tests/margins.py` prints this table alone). Homes: shares; cars and disability "
        "of the sampled neighbourhoods, one-person homes and carers of the whole council. People: "
        "ratios to England, because the model's survey disability and carers aged 16 or over are "
        "not the Census's own counts.\n",
        places or margins().table(),
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
