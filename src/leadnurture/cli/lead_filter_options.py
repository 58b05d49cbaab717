"""The options that say which leads are meant, in which order: of `lead list` and `lead view save`."""

from typing import Annotated, Any

import typer

from leadnurture.cli.options import MOST

_ANY = "May be repeated: one of them must fit."

Status = Annotated[list[str] | None, typer.Option(metavar="STATUS", help=f"new, qualified, won … {_ANY}")]
Source = Annotated[list[str] | None, typer.Option(metavar="SOURCE", help=f"website, instagram … {_ANY}")]
Priority = Annotated[list[str] | None, typer.Option(metavar="PRIORITY", help=f"low, medium, high, urgent. {_ANY}")]
Temperature = Annotated[list[str] | None, typer.Option(metavar="TEMPERATURE", help=f"hot, warm, cold. {_ANY}")]
Tag = Annotated[list[str] | None, typer.Option(metavar="TAG", help="May be repeated: all of them must be there.")]
Search = Annotated[
    str | None,
    typer.Option(metavar="WORDS", help="How words begin: names, addresses, phone, venue, location, notes."),
]
AssignedTo = Annotated[str | None, typer.Option(metavar="WHO", help="Whose lead it is.")]
Score = Annotated[int | None, typer.Option(metavar="N", min=0, max=100, help="From 0 to 100.")]
Day = Annotated[str | None, typer.Option(metavar="DATE", help="Such as 2027-06-14 or '14 June 2027'.")]
FirstDay = Annotated[str | None, typer.Option(metavar="DATE", help="First day of the inquiry.")]
LastDay = Annotated[str | None, typer.Option(metavar="DATE", help="Last day of the inquiry.")]
SortBy = Annotated[
    str | None,
    typer.Option(
        metavar="FIELD",
        help="inquiry (if nothing is said), created_at, updated_at, lead_score, wedding_date, next_follow_up.",
    ),
]
SortOrder = Annotated[
    str | None, typer.Option(metavar="ORDER", help="asc or desc; by default what matters most is first.")
]
Limit = Annotated[int | None, typer.Option(metavar="N", min=1, max=MOST, help="How many on a page; 50.")]

ON_A_PAGE = 50


def given(**options: Any) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None}
