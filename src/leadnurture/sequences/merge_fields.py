"""Which names a text uses, and whether each is known and has a fallback; by reading the template, not by running it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from jinja2 import nodes

from leadnurture.config import Config
from leadnurture.sequences import vocabulary
from leadnurture.sequences.sandbox import METHODS
from leadnurture.sequences.suggestions import did_you_mean, nearest
from leadnurture.sequences.words import PLAIN, with_date_sums

_RECORDS = {
    "lead": tuple(vocabulary.LEAD_NAMES),
    "owner": vocabulary.OWNER_NAMES,
    "coach": vocabulary.OWNER_NAMES,
    "studio": vocabulary.STUDIO_NAMES,
}
_INSIDE = "__"  # Python's own names begin so
_STRICT_TESTS = frozenset({"divisibleby", "even", "odd", "lower", "upper", "iterable", "sequence"})
_NEVER_EMPTY = frozenset({"eq", "gt", "gteq", "lt", "lteq", "in"})  # comparisons that never hold for an empty value


@dataclass(frozen=True)
class Use:
    """One use of a name: the line inside the text (from 1), and whether the text copes with it being empty."""

    name: str
    line: int
    guarded: bool


@dataclass(frozen=True)
class NameFault:
    """A use that is wrong (`certain`), or one of the field `hole` that may leave a hole."""

    line: int
    message: str
    hint: str | None
    certain: bool
    hole: str | None = None


def uses_of(tree: nodes.Template) -> list[Use]:
    """Return every use of a name in a text's tree."""
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx in {"store", "param"}}
    return [use for use in _walk(tree, frozenset()) if use.name.split(".")[0] not in own | {"loop"}]


def _walk(node: nodes.Node, guarded: frozenset[str], *, safe: bool = False) -> Iterator[Use]:
    """Yield uses; `guarded` names have a value here for sure, `safe` is where an empty one does no harm."""
    name = _dotted(node)
    if name is not None:
        yield Use(name, node.lineno, safe or name in guarded)
    elif isinstance(node, nodes.If):
        yield from _walk(node.test, guarded, safe=True)
        yield from _each(node.body, guarded | _certain(node.test, held=True))
        yield from _each((*node.elif_, *node.else_), guarded | _certain(node.test, held=False))
    elif isinstance(node, nodes.CondExpr):
        yield from _walk(node.test, guarded, safe=True)
        yield from _walk(node.expr1, guarded | _certain(node.test, held=True), safe=safe)
        if node.expr2 is not None:
            yield from _walk(node.expr2, guarded | _certain(node.test, held=False), safe=safe)
    elif isinstance(node, nodes.And | nodes.Or):
        held = isinstance(node, nodes.And)
        yield from _walk(node.left, guarded, safe=safe or not held)
        yield from _walk(node.right, guarded | _certain(node.left, held=held), safe=safe)
    elif not _is_date_sum(node):
        for child in node.iter_child_nodes():
            yield from _walk(child, guarded, safe=_does_no_harm(node, child, safe=safe))


def _each(siblings: Iterable[nodes.Node], guarded: frozenset[str]) -> Iterator[Use]:
    for node in siblings:
        yield from _walk(node, guarded)


def _does_no_harm(node: nodes.Node, child: nodes.Node, *, safe: bool) -> bool:
    """Tell whether a child of a node may be empty: where it is asked for, has a fallback, or is looped over."""
    if isinstance(node, nodes.Compare | nodes.Not):
        return True
    if isinstance(node, nodes.Test):
        return node.name not in _STRICT_TESTS
    if isinstance(node, nodes.For):
        return child is node.iter
    if isinstance(node, nodes.Filter) and child is node.node:
        return node.name in {"default", "d"} or (safe and node.name == "date")
    return safe and isinstance(node, nodes.Operand)


def _certain(test: nodes.Node, *, held: bool) -> frozenset[str]:
    """Return the names that have a value for sure where a test held, or where it did not."""
    if isinstance(test, nodes.Not):
        return _certain(test.node, held=not held)
    if isinstance(test, nodes.And | nodes.Or):
        left, right = _certain(test.left, held=held), _certain(test.right, held=held)
        return left | right if isinstance(test, nodes.And) == held else left & right
    if isinstance(test, nodes.Compare):
        names = {_dotted(side) for side in (test.expr, *(operand.expr for operand in test.ops))} - {None}
        alone = held and len(list(test.find_all(nodes.Name))) == 1 and {op.op for op in test.ops} <= _NEVER_EMPTY
        return frozenset(name for name in names if name and alone)
    asked = test.node if isinstance(test, nodes.Test) and test.name == "defined" else test
    name = _dotted(asked)
    return frozenset({name}) if name and held else frozenset()


