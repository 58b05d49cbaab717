"""How much work one filling of a text may be, and drawing on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateRuntimeError

MOST_WORK = 500_000  # about a sign, or a part of an expression; a long letter takes some thousands
_CONTAINERS = (list, tuple, set, frozenset)


class TooMuchError(TemplateRuntimeError):
    """A text asks for more than a letter can need: a loop in a loop, a repetition, a macro that calls itself."""

    def __init__(self) -> None:
        super().__init__("it takes too much work: is there a loop in a loop, or a repetition, that nobody needs?")


@dataclass
class _Allowance:
    left: int = MOST_WORK


_current: ContextVar[_Allowance] = ContextVar("allowance")


@contextmanager
def allowance() -> Iterator[None]:
    """Give one filling its allowance."""
    token = _current.set(_Allowance())
    try:
        yield
    finally:
        _current.reset(token)


def spend(amount: int) -> None:
    """Draw on the filling's allowance; raises TooMuchError when nothing is left."""
    current = _current.get()
    current.left -= amount
    if current.left < 0:
        raise TooMuchError


def weigh(value: Any) -> None:
    """Spend what a value weighs: its signs, and those of all that it holds, however often it holds the same."""
    if isinstance(value, str):
        spend(len(value) + 1)
    elif isinstance(value, _CONTAINERS):
        spend(1)
        for item in value:
            weigh(item)
    elif isinstance(value, dict):
        weigh([*value.keys(), *value.values()])
    else:
        spend(1)


def metered(values: Iterator[Any]) -> Iterator[Any]:
    """Yield what an iterator yields, and spend for it."""
    for value in values:
        weigh(value)
        yield value
