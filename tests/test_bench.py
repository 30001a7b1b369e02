"""What the benchmark says about a figure and its target."""

from __future__ import annotations

import json

import pytest

from bench.events import BODY_BYTES, deal_event
from bench.results import Figure, exactly, number, percentile


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("rate", [1900, 2100, 2500], at_least=2000), "met"),
        (Figure("rate", [1500, 1600, 9000], at_least=2000), "missed by 20 %"),
        (Figure("rate", [1999], at_least=2000), "missed by 0.1 %"),
        (Figure("p99", [50], at_most=40), "missed by 25 %"),
        (Figure("refused", [3], at_most=0), "missed by 3"),
        (Figure("p50", [50]), ""),
    ],
)
def test_the_median_of_the_runs_meets_the_target_or_is_said_to_miss_it(figure, verdict):
    assert figure.verdict == verdict


def test_one_wrong_count_among_right_ones_is_a_miss():
    assert exactly("calls", [1, 1, 2], 1).verdict == "missed by 100 %"
    assert exactly("calls", [0, 0, 1], 0).verdict == "missed by 1"
    assert exactly("calls", [1, 1, 1], 1).verdict == "met"


def test_the_95th_percentile_is_a_value_that_was_seen():
    assert percentile(range(1, 21), 0.95) == 19
    assert percentile([7], 0.99) == 7


@pytest.mark.parametrize(
    ("value", "text"), [(12345.6, "12,346"), (3, "3"), (0.337, "0.34"), (89.04, "89.0")]
)
def test_numbers_have_as_many_digits_as_say_something(value, text):
    assert number(value) == text


def test_a_delivery_of_the_benchmark_has_the_usual_size_and_its_own_id():
    body = deal_event("event-1", 3307, 1)

    assert abs(len(body) - BODY_BYTES) < 20
    assert json.loads(body)["meta"]["id"] == "event-1"
