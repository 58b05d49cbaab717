"""Statements moved to where they break no nesting: around whole blocks, between list items or inside one paragraph."""

from collections.abc import Sequence

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from leadnurture.sequences.markdown.lists import list_run, write_list
from leadnurture.sequences.markdown.paragraphs import paragraph_run, write_paragraph
from leadnurture.sequences.markdown.placeholders import Placeholders
from leadnurture.sequences.markdown.siblings import Block, Group, Node, nest, pieces, spans
from leadnurture.sequences.markdown.statements import Statement, without_statement_lines


def arrange_statements(state: StateCore) -> None:
    """Core rule of the parser, after the blocks are known and before their words are read.

    `state.env["placeholders"]` are the letter's hidden tokens. A group whose beginning and end are in different list
    items or quotations has no place that is right for both; its statements stay where they were written.
    """
    state.tokens = _level(state.tokens, state.src.split("\n"), state.env["placeholders"])


def _level(tokens: Sequence[Token], lines: Sequence[str], known: Placeholders) -> list[Token]:
    nodes: list[Node] = []
    before: Sequence[Token] = []
    for span in spans(tokens):
        if span[0].type == "paragraph_open":
            nodes += pieces(span, before, lines, known)
        else:
            nodes.append(Block(_block(span, lines, known)))
        before = span
    return _arranged(nest(nodes))


def _block(span: Sequence[Token], lines: Sequence[str], known: Placeholders) -> list[Token]:
    """Return a block with everything inside it arranged."""
    if len(span) > 1:
        return [span[0], *_level(span[1:-1], lines, known), span[-1]]
    if span[0].type in {"fence", "code_block"}:
        return [span[0].copy(content=without_statement_lines(span[0].content))]
    return list(span)


def _arranged(nodes: Sequence[Node]) -> list[Token]:
    tokens: list[Token] = []
    while nodes:
        written, count = _first(nodes)
        tokens += written
        nodes = nodes[count:]
    return tokens


def _first(nodes: Sequence[Node]) -> tuple[list[Token], int]:
    """Return the tokens of the first paragraph, list or other node, and how many nodes they are made of."""
    if run := paragraph_run(nodes):
        return write_paragraph(run), len(run)
    if run := list_run(nodes):
        return write_list(run), len(run)
    return _alone(nodes[0]), 1


def _alone(node: Node) -> list[Token]:
    if isinstance(node, Group):
        return _arranged(node.members)
    if isinstance(node, Statement):
        return [node.leaf()]
    return node.tokens if isinstance(node, Block) else []
