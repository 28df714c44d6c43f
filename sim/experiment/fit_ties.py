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
from sim.experiment.fit_contacts import contacts_by_age
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
    ever: list[Any] = field(default_factory=list)  # who had begun a friendship by some month

    def month(self, model: Any) -> None:
        """Note who has a friendship begun since the last look, ended by the next or not."""
        if self.before is not None:
            people, friends = model.world.people, model.world.ties.friends
            self.ever.append(people.id[_have(model, ~np.isin(friends.key, self.before[1]))])

    def look(self, model: Any) -> None:
        """Count ties; compare with those of a year ago, and after seven years with the first."""
        people, friends = model.world.people, model.world.ties.friends
        seen = shares_of_ties(model) | contacts_by_age(model) | clusters(model)
        if self.before is not None:
            seen |= _made(model, *self.before)
            ever = np.unique(np.concatenate(self.ever)) if self.ever else people.id[:0]
            stayed = np.isin(people.id, self.before[0])
            seen["made_ever"] = float(np.isin(people.id[stayed], ever).mean())
            self.ever = []
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
        contact = (
            "friends, neighbours, family and hub companions who live apart in the place, by the "
            "hours they bring; of friends alone {:.2f}; colleagues and strangers, whom the survey "
            "counts too, are not in the model"
        )
        for key, name, alone in (
            ("age_homophily_correlation_nonhousehold", "contact_correlation", "age_correlation"),
            ("contacts_within_10_years_of_age", "contact_within_10", "within_10"),
        ):
            friends = float(np.mean([look[alone] for look in self.looks]))
            tell(key, name, note=contact.format(friends))
        after = [look for look in self.looks if "made" in look]
        also = (
            f"; {np.mean([look['made'] for look in after]):.2f} with one alive now, "
            f"{np.mean([look['made_close'] for look in after]):.2f} if close by now"
            if after
            else ""
        )
        asked = "people here a year ago who have begun a friendship since, whether it lasts or not"
        tell("made_new_friend_last_year", "made_ever", note=asked + also)
        share, pairs = self.kept
        luck = math.sqrt(share * (1 - share) / pairs) if pairs else 0.0
        found.add("friend_retention_7y", share, "close friendships of the start still held by "
                  "people still here" if pairs else "needs seven years", luck)  # fmt: skip
        for degree in DEGREES:
            name = f"cluster_{degree}"
            value = float(np.mean([look[name] for look in self.looks]))
            wider = float(np.mean([look[f"{name}_some"] for look in self.looks]))
            found.add(
                f"contagion_rel_increase_{degree}_degree{'s' * (degree > 1)}", value,
                "how much oftener a person is often lonely if a friend "
                f"{degree} step{'s' * (degree > 1)} away is; some of the time or more "
                f"{wider:.2f}; never fitted",
            )  # fmt: skip


def _is_close(model: Any) -> Flags:
    friends = model.world.ties.friends
    return np.asarray(friends.strength > model.p.close_strength * FULL)


def shares_of_ties(model: Any) -> dict[str, float]:
    """How many friends people have by age, who chats, how alike in age friends are."""
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
        found[name] = float(_have(model, ties)[stayed].mean())
    return found


def _have(model: Any, ties: Flags) -> Flags:
    """Who holds at least one of these friendships."""
    friends = model.world.ties.friends
    has = np.zeros(len(model.world.people), dtype=np.bool_)
    has[friends.a[ties]] = True
    has[friends.b[ties & (friends.b >= 0)]] = True
    return has


def clusters(model: Any) -> dict[str, float]:
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
    chances = answer_shares(z, model.norms.thresholds, model.p.answer_noise)
    answers = {"": chances[:, -1], "_some": chances[:, -2:].sum(axis=1)}
    nearer = sparse.identity(size, dtype=np.float32, format="csr")
    reach, found = nearer, {}
    for degree in DEGREES:
        reach = ((reach @ step) > 0).astype(np.float32)
        apart = reach - reach.multiply(nearer)
        nearer = ((nearer + reach) > 0).astype(np.float32)
        friends_of = np.asarray(apart.sum(axis=1)).ravel().astype(np.float64)
        for name, lonely in answers.items():
            theirs = apart @ lonely
            others = friends_of - theirs
            if_lonely = (lonely * theirs).sum() / max(theirs.sum(), 1e-9)
            if_not = (lonely * others).sum() / max(others.sum(), 1e-9)
            more = float(if_lonely / if_not - 1.0) if if_not > 0 else math.nan
            found[f"cluster_{degree}{name}"] = more
    return found
