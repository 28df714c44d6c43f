"""Why an evaluation flatters: what people report, taken apart with what only the model knows.

A person's own life without the programme says what would have happened anyway. It looks at the
files of those served; it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.experiment.evaluation.designs import before_after, matched, randomised_trial, truth
from sim.experiment.evaluation.estimates import Estimate, mean, rates
from sim.experiment.evaluation.files import Served


@dataclass(frozen=True)
class Reason:
    """One part of the story: a name, what it says in words, and how much."""

    name: str
    says: str
    unit: str
    amount: Estimate


# SD: whoever is moved by less did not take up what was offered; it is what passes along ties.
TOOK_UP = 0.02
SD, CONTACTS, LEVELS = "SD of loneliness", "contacts a person a year", "levels of need, 0 to 4"


def loneliness(files: Served, ruler: float) -> list[Reason]:
    """The before-after change in loneliness as a sum, and what untreated people show.

    What was reported = the effect + what befalls everybody + found at a bad moment + noise of
    answers, over those whose answers were had on both days.
    """
    seen = files.only(np.isfinite(files.floats("answer_after") + files.floats("twin_after")))
    reported = before_after(seen, ruler).loneliness
    effect = truth(seen, ruler).loneliness
    twins = seen.floats("twin_after") - seen.floats("felt_before")
    everybody = seen.floats("all_change")
    answers = seen.floats("answer_after") - seen.floats("answer_before")
    noise = answers - (seen.floats("felt_after") - seen.floats("felt_before"))
    alike = seen.floats("match_answer_after") - seen.floats("match_answer_before")
    return [
        Reason("reported", "what a before-after evaluation reports", SD, reported),
        Reason("effect", "of that, what the programme did", SD, effect),
        Reason(
            "everybody",
            "what befell everybody of their age and sex",
            SD,
            mean(everybody).over(ruler),
        ),
        Reason(
            "bad_moment",
            "they were met at a bad moment, and would have got better anyway (regression to the "
            "mean, seen on their own untreated twins)",
            SD,
            mean(twins - everybody).over(ruler),
        ),
        Reason(
            "answers", "chance in how they answered on the two days", SD, mean(noise).over(ruler)
        ),
        Reason(
            "untreated_alike",
            "what untreated people who gave the same answer on the day reported at the end",
            SD,
            mean(alike).over(ruler),
        ),
    ]


def selection(files: Served, ruler: float) -> list[Reason]:
    """How those served differ from others, seen and unseen by an evaluator."""
    hidden = files.floats("felt_before") - files.floats("match_felt_before")
    need = files.floats("need") - files.floats("match_need")
    off = matched(files, ruler).loneliness.value - truth(files, ruler).loneliness.value
    size = int(np.isfinite(need).sum())
    return [
        Reason(
            "lonelier_than_others",
            "those served were lonelier on the day than others of their age and sex",
            SD,
            mean(files.floats("felt_gap")).over(ruler),
        ),
        Reason(
            "lonelier_than_matched",
            "and lonelier than their matched people, which answers cannot show",
            SD,
            mean(hidden).over(ruler),
        ),
        Reason("needier_than_matched", "and more in need of care than they", LEVELS, mean(need)),
        Reason(
            "matching_misses",
            "so the matched evaluation is off the truth by",
            SD,
            Estimate(off, float("nan"), size),
        ),
    ]


def emergency(files: Served) -> list[Reason]:
    """The before-after change in emergency use as a sum: what was found, and what passed."""
    after = (1.0, files.floats("use_after"), files.floats("years_after"))
    before = (-1.0, files.floats("use_before"), files.floats("years_before"))
    twins = (files.floats("twin_use_after"), files.floats("twin_years_after"))
    unseen = (files.floats("undetected_use_after"), files.floats("undetected_years_after"))
    return [
        Reason(
            "reported", "what a before-after evaluation reports", CONTACTS, rates(after, before)
        ),
        Reason(
            "anyway",
            "of that, what would have happened anyway: bad spells pass, people grow older, some "
            "sicken and die",
            CONTACTS,
            rates((1.0, *twins), before),
        ),
        Reason(
            "case_finding",
            "need that the programme found, so that people sought help for it",
            CONTACTS,
            rates(after, (-1.0, *unseen)),
        ),
        Reason(
            "rest_of_effect",
            "everything else the programme did",
            CONTACTS,
            rates((1.0, *unseen), (-1.0, *twins)),
        ),
    ]


def only_lonely(files: Served, ruler: float, cut: float) -> list[Reason]:
    """The same evaluations among people who scored as lonely on the day, as services recruit.

    `cut` is the score from which an answer is "some of the time" or more. Choosing by the answer
    itself also chooses bad luck in answering, so the fall is larger with no more effect.
    """
    lonely = files.only(files.floats("answer_before") > cut)
    *first, last = _among(lonely, len(files), ruler, "who scored as lonely")
    trial = randomised_trial(lonely, ruler).loneliness
    return [*first, Reason("trial", "randomised trial among them", SD, trial), last]


def only_changed(files: Served, ruler: float) -> list[Reason]:
    """The same among people whom the programme changed, either way, by more than `TOOK_UP`.

    Published studies count participants; a connector's files hold everybody met, most of whom take
    up nothing. Only the model can choose by effect; the sign is not chosen, so the truth is not.
    """
    return _among(changed(files, ruler), len(files), ruler, "whom it changed")


def changed(files: Served, ruler: float) -> Served:
    """The people moved, either way, by more than `TOOK_UP`."""
    moved = np.abs(files.floats("felt_after") - files.floats("twin_after")) / ruler
    return files.only(np.nan_to_num(moved) > TOOK_UP)


def _among(some: Served, served: int, ruler: float, who: str) -> list[Reason]:
    """How many of those served these are, what a before-after reports of them, and the truth."""
    size = len(some)
    share = Estimate(size / max(served, 1), float("nan"), size)
    reported = before_after(some, ruler).loneliness
    return [
        Reason("share", f"share of those served {who}", "share", share),
        Reason("before_after", "before-after among them", SD, reported),
        Reason("truth", "the truth among them", SD, truth(some, ruler).loneliness),
    ]
