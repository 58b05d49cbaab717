"""`lead export`: all couples as a spreadsheet, or everything about one of them."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadnurture.store.tables.lead import Lead
    from leadnurture.studio import Studio


def export_leads(
    context: typer.Context,
    lead: Annotated[
        str | None, typer.Argument(metavar="LEAD", help="Everything about this couple: id, address, part of a name.")
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="A file, or - for standard output.")
    ] = "-",
    form: Annotated[str, typer.Option("--format", help="csv, or vcard for address books.")] = "csv",
    readable: Annotated[bool, typer.Option("--readable", help="With LEAD: as text that they can read.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write all couples as CSV, which `lead import` reads back, as vCards or as JSON; with LEAD everything about one.

    Example: leadnurture lead export -o couples.csv

    Example: leadnurture lead export --format vcard -o couples.vcf

    Example: leadnurture lead export emma --readable -o emma.txt

    What is kept about a couple is theirs to see: every row of every table that speaks of them, as JSON or as text.
    """
    from leadnurture.errors import UsageError

    if readable and lead is None:
        raise UsageError("--readable is for one couple", hint="leadnurture lead export LEAD --readable")
    _require_format(form, as_json=as_json, of_one=lead is not None)
    with open_studio(context) as studio:
        if lead is not None:
            _export_one(studio, lead, output, readable=readable, as_json=as_json)
        else:
            _export_all(studio, output, form, as_json=as_json)


def _require_format(form: str, *, as_json: bool, of_one: bool) -> None:
    from leadnurture.errors import UsageError

    if form not in {"csv", "vcard"}:
        raise UsageError(f"--format is csv or vcard, not '{form}'", hint="--json writes JSON")
    if form != "csv" and as_json:
        raise UsageError(f"--format {form} and --json are two formats; leave one out")
    if form != "csv" and of_one:
        raise UsageError(f"--format {form} is for all couples; everything about one is JSON, or --readable text")


def _export_one(studio: "Studio", reference: str, output: str, *, readable: bool, as_json: bool) -> None:
    from leadnurture.crm.leads import couple_of, find
    from leadnurture.reports.person import person

    with studio.read() as session:
        found = find(session, reference)
        everything = person(session, studio.config, found)
    if as_json:
        terminal.print_json(everything.as_json())
        return
    text = everything.readable() if readable else json.dumps(everything.as_json(), ensure_ascii=False, indent=2) + "\n"
    _write(output, text.encode(), f"everything about lead {found.id} ({couple_of(found)})")


def _export_all(studio: "Studio", output: str, form: str, *, as_json: bool) -> None:
    from sqlmodel import select

    from leadnurture.reports.lead_json import lead_json
    from leadnurture.store.tables.lead import Lead

    with studio.read() as session:
        leads = session.exec(select(Lead).order_by("id")).all()
    if as_json:
        terminal.print_json({"leads": [lead_json(lead, studio.config) for lead in leads]})
        return
    _write(output, _exported(leads, form, studio.config.studio.currency), f"{len(leads)} couples")


def _exported(leads: "Sequence[Lead]", form: str, currency: str) -> bytes:
    from leadnurture.crm.spreadsheet.exporting import export_rows
    from leadnurture.crm.spreadsheet.writing import csv_bytes
    from leadnurture.crm.vcards import vcards

    return vcards(leads) if form == "vcard" else csv_bytes(export_rows(leads, currency=currency))


def _write(output: str, content: bytes, what: str) -> None:
    if output == "-":
        sys.stdout.buffer.write(content)
        return
    Path(output).write_bytes(content)
    terminal.say(f"{what} written to {output}")
