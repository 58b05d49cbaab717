"""The Jinja environment of letters: sandboxed, metered, and without what cannot be weighed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from jinja2 import Template, TemplateRuntimeError, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from leadnurture.sequences.sandbox.allowance import TooMuchError, allowance, spend, weigh
from leadnurture.sequences.sandbox.letter_filters import filters, tests
from leadnurture.sequences.sandbox.metering import Metering

LARGEST_TEXT = 5_000_000  # signs; with the words that stand in the template itself
_MOST_BITS = 256  # of a product or power
_LONGEST_ARGUMENT = 100
_METHODS: Mapping[type, frozenset[str]] = {
    str: frozenset("upper lower title capitalize strip split startswith endswith removeprefix removesuffix".split()),
    date: frozenset({"strftime", "isoformat", "weekday", "isoweekday"}),
    LoopContext: frozenset({"cycle", "changed"}),
}
METHODS = frozenset().union(*_METHODS.values())


class LetterTemplate(Template):
    """A compiled text; each filling has its own allowance."""

    def render(self, *given: Any, **named: Any) -> str:
        """Return the filled text; raises what Jinja raises, and TooMuchError."""
        with allowance():
            return super().render(*given, **named)


def _joined(parts: Iterable[str]) -> str:
    """Join what a template yields, as long as it is no more than a letter."""
    kept: list[str] = []
    size = 0
    for part in parts:
        size += len(part)
        if size > LARGEST_TEXT:
            raise TooMuchError
        kept.append(part)
    return "".join(kept)


class LetterEnvironment(ImmutableSandboxedEnvironment):
    """Compiles texts whose filling always ends; there are no globals but those that are added."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})
    template_class = LetterTemplate
    concat = staticmethod(_joined)

    def __init__(self, *, autoescape: bool, **options: Any) -> None:
        # Without the optimizer nothing is worked out while a text is compiled, when there is no allowance yet.
        super().__init__(autoescape=autoescape, optimized=False, **options)
        self.globals.clear()
        self.filters: dict[str, Any] = filters()
        self.tests: dict[str, Any] = tests()

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        return super()._generate(Metering().visit(source), name, filename, defer_init)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro or one of the METHODS; raises SecurityError for anything else."""
        weigh([*args, *kwargs.values()])
        if not self.is_safe_callable(obj):
            raise SecurityError(f"a letter cannot call '{getattr(obj, '__name__', type(obj).__name__)}'")
        if isinstance(getattr(obj, "__self__", None), str) and sum(len(str(one)) for one in args) > _LONGEST_ARGUMENT:
            raise TooMuchError
        result = super().call(context, obj, *args, **kwargs)
        weigh(result)
        return result

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Look something up by a text or a number."""
        weigh(argument)  # to look up a list of lists would take as long as to compare it
        return super().getitem(obj, argument)

    def is_safe_callable(self, obj: Any) -> bool:
        """Tell whether a text may call something."""
        if isinstance(obj, Macro | BlockReference | Undefined) or any(obj is known for known in self.globals.values()):
            return True
        owner, name = getattr(obj, "__self__", None), getattr(obj, "__name__", "")
        return any(isinstance(owner, kind) and name in allowed for kind, allowed in _METHODS.items())

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate, unless the result would be out of all proportion."""
        if operator in _CHECKS:
            _CHECKS[operator](left, right)
        weigh(left)
        weigh(right)
        return super().call_binop(context, operator, left, right)


def _product(left: Any, right: Any) -> None:
    if not isinstance(left, int) and isinstance(right, int) and hasattr(left, "__len__"):
        spend(len(left) * max(right, 0))
    elif not isinstance(right, int) and isinstance(left, int) and hasattr(right, "__len__"):
        spend(len(right) * max(left, 0))
    elif isinstance(left, int) and isinstance(right, int):
        _require_bits(left.bit_length() + right.bit_length())


def _power(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int):
        _require_bits(left.bit_length() * abs(right))


def _remainder(left: Any, _: Any) -> None:
    if isinstance(left, str):
        raise TemplateRuntimeError("a text cannot be divided; write its merge fields with {{ … }}")


def _require_bits(bits: int) -> None:
    if bits > _MOST_BITS:
        raise TooMuchError


_CHECKS: Mapping[str, Callable[[Any, Any], None]] = {"*": _product, "**": _power, "%": _remainder}
