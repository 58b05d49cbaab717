"""What all tables' classes are."""

from pydantic import ConfigDict
from sqlmodel import SQLModel


class Row(SQLModel):
    """A row of a table. Its validator is built when somebody asks for it, which nobody does: rows are not validated."""

    model_config = ConfigDict(defer_build=True)  # type: ignore[assignment]
