"""A template's tree with what it draws on its allowance written into it, before it becomes code."""

from typing import TypeVar

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

from leadnurture.sequences.sandbox.letter_filters import JOINED, TURNS, WEIGHED, WORK

B = TypeVar("B", nodes.Macro, nodes.CallBlock, nodes.Block)


class Metering(NodeTransformer):
    """Makes loops and macros pay for each turn, and weighs what operators of Jinja's own get.

    Refuses what cannot be weighed: raises jinja2.TemplateSyntaxError with the line.
    """

    def visit_For(self, node: nodes.For) -> nodes.For:
        """Let each turn cost what the body has parts."""
        if node.recursive:
            raise TemplateSyntaxError("a loop cannot call itself", node.lineno)
        self.generic_visit(node)
        node.iter = _filtered(node.iter, TURNS, nodes.Const(_parts(node)))
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Macro:
        """Let each call cost what the body has parts."""
        return self._paid(node)

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.CallBlock:
        """Let each call of the caller cost what the body has parts."""
        return self._paid(node)

    def visit_Block(self, node: nodes.Block) -> nodes.Block:
        """Let each use of a block cost what it has parts."""
        return self._paid(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        """Weigh the parts of `a ~ b` before they are joined."""
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), JOINED)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:
        """Weigh both sides before they are compared: a list can hold the same list many times over."""
        self.generic_visit(node)
        node.expr = _filtered(node.expr, WEIGHED)
        for operand in node.ops:
            operand.expr = _filtered(operand.expr, WEIGHED)
        return node

    def visit_Dict(self, node: nodes.Dict) -> nodes.Dict:
        """Refuse keys that are not written out."""
        if not all(isinstance(pair.key, nodes.Const) for pair in node.items):
            raise TemplateSyntaxError("the keys of a record must be written out", node.lineno)
        self.generic_visit(node)
        return node

    def visit_ScopedEvalContextModifier(self, node: nodes.ScopedEvalContextModifier) -> nodes.Node:
        """Refuse to let what couples write be markup."""
        raise TemplateSyntaxError("autoescape is not part of the language", node.lineno)

    def _paid(self, node: B) -> B:
        self.generic_visit(node)
        cost = nodes.Const(_parts(node), lineno=node.lineno)
        node.body.insert(0, nodes.ExprStmt(_filtered(cost, WORK), lineno=node.lineno))
        return node


def _parts(node: nodes.Node) -> int:
    return sum(1 for _ in node.find_all(nodes.Node))


def _filtered(value: nodes.Node, name: str, *more: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(value, name, list(more), [], None, None, lineno=value.lineno)
