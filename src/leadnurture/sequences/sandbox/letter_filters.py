"""The filters and tests that letters may use, each of which weighs what it is given and what it makes of it."""

from collections.abc import Iterator
from functools import wraps
from typing import Any

from jinja2 import pass_eval_context
from jinja2.filters import FILTERS, do_join, do_replace, do_round, make_attrgetter
from jinja2.nodes import EvalContext
from jinja2.runtime import markup_join, str_join
from jinja2.tests import TESTS

from leadnurture.sequences.sandbox.allowance import metered, spend, weigh

Function = Any  # Jinja calls the type of its filters and tests `function`, which is none
# Those of Jinja's own whose work is in proportion to what goes in and comes out, and of which letters have a use.
_AS_IN_JINJA = (
    "abs capitalize count d default e escape first float int last length list lower map max min reject rejectattr"
    " reverse select selectattr sort string title truncate unique upper urlencode wordcount"
).split()
_MOST_DIGITS = 20
# Filters that only the compiler writes; no template can name them.
TURNS, WORK, JOINED, WEIGHED = "turns of a loop", "work of a body", "joined by ~", "weighed side"


def weighed(function: Function) -> Function:
    """Return a filter or test that weighs its values and its result, item by item where the result is made so."""

    @wraps(function)
    def called(*values: Any, **named: Any) -> Any:
        for value in (*values, *named.values()):
            weigh(value)
        result = function(*values, **named)
        if isinstance(result, Iterator):
            return metered(result)
        weigh(result)
        return result

    return called


@pass_eval_context
def join(context: EvalContext, value: Any, d: str = "", attribute: str | int | None = None) -> Any:
    """Filter `join`, as Jinja's own; the parts are weighed with what stands between them."""
    parts = list(value)
    spend(len(parts) * len(str(d)))
    if attribute is not None:
        parts = list(map(make_attrgetter(context.environment, attribute), parts))
        weigh(parts)
    return do_join(context, parts, d)


@pass_eval_context
def _replace(context: EvalContext, s: str, old: str, new: str, count: int | None = None) -> str:
    spend(str(s).count(old) * len(new))
    return do_replace(context, s, old, new, count)


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    if abs(precision) > _MOST_DIGITS:
        raise ValueError(f"round knows at most {_MOST_DIGITS} digits")
    return do_round(value, precision, method)


def _trim(value: Any) -> str:
    return (value if isinstance(value, str) else str(value)).strip()


def _turns(values: Any, cost: int) -> Iterator[Any]:
    """Yield what a loop goes through; each turn costs what its body has parts."""
    for value in values:
        spend(cost)
        yield value


@pass_eval_context
def _joined(context: EvalContext, parts: list[Any]) -> str:
    weigh(parts)
    return markup_join(parts) if context.autoescape else str_join(parts)


def _same(value: Any) -> Any:
    weigh(value)
    return value


def filters() -> dict[str, Function]:
    """Return the filters of the language by name, and those that the compiler writes."""
    known: dict[str, Function] = {
        **{name: FILTERS[name] for name in _AS_IN_JINJA},
        "join": join,
        "replace": _replace,
        "round": _round,
        "trim": _trim,
    }
    written = {TURNS: _turns, WORK: spend, JOINED: _joined, WEIGHED: _same}
    return {name: weighed(function) for name, function in known.items()} | written


def tests() -> dict[str, Function]:
    """Return the tests of the language by name."""
    return {name: weighed(function) for name, function in TESTS.items()}
