"""`leadnurture rule`: what a score is made of."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, Yes, open_studio
from leadnurture.cli.rescoring import Enroll, rescored, told
from leadnurture.cli.rule_files import export_rules, import_rules

if TYPE_CHECKING:
    from leadnurture.crm.rule_drafts import RuleDraft
    from leadnurture.engine.rescoring import Rescored
    from leadnurture.store.tables.scoring import ScoringRule
    from leadnurture.studio import Studio

rule = typer.Typer(name="rule", help="What a score is made of.", no_args_is_help=True, rich_markup_mode=None)
CHANGED = "it fits since the scoring rules were changed, without --enroll"

RuleName = Annotated[str, typer.Argument(metavar="NAME", help="The rule's name.")]
Kind = Annotated[
    str | None,
    typer.Option("--type", help="demographic, behavioral, engagement, wedding_details, budget or timeline."),
]
FieldPath = Annotated[
    str | None,
    typer.Option("--field", help="A lead's field, custom_fields.x, or interactions.phone_call.last_30_days."),
]
Comparison = Annotated[
    str | None, typer.Option("--operator", help="equals, contains, greater_than, less_than, between or in_list.")
]
Value = Annotated[str | None, typer.Option("--value", help="What it is compared with; several parted by commas.")]
Points = Annotated[int | None, typer.Option("--score", help="Points, -100 to 100.")]
Weight = Annotated[float | None, typer.Option("--weight", help="What the points are multiplied by, up to 9.99.")]
Order = Annotated[int | None, typer.Option("--order", help="Its place in the list; the last if not given.")]
Description = Annotated[str | None, typer.Option("--description", help="What it is for.")]


@rule.command("add")
def add_rule(
    context: typer.Context,
    name: RuleName,
    kind: Kind = None,
    field: FieldPath = None,
    operator: Comparison = None,
    value: Value = None,
    score: Points = None,
    weight: Weight = None,
    order: Order = None,
    description: Description = None,
    inactive: Annotated[bool, typer.Option("--inactive", help="It does not count yet.")] = False,
    enroll: Enroll = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Add a rule; all scores follow at once.

    Example: leadnurture rule add "Big budget" --type budget --field estimated_budget --operator greater_than
    --value 5000 --score 10

    Sequences do not begin by it unless you say --enroll: a rule is no news about a couple.
    """
    from leadnurture.crm import rule_book

    given = _given(kind, field, operator, value, score, weight, order, description)
    with open_studio(context) as studio:
        draft = _draft(studio, {"name": name, **given, "active": not inactive})
        done = rescored(
            studio, lambda change: rule_book.add(change.session, draft, change.now), CHANGED, enroll=enroll, yes=yes
        )
        _answer(studio, draft.name, done, f"Rule '{draft.name}' is there.", enroll=enroll, as_json=as_json)


