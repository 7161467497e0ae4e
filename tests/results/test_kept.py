"""What is made of a frame, kept for the next question."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

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


def test_of_several_who_ask_at_once_one_makes_it() -> None:
    kept, frame, made, begun = Kept(10), pl.DataFrame({"a": [1]}), list[int](), Event()

    def make() -> int:
        begun.set()
        sleep(0.05)  # long enough for all others to ask
        made.append(1)
        return len(made)

    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(kept.of, frame, "key", make, lambda _: 1) for _ in range(4)]
        assert begun.wait(10)
    assert {each.result() for each in asked} == {1} and made == [1]


def test_whoever_waits_for_one_that_fails_makes_it_too() -> None:
    kept, frame, tries = Kept(10), pl.DataFrame({"a": [1]}), list[int]()

    def make() -> int:
        sleep(0.02)
        tries.append(1)
        assert len(tries) > 1
        return 7

    with ThreadPoolExecutor(3) as threads:
        asked = [threads.submit(kept.of, frame, "key", make, lambda _: 1) for _ in range(3)]
    found = sorted(repr(each.exception() or each.result()) for each in asked)
    assert found[:2] == ["7", "7"] and "AssertionError" in found[2]


def test_to_make_one_another_may_be_made() -> None:
    kept, frame = Kept(10), pl.DataFrame({"a": [1]})
    inner = lambda: kept.of(frame, "inner", lambda: 1, lambda _: 1)  # noqa: E731
    assert kept.of(frame, "outer", lambda: inner() + 1, lambda _: 1) == 2
    assert kept.of(frame, "again", lambda: made_of(kept, frame), lambda _: 1) == [1]


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


def test_what_is_kept_is_found_while_something_else_is_about_to_be() -> None:
    kept, frame = Kept(10), pl.DataFrame({"a": [1]})
    first = made_of(kept, frame)
    with ThreadPoolExecutor(1) as threads, kept._lock:
        found = threads.submit(made_of, kept, frame)
        assert found.result(timeout=10) is first
