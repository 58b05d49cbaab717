"""A progress bar on stderr for work that one waits for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


@contextmanager
def bar(total: int, what: str) -> Iterator[Callable[[], None]]:
    """Show a bar over `total` things, and yield what is called for each."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)

        def step() -> None:
            progress.advance(task)

        yield step
