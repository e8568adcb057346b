"""The metrics of the evaluation against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import metrics

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("text", "alternative", "found"),
    [
        ("It is reactivating sites.", "reactivat", True),
        ("It is inactivating sites.", "activat", False),
        ("He met her yesterday.", "yes", False),
        ("Yes, he did.", "yes", True),
        ("In the North.", "no", False),
        ("No.", "no", True),
        ("Xinhua reported it.", "Xi", False),
        ("On Xi’s invitation.", "Xi", True),
        ("On Xi’s invitation.", "Xi's invitation", True),
        ("the 80th anniversary", "80", True),
        ("about 1980", "80", False),
        ("some $60 billion", "$60", True),
        ("No, he stayed.", "No, ", True),
        ("It was no surprise.", "no, ", False),
        ("declared war", "Declare", True),
    ],
)
def test_alternatives_match_at_the_start_of_a_word_and_short_ones_as_words(
    text: str, alternative: str, found: bool
) -> None:
    assert metrics.contains(text, alternative) is found


def test_every_group_of_keys_needs_one_alternative() -> None:
    groups = [["Singapore"], ["Vietnam", "Hanoi"]]
    assert metrics.contains_keys("in Hanoi and Singapore", groups)
    assert not metrics.contains_keys("in Hanoi and Vietnam", groups)
    assert metrics.contains_keys("anything", [])


def test_citation_marks_are_removed_with_the_space_before_them() -> None:
    assert metrics.without_marks("He left [1]. She stayed [2, 3][4].") == "He left. She stayed."


def test_normal_form_of_squad_drops_articles_and_that_of_realtimeqa_keeps_them() -> None:
    assert metrics.normalize_answer("The  U.S. mainland, an aim!") == "us mainland aim"
    assert metrics.normalize_answer("The  U.S. mainland", drop_articles=False) == "the us mainland"


def test_exact_match_ignores_articles_case_and_punctuation() -> None:
    assert metrics.exact_match("the Financial Times.", "Financial times") == 1.0
    assert metrics.exact_match("Financial Times of London", "Financial Times") == 0.0


def test_token_f1_by_hand() -> None:
    # 2 words in common, 3 predicted, 4 expected: precision 2/3, recall 1/2, F1 = 2 * (1/3) / (7/6) = 4/7
    assert metrics.token_f1("his daughter Ju", "daughter Kim Ju Ae") == pytest.approx(4 / 7)
    assert metrics.token_f1("Beijing Beijing", "Beijing") == pytest.approx(2 / 3)
    assert metrics.token_f1("", "Beijing") == 0.0
    assert metrics.token_f1("Rome", "Beijing") == 0.0


def test_best_answer_counts_and_none_gives_zero() -> None:
    assert metrics.best_over_answers(metrics.exact_match, "May", ["by May", "May"]) == 1.0
    assert metrics.best_over_answers(metrics.exact_match, "May", []) == 0.0


def test_hits_and_reciprocal_rank_by_hand() -> None:
    relevant = [False, False, True, True]
    assert [metrics.hit_at(relevant, top_k) for top_k in (1, 2, 3)] == [0.0, 0.0, 1.0]
    assert metrics.reciprocal_rank(relevant) == pytest.approx(1 / 3)
    assert metrics.reciprocal_rank([False, False]) == 0.0
    assert metrics.reciprocal_rank([]) == 0.0


def test_calibration_error_by_hand() -> None:
    # bins (0.9, 1.0] with mean 0.95 and half right, (0.2, 0.3] with 0.25 and none right: (2 * 0.45 + 2 * 0.25) / 4
    confidences, right = [0.92, 0.98, 0.24, 0.26], [True, False, False, False]
    assert metrics.expected_calibration_error(confidences, right) == pytest.approx(0.35)


def test_edges_belong_to_the_bin_below_and_zero_to_the_first() -> None:
    bins = metrics.calibration_bins([0.0, 0.1, 0.7, 1.0], [True] * 4)
    assert [part.count for part in bins] == [2, 1, 1]
    assert bins[0].mean_confidence == pytest.approx(0.05)


def test_bins_of_equal_mass_have_equal_counts() -> None:
    confidences = [0.5, 0.51, 0.52, 0.53, 0.54, 0.99]
    bins = metrics.calibration_bins(confidences, [True] * 6, bins=3, equal_mass=True)
    assert [part.count for part in bins] == [2, 2, 2]
    # means 0.505, 0.525, 0.765, all right: (0.495 + 0.475 + 0.235) / 3
    error = metrics.expected_calibration_error(confidences, [True] * 6, bins=3, equal_mass=True)
    assert error == pytest.approx(1.205 / 3)


def test_without_answers_calibration_is_undefined() -> None:
    assert math.isnan(metrics.expected_calibration_error([], []))
    assert math.isnan(metrics.risk_coverage([], []).area)


def test_auroc_by_hand() -> None:
    # pairs (positive, negative): 0.9 over 0.4, 0.9 over 0.6, 0.5 over 0.4, 0.5 under 0.6
    assert metrics.auroc([0.9, 0.5, 0.4, 0.6], [True, True, False, False]) == pytest.approx(0.75)
    assert metrics.auroc([0.5, 0.5], [True, False]) == pytest.approx(0.5)
    assert math.isnan(metrics.auroc([0.5], [True]))


def test_risk_coverage_by_hand() -> None:
    curve = metrics.risk_coverage([0.2, 0.9, 0.6, 0.4], [False, True, False, True])
    assert curve.coverage == pytest.approx((0.25, 0.5, 0.75, 1.0))
    assert curve.risk == pytest.approx((0.0, 1 / 2, 1 / 3, 1 / 2))
    assert curve.area == pytest.approx(1 / 3)


def test_equal_confidences_share_their_risk_whatever_their_order() -> None:
    one = metrics.risk_coverage([0.5, 0.5, 0.9], [True, False, True])
    other = metrics.risk_coverage([0.5, 0.9, 0.5], [False, True, True])
    assert one == other
    assert one.risk == pytest.approx((0.0, 0.25, 1 / 3))


@given(PAIRS)
def test_figures_stay_in_range(pairs: list[tuple[float, bool]]) -> None:
    confidences, right = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    for equal_mass in (False, True):
        bins = metrics.calibration_bins(confidences, right, equal_mass=equal_mass)
        assert sum(part.count for part in bins) == len(pairs)
        assert 0 <= metrics.expected_calibration_error(confidences, right, equal_mass=equal_mass) <= 1
    curve = metrics.risk_coverage(confidences, right)
    assert curve.risk[-1] == pytest.approx(1 - sum(right) / len(right))
    assert 0 <= curve.area <= 1


@given(PAIRS)
def test_auroc_of_the_opposite_is_the_complement(pairs: list[tuple[float, bool]]) -> None:
    scores, positive = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    area = metrics.auroc(scores, positive)
    opposite = metrics.auroc(scores, [not label for label in positive])
    assert (math.isnan(area) and math.isnan(opposite)) or area + opposite == pytest.approx(1)


def test_bootstrap_interval_is_seeded_and_narrows_with_the_sample() -> None:
    few, many = [0.0, 1.0] * 10, [0.0, 1.0] * 200
    assert metrics.bootstrap_interval(few, seed=3) == metrics.bootstrap_interval(few, seed=3)
    wide, narrow = metrics.bootstrap_interval(few), metrics.bootstrap_interval(many)
    assert wide.low < 0.5 < wide.high
    assert narrow.high - narrow.low < wide.high - wide.low
    # the standard error of a share of 0.5 over 400 is 0.025: the interval is about 0.5 ± 1.96 * 0.025
    assert (narrow.low, narrow.high) == pytest.approx((0.451, 0.549), abs=0.006)


def test_bootstrap_interval_of_equal_values_is_a_point() -> None:
    assert metrics.bootstrap_interval([0.7] * 5) == metrics.Interval(pytest.approx(0.7), pytest.approx(0.7))
    assert math.isnan(metrics.bootstrap_interval([]).low)


def test_values_without_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="2 values came with 1 labels"):
        metrics.auroc([0.1, 0.2], [True])
