"""`leadnurture lead`: the couples who asked."""

import typer

from leadnurture.cli.lead_consent import consent
from leadnurture.cli.lead_duplicates import duplicates
from leadnurture.cli.lead_entering import add, set_fields
from leadnurture.cli.lead_export import export_leads
from leadnurture.cli.lead_forget import forget
from leadnurture.cli.lead_log import log
from leadnurture.cli.lead_looking import list_leads, show_lead
from leadnurture.cli.lead_merge import merge
from leadnurture.cli.lead_moving import assign, pause, resume, status, tag, untag
from leadnurture.cli.lead_opt_out import opt_out
from leadnurture.cli.lead_spreadsheet import import_leads
from leadnurture.cli.lead_standing import convert, lose
from leadnurture.cli.lead_touch import touch
from leadnurture.cli.lead_view import view
from leadnurture.cli.lead_why import why_lead

lead = typer.Typer(name="lead", help="The couples who asked about a date.", no_args_is_help=True, rich_markup_mode=None)

for name, command in (
    ("add", add),
    ("list", list_leads),
    ("show", show_lead),
    ("why", why_lead),
    ("set", set_fields),
    ("status", status),
    ("tag", tag),
    ("untag", untag),
    ("assign", assign),
    ("log", log),
    ("touch", touch),
    ("convert", convert),
    ("lose", lose),
    ("consent", consent),
    ("opt-out", opt_out),
    ("pause", pause),
    ("resume", resume),
    ("duplicates", duplicates),
    ("merge", merge),
    ("import", import_leads),
    ("export", export_leads),
    ("forget", forget),
):
    lead.command(name)(command)
lead.add_typer(view)