@rule.command("set")
def set_rule(
    context: typer.Context,
    name: RuleName,
    new_name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    kind: Kind = None,
    field: FieldPath = None,
    operator: Comparison = None,
    value: Value = None,
    score: Points = None,
    weight: Weight = None,
    order: Order = None,
    description: Description = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Whether it counts.")] = None,
    enroll: Enroll = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Change what a rule says; all scores follow at once.

    Example: leadnurture rule set "Real budget" --value 2500 --score 25
    """
    from leadnurture.crm import rule_book
    from leadnurture.crm.rule_drafts import draft_of
    from leadnurture.errors import UsageError

    given = _given(kind, field, operator, value, score, weight, order, description)
    given |= {key: one for key, one in (("name", new_name), ("active", active)) if one is not None}
    if not given:
        raise UsageError("nothing to change was given", hint=f'such as: leadnurture rule set "{name}" --score 10')
    with open_studio(context) as studio:
        with studio.read() as session:
            draft = _draft(studio, draft_of(rule_book.find(session, name)) | given)
        done = rescored(
            studio,
            lambda change: rule_book.change(change.session, rule_book.find(change.session, name), draft),
            CHANGED,
            enroll=enroll,
            yes=yes,
        )
        _answer(studio, draft.name, done, f"Rule '{draft.name}' is changed.", enroll=enroll, as_json=as_json)


@rule.command("remove")
def remove_rule(
    context: typer.Context, name: RuleName, enroll: Enroll = False, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Take a rule away; all scores follow at once. `rule set NAME --inactive` keeps it for later.

    Example: leadnurture rule remove "Very soon"
    """
    from leadnurture.crm import rule_book

    with open_studio(context) as studio:
        with studio.read() as session:
            found = rule_book.find(session, name).rule_name
        done = rescored(
            studio,
            lambda change: rule_book.remove(change.session, rule_book.find(change.session, name)),
            CHANGED,
            enroll=enroll,
            yes=yes,
        )
    if as_json:
        terminal.print_json({"removed": found, **done.as_json()})
        return
    _tell(done, f"Rule '{found}' is gone.", enroll=enroll)


@rule.command("list")
def list_rules(context: typer.Context, as_json: AsJson = False) -> None:
    """List the rules in their order.

    Example: leadnurture rule list
    """
    from leadnurture.cli.views.rules import rules_view
    from leadnurture.reports.rule_list import rule_list

    with open_studio(context) as studio, studio.read() as session:
        report = rule_list(session, studio.config, studio.now())
    if as_json or report.rules:
        terminal.answer(report.as_json(), lambda: rules_view(report), as_json=as_json)
    else:
        terminal.say("There are no rules, so every score is 0.\n\nNext: leadnurture rule add NAME --type budget …")


rule.command("import")(import_rules)
rule.command("export")(export_rules)


def _given(
    kind: str | None,
    field: str | None,
    operator: str | None,
    value: str | None,
    score: int | None,
    weight: float | None,
    order: int | None,
    description: str | None,
) -> dict[str, Any]:
    """Return the options that were given, by the names that a rule has for them."""
    options: dict[str, Any] = {"type": kind, "field": field, "operator": operator, "value": value, "score": score}
    options |= {"weight": weight, "order": order, "description": description}
    return {key: given for key, given in options.items() if given is not None}


def _draft(studio: "Studio", given: dict[str, Any]) -> "RuleDraft":
    """Read what was given; raises InvalidInputError, or UsageError for an option that is missing."""
    from pydantic import ValidationError

    from leadnurture.crm.rule_drafts import RuleDraft
    from leadnurture.errors import InvalidInputError, UsageError
    from leadnurture.sequences.wording import worded

    try:
        return RuleDraft.model_validate(given, context={"reading": studio.reading()})
    except ValidationError as error:
        found = error.errors(include_url=False)
    missing = [f"--{item['loc'][0]}" for item in found if item["type"] == "missing"]
    if missing:
        raise UsageError(f"a rule needs {', '.join(missing)}", hint="leadnurture rule add --help shows an example")
    told = [f"--{item['loc'][0]}: {worded(dict(item), ())[0]}" for item in found]
    raise InvalidInputError("\n".join(told), hint="nothing was changed; leadnurture rule list shows rules that work")


def _answer(studio: "Studio", name: str, done: "Rescored", said: str, *, enroll: bool, as_json: bool) -> None:
    from leadnurture.crm import rule_book
    from leadnurture.reports.rule_list import rule_json

    if not as_json:
        _tell(done, said, enroll=enroll)
        return
    with studio.read() as session:
        found: ScoringRule = rule_book.find(session, name)
        terminal.print_json({"rule": rule_json(found, studio.config), **done.as_json()})


def _tell(done: "Rescored", said: str, *, enroll: bool) -> None:
    terminal.say(said)
    for line in told(done, enroll=enroll, done=True):
        terminal.say(line)
    terminal.say("\nNext: leadnurture score distribution, or leadnurture rule list")
