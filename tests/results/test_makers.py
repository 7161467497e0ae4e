"""Things that one thread makes while the others wait for it."""

from __future__ import annotations

import threading
import time

import pytest

from appoints.results.makers import Makers


@pytest.mark.parametrize("first_fails", [False, True])
def test_whoever_comes_while_another_makes_a_thing_waits(*, first_fails: bool) -> None:
    makers, making, most = Makers(), 0, 0
    begun, has_failed = threading.Event(), threading.Event()

    def make(delay: float, *, fails: bool = False) -> None:
        nonlocal making, most
        try:
            with makers.turn("a thing"):
                making += 1
                most = max(most, making)
                begun.set()
                time.sleep(delay)
                making -= 1
                if fails:
                    raise ValueError
        except ValueError:
            has_failed.set()

    threads = [threading.Thread(target=make, args=(0.1,), kwargs={"fails": first_fails})]
    threads[0].start()
    assert begun.wait(10)
    threads.append(threading.Thread(target=make, args=(0.3,)))
    threads[1].start()
    if first_fails:
        assert has_failed.wait(10)
    threads.append(threading.Thread(target=make, args=(0.0,)))
    threads[2].start()
    for thread in threads:
        thread.join(10)
    assert most == 1


def test_nothing_is_kept_of_what_nobody_makes_any_more() -> None:
    makers = Makers()
    with makers.turn("a thing"), makers.turn("a thing"), makers.turn("another"):
        pass
    assert not makers._turns
