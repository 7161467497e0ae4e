"""What is made of a frame, kept for the next question."""

from __future__ import annotations

import gc

import polars as pl

from appoints.results.kept import Kept


def made_of(kept: Kept, frame: pl.DataFrame, key: str = "sum", size: int = 1) -> list[int]:
    return kept.of(frame, key, lambda: [int(frame["a"].sum())], lambda _: size)


def test_it_is_made_once_for_a_frame_and_a_key() -> None:
    kept, one, other = Kept(10), pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [2]})
    first = made_of(kept, one)
    assert made_of(kept, one) is first
    assert made_of(kept, one, "other key") is not first
    assert made_of(kept, other) == [2]
    assert kept.has(one, "sum") and not kept.has(other, "other key")


def test_frames_that_are_alike_share_nothing() -> None:
    kept, one = Kept(10), pl.DataFrame({"a": [1]})
    assert made_of(kept, one.clone()) is not made_of(kept, one)


def test_a_frame_in_the_place_of_one_that_is_gone_is_another() -> None:
    kept = Kept(1000)
    for number in range(100):
        assert made_of(kept, pl.DataFrame({"a": [number]})) == [number]


def test_what_was_used_longest_ago_makes_room() -> None:
    kept, one = Kept(10), pl.DataFrame({"a": [1]})
    for key in ("a", "b", "a", "c"):
        made_of(kept, one, key, 4)
    assert [kept.has(one, key) for key in "abc"] == [True, False, True]
    made_of(kept, one, "too large for it", 11)
    assert not kept.has(one, "too large for it")


def test_what_was_made_of_a_frame_that_is_gone_takes_no_room() -> None:
    kept, one, other = Kept(10), pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [2]})
    made_of(kept, one, "a", 4)
    made_of(kept, other, "a", 4)
    del one
    gc.collect()
    made_of(kept, other, "b", 6)
    assert kept.has(other, "a") and kept.has(other, "b")
