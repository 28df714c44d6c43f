"""Promises: labels come from the rule, the worse is taken, and each says what would raise it."""

from dataclasses import replace

import pytest

from sim.experiment.trust import Facts, Label, judge, threshold, thresholds

BEST = Facts(
    sign_agreement=0.99,
    draws=200,
    share_from_c_d=0.1,
    share_from_d=0.05,
    rules_tried=("sceptic", "face_value"),
    held_out="passed",
)


def test_a_headline_that_meets_every_condition_is_well_supported():
    trust = judge(BEST)
    assert trust.label is Label.WELL_SUPPORTED
    assert trust.why_not_higher == "" and trust.would_raise == ""


@pytest.mark.parametrize(
    ("change", "label", "word"),
    [
        ({"sign_agreement": 0.94}, Label.DIRECTION_PROBABLE, "94%"),
        ({"draws": 39}, Label.DIRECTION_PROBABLE, "39 parameter draws"),
        ({"share_from_c_d": 0.26}, Label.DIRECTION_PROBABLE, "26%"),
        ({"held_out": "failed"}, Label.DIRECTION_PROBABLE, "missed"),
        ({"rules_tried": ()}, Label.DIRECTION_PROBABLE, "no other rule sets"),
        ({"rules_unsure": ("sceptic",)}, Label.DIRECTION_PROBABLE, "sceptic"),
        ({"sign_agreement": 0.79}, Label.EITHER_WAY, "79%"),
        ({"draws": 5}, Label.EITHER_WAY, "too few"),
        ({"sign_agreement": None}, Label.EITHER_WAY, "too few"),
        ({"rules_reversed": ("first come",)}, Label.EITHER_WAY, "first come"),
        ({"share_from_d": 0.51}, Label.ILLUSTRATION, "51%"),
        ({"share_from_d": None, "share_from_c_d": None}, Label.ILLUSTRATION, "not yet screened"),
        ({"held_out": "none"}, Label.ILLUSTRATION, "kept aside"),
        ({"outside_range": "30 years"}, Label.ILLUSTRATION, "30 years"),
    ],
)
def test_one_condition_that_fails_lowers_the_label_and_is_named(change, label, word):
    trust = judge(replace(BEST, **change))
    assert trust.label is label
    assert word in trust.why_not_higher
    assert trust.would_raise


def test_the_borders_belong_to_the_better_side():
    on_the_border = replace(
        BEST,
        sign_agreement=threshold("well_sign_agreement"),
        share_from_c_d=threshold("well_most_c_d"),
        draws=int(threshold("well_least_draws")),
    )
    assert judge(on_the_border).label is Label.WELL_SUPPORTED
    lowest = replace(
        BEST,
        sign_agreement=threshold("direction_sign_agreement"),
        share_from_d=threshold("illustration_most_d"),
    )
    assert judge(lowest).label is Label.DIRECTION_PROBABLE


def test_the_worst_failing_condition_decides():
    both = replace(BEST, sign_agreement=0.5, share_from_d=0.9)
    assert judge(both).label is Label.ILLUSTRATION


def test_more_agreement_never_lowers_a_label():
    ranks = [
        judge(replace(BEST, sign_agreement=share / 100)).label.rank for share in range(50, 101)
    ]
    assert ranks == sorted(ranks, reverse=True)
    assert set(ranks) == {0, 1, 2}


def test_every_threshold_says_what_it_decides_and_where_it_comes_from():
    for each in thresholds().values():
        assert each.what and each.source
        assert each.value > 0
