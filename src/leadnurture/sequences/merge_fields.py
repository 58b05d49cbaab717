"""Which names a text uses, and whether each is known and has a fallback; by reading the template, not by running it."""

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

from leadnurture.config import Config
from leadnurture.sequences import vocabulary
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.sequences.words import PLAIN, with_date_sums

_RECORDS = {
    "lead": tuple(vocabulary.LEAD_NAMES),
    "owner": vocabulary.OWNER_NAMES,
    "coach": vocabulary.OWNER_NAMES,
    "studio": vocabulary.STUDIO_NAMES,
}


@dataclass(frozen=True)
class Use:
    """One use of a name: the line inside the text (from 1), and whether the text copes with it being empty."""

    name: str
    line: int
    guarded: bool


@dataclass(frozen=True)
class NameFault:
    """A use that is wrong (`certain`) or may leave a hole."""

    line: int
    message: str
    hint: str | None
    certain: bool


def uses_of(words: str) -> list[Use]:
    """Return every use of a name in a text; raises jinja2.TemplateSyntaxError."""
    tree = PLAIN.parse(with_date_sums(words))
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx in {"store", "param"}}
    return [use for use in _walk(tree, frozenset()) if use.name.split(".")[0] not in own | {"loop", "days"}]


def _walk(node: nodes.Node, guarded: frozenset[str], *, safe: bool = False) -> Iterator[Use]:
    """Yield uses; `guarded` names were asked for by an `if` around, `safe` is inside a test or before a fallback."""
    name = _dotted(node)
    if name is not None:
        yield Use(name, node.lineno, safe or name in guarded)
        return
    if isinstance(node, nodes.If | nodes.CondExpr):
        yield from _branches(node, guarded, safe=safe)
    elif isinstance(node, nodes.Or):
        yield from _walk(node.left, guarded, safe=True)
        yield from _walk(node.right, guarded, safe=safe)
    else:
        asking = isinstance(node, nodes.Compare | nodes.Test | nodes.Not)
        falls_back = isinstance(node, nodes.Filter) and node.name in {"default", "d"}
        for child in node.iter_child_nodes():
            yield from _walk(child, guarded, safe=safe or asking or falls_back)


def _branches(node: nodes.If | nodes.CondExpr, guarded: frozenset[str], *, safe: bool) -> Iterator[Use]:
    yield from _walk(node.test, guarded, safe=True)
    negated = isinstance(node.test, nodes.Not)
    asked = frozenset(use.name for use in _walk(node.test, frozenset()))
    inside, outside = (guarded, guarded | asked) if negated else (guarded | asked, guarded)
    if isinstance(node, nodes.CondExpr):
        yield from _walk(node.expr1, inside, safe=safe)
        if node.expr2 is not None:
            yield from _walk(node.expr2, outside, safe=safe)
        return
    for child in node.body:
        yield from _walk(child, inside, safe=safe)
    for child in (*node.elif_, *node.else_):
        yield from _walk(child, outside, safe=safe)


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


def faults_in(words: str, config: Config) -> Iterator[NameFault]:
    """Yield what is wrong with the names in a text, and which known ones could leave a hole."""
    for use in dict.fromkeys(uses_of(words)):
        if (why := _unknown(use.name)) is not None:
            yield NameFault(use.line, *why, certain=True)
        elif not use.guarded and vocabulary.may_be_empty(use.name, config):
            hint = f'give it a fallback: {{{{ {use.name} or "…" }}}}; without one the step is held for such a lead'
            yield NameFault(use.line, f"{{{{ {use.name} }}}} can be empty", hint, certain=False)


def _unknown(name: str) -> tuple[str, str | None] | None:
    head, *rest = name.split(".")
    if head in vocabulary.ALONE or head in vocabulary.DATES:
        return None
    if head not in _RECORDS:
        near = did_you_mean(name, vocabulary.known_names()).removeprefix("; ")
        return f"unknown merge field '{name}'", near or "lead.…, owner.…, studio.… and today are known"
    if not rest:
        return f"'{head}' alone is no text", f"say which: {head}.{_RECORDS[head][0]}"
    if rest[0] not in _RECORDS[head] and not (head == "lead" and rest[0] in vocabulary.OPEN_NAMES):
        known = [f"{head}.{field}" for field in _RECORDS[head]]
        near = did_you_mean(f"{head}.{rest[0]}", known).removeprefix("; ")
        return f"unknown merge field '{head}.{rest[0]}'", near or "a field of your own is lead.custom_fields.NAME"
    return None
