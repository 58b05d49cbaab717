"""The two shapes that all answers are made of: listings, and names with their values. Eighty columns are enough."""

from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

INDENT = 2
GAP = 2
_NARROWEST = 12


def column(title: str = "", *, width: int | None = None, right: bool = False) -> Column:
    """Return a column of one-line cells, cut with … where they do not fit; one without a width is the wide one."""
    return Column(title, width=width, justify="right" if right else "left", no_wrap=True, overflow="ellipsis")


class Listing:
    """Rows of one-line cells; the wide column takes what the others leave of the terminal, if it needs that much."""

    def __init__(self, *columns: Column) -> None:
        titled = any(column.header for column in columns)
        self._table = Table(
            *columns, box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold", show_header=titled
        )
        self._wide = next(number for number, column in enumerate(columns) if column.width is None)
        self._others = sum(column.width or 0 for column in columns) + GAP * (len(columns) - 1)
        self._widest = cell_len(str(columns[self._wide].header))

    def add(self, *cells: Text | str) -> None:
        """Add a row; its cells are plain text."""
        texts = [cell if isinstance(cell, Text) else Text(cell) for cell in cells]
        self._widest = max(self._widest, texts[self._wide].cell_len)
        self._table.add_row(*texts)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table with its wide column fitted to the terminal."""
        left = max(_NARROWEST, options.max_width - self._others)
        self._table.columns[self._wide].width = min(self._widest, left)
        yield self._table


def pairs(rows: Iterable[tuple[str, RenderableType]]) -> Table:
    """Return names with their values beside them."""
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value)
    return grid


def heading(text: str) -> Text:
    """Return the heading of a part, with room above it."""
    return Text(f"\n{text}", style="bold")


def indented(part: RenderableType, by: int = INDENT) -> Padding:
    """Return a part moved in below its heading."""
    return Padding(part, (0, 0, 0, by), expand=False)


def one_line(text: Text) -> Text:
    """Return a text that is cut with … at the terminal's edge instead of going on below."""
    text.no_wrap, text.overflow = True, "ellipsis"
    return text