def _is_date_sum(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "days"


def _dotted(node: nodes.Node) -> str | None:
    """Return `lead.x`, `lead.custom_fields.x` or a lone name; None for anything else."""
    if isinstance(node, nodes.Name):
        return node.name if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        inner, last = _dotted(node.node), node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        inner, last = _dotted(node.node), str(node.arg.value)
    else:
        return None
    return f"{inner}.{last}" if inner else None


def names_in(words: str) -> set[str]:
    """Return what a text names, without what stands behind a dot; raises jinja2.TemplateSyntaxError."""
    return {use.name.split(".")[0] for use in uses_of(PLAIN.parse(with_date_sums(words)))}


def faults_in(words: str, config: Config, own: Collection[str] = ()) -> Iterator[NameFault]:
    """Yield what is wrong with a text, and each known name that could leave a hole; raises jinja2.TemplateSyntaxError.

    `own` are names that the step gives to its texts; they always have a value.
    """
    tree = PLAIN.parse(with_date_sums(words))
    yield from _foreign(tree)
    told: set[str] = set()
    for use in dict.fromkeys(uses_of(tree)):
        if f".{_INSIDE}" in use.name:
            continue  # told already
        if (why := _wrong(use.name, own)) is not None:
            yield NameFault(use.line, *why, certain=True)
        elif _is_a_hole(use, own, config) and use.name not in told:
            told.add(use.name)
            hint = f'give it a fallback: {{{{ {use.name} or "…" }}}}; without one the step is held for such a lead'
            yield NameFault(use.line, f"{{{{ {use.name} }}}} can be empty", hint, certain=False, hole=use.name)


def _foreign(tree: nodes.Template) -> Iterator[NameFault]:
    """Yield what Jinja would only complain of at the moment of sending."""
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        kind, known = ("filter", PLAIN.filters) if isinstance(node, nodes.Filter) else ("test", PLAIN.tests)
        if node.name not in known:
            near = did_you_mean(node.name, known).removeprefix("; ") or None
            yield NameFault(node.lineno, f"unknown {kind} '{node.name}'", near, certain=True)
    for other in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        yield NameFault(other.lineno, "a letter cannot include another file", "write its words here", certain=True)
    yield from _insides(tree)
    for choice in tree.find_all(nodes.CondExpr):
        if choice.expr2 is None:
            hint = '{{ … if … else "…" }}; or {% if … %} around the words'
            yield NameFault(choice.lineno, "an 'if' inside a merge field needs an 'else'", hint, certain=True)


def _insides(tree: nodes.Template) -> Iterator[NameFault]:
    """Yield what reaches for the program's insides, or calls what a letter has no use for."""
    for node in tree.find_all((nodes.Getattr, nodes.Getitem)):
        name = node.attr if isinstance(node, nodes.Getattr) else getattr(getattr(node, "arg", None), "value", None)
        if isinstance(name, str) and name.startswith(_INSIDE):
            yield NameFault(node.lineno, f"'{name}' is no part of the language", None, certain=True)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr not in METHODS and _dotted(call.node.node) != "self":
            near = did_you_mean(call.node.attr, METHODS).removeprefix("; ") or None
            yield NameFault(call.lineno, f"a letter cannot call '{call.node.attr}'", near, certain=True)


def _is_a_hole(use: Use, own: Collection[str], config: Config) -> bool:
    return use.name not in own and not use.guarded and vocabulary.may_be_empty(use.name, config)


def _wrong(name: str, own: Collection[str]) -> tuple[str, str | None] | None:
    head, _, rest = name.partition(".")
    if head not in own:
        return _unknown(name, own)
    return (f"'{head}' is one text; it has no '{rest}'", f"write {{{{ {head} }}}}") if rest else None


def _unknown(name: str, own: Collection[str]) -> tuple[str, str | None] | None:
    head, *rest = name.split(".")
    if head in vocabulary.ALONE or head in vocabulary.DATES or name == vocabulary.UNSUBSCRIBE:
        return None
    if head not in _RECORDS:
        near = did_you_mean(name, [*own, *vocabulary.known_names()]).removeprefix("; ")
        return f"unknown merge field '{name}'", near or "lead.…, owner.…, studio.… and today are known"
    if not rest:
        return f"'{head}' alone is no text", f"say which: {head}.{_RECORDS[head][0]}"
    if head == "lead" and rest[0] in vocabulary.OPEN_NAMES and len(rest) == 1:
        return f"'{name}' alone is no text", f"say which: {name}.NAME"
    if rest[0] not in _RECORDS[head] and not (head == "lead" and rest[0] in vocabulary.OPEN_NAMES):
        meant = nearest(rest[0], _RECORDS[head])
        hint = f"did you mean '{head}.{meant}'?" if meant else "a field of your own is lead.custom_fields.NAME"
        return f"unknown merge field '{head}.{rest[0]}'", hint
    return None
