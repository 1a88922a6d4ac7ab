"""Threads that want the same done at once: one does it for all who wait, and each gets its own."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class _Place(Generic[T, R]):
    """One wish and what became of it."""

    wish: T
    answers: list[R] = field(default_factory=list)
    fault: BaseException | None = None
    done: bool = False


class Together(Generic[T, R]):
    """`work` gets all wishes that came while it was busy, at most so many, in their order, and
    gives as many answers. One commit then serves everybody who waited for the one before it."""

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]], *, most: int) -> None:
        self._work = work
        self._most = most
        self._turn = Lock()
        self._waiting: deque[_Place[T, R]] = deque()

    def do(self, wish: T) -> R:
        """The answer to this wish; what the work raised when it failed."""
        place: _Place[T, R] = _Place(wish)
        self._waiting.append(place)
        while not place.done:
            with self._turn:
                if not place.done:
                    self._serve()
        if place.fault is not None:
            raise place.fault
        return place.answers[0]

    def _serve(self) -> None:
        count = min(len(self._waiting), self._most)
        places = [self._waiting.popleft() for _ in range(count)]
        try:
            answers = self._work([place.wish for place in places])
            for place, answer in zip(places, answers, strict=True):
                place.answers.append(answer)
        except BaseException as error:
            # Also what ends the thread that works: nobody may wait for it for ever.
            for place in places:
                place.fault = error
        finally:
            for place in places:
                place.done = True
