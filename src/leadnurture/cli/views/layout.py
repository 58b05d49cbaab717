"""The two shapes that all answers are made of: tables, and names with their values. Eighty columns are enough."""

from collections.abc import Iterable

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

INDENT = 2


def table(*columns: Column) -> Table:
    """Return an empty table without lines; a column that must not break says so itself."""
    return Table(*columns, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def column(title: str, *, width: int | None = None, right: bool = False) -> Column:
    """Return a column of one-line cells, cut with … where they do not fit; without a width it takes what is left."""
    return Column(title, width=width, justify="right" if right else "left", no_wrap=True, overflow="ellipsis")


def pairs(rows: Iterable[tuple[str, RenderableType]], *, label_width: int | None = None) -> Table:
    """Return names with their values beside them."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True, width=label_width)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value)
    return grid


def heading(text: str) -> Text:
    """Return the heading of a part, with room above it."""
    return Text(f"\n{text}", style="bold")


def indented(part: RenderableType) -> Padding:
    """Return a part moved in below its heading."""
    return Padding(part, (0, 0, 0, INDENT))
