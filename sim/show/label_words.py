"""What each of the four trust labels means, in plain words, for whoever meets one on a page.

Looks at the rule's own thresholds, so that words and rule cannot disagree; changes nothing.
"""

from __future__ import annotations

from sim.experiment.trust import Label, threshold


def meanings() -> list[tuple[str, str]]:
    """Each label with what it says of a figure, the strongest first."""
    sure, probable = (
        f"{100 * threshold(f'{each}_sign_agreement'):.0f} in every 100"
        for each in ("well", "direction")
    )
    many, some = (f"{threshold(f'{each}_least_draws'):.0f}" for each in ("well", "direction"))
    weak, assumed = (f"{threshold(each):.0%}" for each in ("well_most_c_d", "illustration_most_d"))
    said = {
        Label.WELL_SUPPORTED: (
            f"{many} runs or more, and at least {sure} agree which way it goes. It goes the same "
            f"way under other rules that might be true. At most {weak} of its spread comes from "
            "weak evidence. The model met most real figures kept aside to test it."
        ),
        Label.DIRECTION_PROBABLE: (
            f"{some} runs or more, and at least {probable} agree which way it goes. Trust which "
            "way, but not how much."
        ),
        Label.EITHER_WAY: (
            "The runs are too few, or do not agree, or another rule that might be true turns it "
            "round. Do not say that it helps or harms."
        ),
        Label.ILLUSTRATION: (
            f"Over {assumed} of its spread comes from our own guesses, or nobody knows how much "
            "does, or no real figure can test it, or the plan is unlike any we tested. It shows "
            "how the model works. Do not quote it as an effect."
        ),
    }
    return [(label.value, said[label]) for label in Label]
