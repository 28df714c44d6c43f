"""Friends and neighbours along the decade, against surveys of friendship and contact.

Looks at friendships and neighbours once a year; changes nothing. A close friend is a friendship
stronger than `close_strength`. Contact surveys count everybody met in a day, at work too, so
friends need not agree with them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.agents.feelings import answer_shares
from sim.experiment.fit_finding import Findings, Flags
from sim.world.bands import PENSION_AGE
from sim.world.ties import FULL

CLOSE = {"0": (0, 0), "1": (1, 1), "2_3": (2, 3), "4_5": (4, 5), "6_plus": (6, 10_000)}
KEPT_FOR_MONTHS = 84  # the panel came back after seven years
DEGREES = (1, 2, 3)


@dataclass
class Friendships:
    """Yearly looks at ties, and the friendships of a year ago and of the start."""

    looks: list[dict[str, float]] = field(default_factory=list)
    people: int = 0
    before: tuple[Any, Any] | None = None  # everyone's identity, every friendship's key
    first: tuple[Any, Any] | None = None  # identity and key, for each end of a close friendship
    kept: tuple[float, int] = (math.nan, 0)

    def look(self, model: Any) -> None:
        """Count ties; compare with those of a year ago, and after seven years with the first."""
        people, friends = model.world.people, model.world.ties.friends
        seen = _shares(model) | _clusters(model)
        if self.before is not None:
            seen |= _made(model, *self.before)
        else:
            close = _is_close(model)
            inside = close & (friends.b >= 0)
            ends = np.concatenate([friends.a[close], friends.b[inside]])
            self.first = (
                people.id[ends].copy(), np.concatenate([friends.key[close], friends.key[inside]])
            )  # fmt: skip
        self.before = (people.id.copy(), friends.key.copy())
        self.people = len(people)
        self.looks.append(seen)
        if model.month == KEPT_FOR_MONTHS and self.first is not None:
            here = np.isin(self.first[0], people.id)
            still = np.isin(self.first[1][here], friends.key)
            self.kept = (float(still.mean()), still.size)

    def report(self, found: Findings) -> None:
        """Turn what was seen into findings."""
        words = "mean of the yearly looks"
        size = max(self.people, 1)

        def tell(key: str, name: str, part: float = 1.0, note: str = words) -> None:
            values = [look[name] for look in self.looks if name in look]
            share = float(np.mean(values)) if values else math.nan
            luck = math.sqrt(max(share * (1 - share), 0.0) / (size * part)) if values else 0.0
            found.add(key, share, note if values else "the run is too short", luck)

        for name in CLOSE:
            tell(f"close_friends_{name}", f"close_{name}")
        for name in ("16_24", "40_plus"):
            tell(f"no_close_friends_{name}", f"none_{name}", self.looks[-1][f"part_{name}"])
        for year in ("2019_20", "2021_22"):
            tell(f"chat_neighbours_monthly_{year}", "chat")
        young, old = (self.looks[-1][f"part_{name}"] for name in ("16_24", "65_plus"))
        tell("chat_neighbours_monthly_16_24", "chat_16_24", young)
        tell("chat_neighbours_monthly_16_24_2021_22", "chat_16_24", young)
        tell("chat_neighbours_monthly_65_plus", "chat_65_plus", old)
        contact = "in-place friends of any strength; the survey counts all contacts outside home"
        tell("age_homophily_correlation_nonhousehold", "age_correlation", note=contact)
        tell("contacts_within_10_years_of_age", "within_10", note=contact)
        close = [look["made_close"] for look in self.looks if "made_close" in look]
        also = f"; {np.mean(close):.2f} with one that is close by then" if close else ""
        tell("made_new_friend_last_year", "made", note="people here twelve months ago with a "
             "friendship begun since and alive now, of any strength" + also)  # fmt: skip
        share, pairs = self.kept
        luck = math.sqrt(share * (1 - share) / pairs) if pairs else 0.0
        found.add("friend_retention_7y", share, "close friendships of the start still held by "
                  "people still here" if pairs else "needs seven years", luck)  # fmt: skip
        for degree in DEGREES:
            name = f"cluster_{degree}"
            value = float(np.mean([look[name] for look in self.looks]))
            found.add(
                f"contagion_rel_increase_{degree}_degree{'s' * (degree > 1)}", value,
                "how much oftener a person is lonely (some of the time or more) if a friend "
                f"{degree} step{'s' * (degree > 1)} away is; never fitted",
            )  # fmt: skip


def _is_close(model: Any) -> Flags:
    friends = model.world.ties.friends
    return np.asarray(friends.strength > model.p.close_strength * FULL)


def _shares(model: Any) -> dict[str, float]:
    people, friends = model.world.people, model.world.ties.friends
    size, years = len(people), people.age_months // 12
    close = _is_close(model)
    number = np.bincount(friends.a[close], minlength=size)
    number += np.bincount(friends.b[close & (friends.b >= 0)], minlength=size)
    found = {
        f"close_{name}": float(((number >= low) & (number <= high)).mean())
        for name, (low, high) in CLOSE.items()
    }
    young, grown, old = years < 25, years >= 40, years >= PENSION_AGE
    chats = model.world.ties.neighbours.count(size) > 0
    for name, here in (("16_24", young), ("40_plus", grown), ("65_plus", old)):
        found[f"part_{name}"] = float(here.mean())
        found[f"none_{name}"] = float((number[here] == 0).mean())
        found[f"chat_{name}"] = float(chats[here].mean())
    found["chat"] = float(chats.mean())
    inside = friends.b >= 0
    a, b = years[friends.a[inside]].astype(float), years[friends.b[inside]].astype(float)
    both = np.concatenate([a, b]), np.concatenate([b, a])
    found["age_correlation"] = float(np.corrcoef(*both)[0, 1])
    found["within_10"] = float((np.abs(a - b) <= 10).mean())
    return found


def _made(model: Any, ids: Any, keys: Any) -> dict[str, float]:
    """Share of people here a year ago who have a friendship begun since."""
    people, friends = model.world.people, model.world.ties.friends
    new, close = ~np.isin(friends.key, keys), _is_close(model)
    stayed = np.isin(people.id, ids)
    found = {}
    for name, ties in (("made", new), ("made_close", new & close)):
        has = np.zeros(len(people), dtype=np.bool_)
        has[friends.a[ties]] = True
        has[friends.b[ties & (friends.b >= 0)]] = True
        found[name] = float(has[stayed].mean())
    return found


def _clusters(model: Any) -> dict[str, float]:
    """How much oftener people are lonely if somebody one, two or three friendships away is.

    Chances stand in for answers, whose noise is each person's own.
    """
    from scipy import sparse

    people, friends = model.world.people, model.world.ties.friends
    size, inside = len(people), friends.b >= 0
    a, b = friends.a[inside], friends.b[inside]
    step = sparse.coo_matrix((np.ones(a.size, dtype=np.float32), (a, b)), (size, size)).tocsr()
    step = ((step + step.T) > 0).astype(np.float32)
    z = people.z.astype(np.float64)
    lonely = answer_shares(z, model.norms.thresholds, model.p.answer_noise)[:, -2:].sum(axis=1)
    nearer = sparse.identity(size, dtype=np.float32, format="csr")
    reach, found = nearer, {}
    for degree in DEGREES:
        reach = ((reach @ step) > 0).astype(np.float32)
        apart = reach - reach.multiply(nearer)
        nearer = ((nearer + reach) > 0).astype(np.float32)
        friends_of = np.asarray(apart.sum(axis=1)).ravel().astype(np.float64)
        theirs = apart @ lonely
        if_lonely = (lonely * theirs).sum() / max(theirs.sum(), 1.0)
        if_not = (lonely * (friends_of - theirs)).sum() / max((friends_of - theirs).sum(), 1.0)
        found[f"cluster_{degree}"] = float(if_lonely / if_not - 1.0) if if_not > 0 else math.nan
    return found
