"""Requests that start at one signal, each on a connection of its own."""

import threading
from collections.abc import Callable

from tests.entra.client import Answer, Client

Send = Callable[[Client], Answer]


def race(clients: list[Client], sends: list[Send]) -> list[Answer]:
    """The answers, in the order of the requests; the first failure of a connection is raised."""
    barrier = threading.Barrier(len(sends))
    answers: list[Answer | BaseException] = [RuntimeError("no answer")] * len(sends)

    def run(index: int) -> None:
        try:
            barrier.wait(30)
            answers[index] = sends[index](clients[index])
        except BaseException as error:
            answers[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(sends))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers
