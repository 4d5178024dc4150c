"""A notice wakes the threads that wait for it."""

import threading

from shared.messaging.wakeup import Listener, Wakeup


def test_one_ring_wakes_one_of_those_who_wait() -> None:
    wakeup = Wakeup()
    told: list[bool] = []
    waiting = [threading.Thread(target=lambda: told.append(wakeup.wait(1.0))) for _ in range(3)]
    for thread in waiting:
        thread.start()

    wakeup.set()

    for thread in waiting:
        thread.join()
    assert sorted(told) == [False, False, True]


def test_a_ring_that_nobody_waited_for_is_heard_by_the_next_who_does() -> None:
    wakeup = Wakeup()
    wakeup.set()
    wakeup.set()

    assert [wakeup.wait(30), wakeup.wait(0)] == [True, False]


def test_those_who_share_a_bell_share_it_and_others_have_their_own() -> None:
    listener = Listener("", "catalog")

    assert listener.shared_wakeup("inbox") is listener.shared_wakeup("inbox")
    assert listener.wakeup("inbox") is not listener.shared_wakeup("inbox")
    assert len(listener.wakeups["inbox"]) == 2
