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
    state.tokens = _Arranger(state.src.split("\n"), state.env["placeholders"]).level(state.tokens)


class _Arranger:
    """Arranges the statements of one letter, which has these lines and these hidden tokens."""

    def __init__(self, lines: Sequence[str], placeholders: Placeholders) -> None:
        self._lines, self._placeholders = lines, placeholders

    def level(self, tokens: Sequence[Token]) -> list[Token]:
        """Return the blocks of one level, and all that they hold, arranged."""
        nodes: list[Node] = []
        before: Sequence[Token] = []
        for span in spans(tokens):
            if span[0].type == "paragraph_open":
                nodes += pieces(span, before, self._lines, self._placeholders)
            else:
                nodes.append(Block(self._inside(span)))
            before = span
        return self._arranged(nest(nodes))

    def _inside(self, span: list[Token]) -> list[Token]:
        first = span[0]
        if len(span) > 1:
            return [first, *self.level(span[1:-1]), span[-1]]
        if first.type in {"fence", "code_block"}:
            return [first.copy(content=without_statement_lines(first.content, self._placeholders))]
        return span

    def _arranged(self, nodes: Sequence[Node]) -> list[Token]:
        tokens: list[Token] = []
        while nodes:
            written, count = self._first(nodes)
            tokens += written
            nodes = nodes[count:]
        return tokens

    def _first(self, nodes: Sequence[Node]) -> tuple[list[Token], int]:
        """Return the tokens of the first paragraph, list or other node, and how many nodes they are made of."""
        if run := paragraph_run(nodes):
            return write_paragraph(run, self._placeholders), len(run)
        if run := list_run(nodes):
            return write_list(run), len(run)
        return self._alone(nodes[0]), 1

    def _alone(self, node: Node) -> list[Token]:
        if isinstance(node, Group):
            return self._arranged(node.members)
        if isinstance(node, Statement):
            return [node.leaf()]
        return node.tokens if isinstance(node, Block) else []
