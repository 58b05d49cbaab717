"""`leadnurture score`: how much a couple is worth pursuing, and why."""

from datetime import timedelta
from typing import Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, LeadArgument, Yes, open_studio
from leadnurture.cli.rescoring import Enroll, rescored, told

score = typer.Typer(
    name="score", help="How much a couple is worth pursuing, and why.", no_args_is_help=True, rich_markup_mode=None
)
MOST = 100  # points at once
RECALCULATED = "it fits since scores were recalculated, without --enroll"


@score.command("show")
def show_score(context: typer.Context, lead: LeadArgument, as_json: AsJson = False) -> None:
    """Show where every point of a couple's score comes from.

    Example: leadnurture score show emma
    """
    from leadnurture.cli.views.scores import score_view
    from leadnurture.crm.leads import couple_of, find
    from leadnurture.reports.as_of import AsOf
    from leadnurture.reports.lead_score import lead_score

    with open_studio(context) as studio, studio.read() as session:
        found, now = find(session, lead), studio.now()
        report, as_of = lead_score(session, studio.config, now, found), AsOf.of(studio.config, now)
    told = {"lead_id": found.id, "stored_score": found.lead_score, **report.as_json()}
    terminal.answer(told, lambda: score_view(couple_of(found), found.lead_score, report, as_of), as_json=as_json)


@score.command("adjust")
def adjust_score(
    context: typer.Context,
    lead: LeadArgument,
    by: Annotated[int, typer.Option("--by", help="Points to add, such as 10, or to take away, such as -5.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, as the timeline and `score show` tell it.")],
    half_life: Annotated[
        str | None, typer.Option("--half-life", metavar="LENGTH", help="It fades: half is gone after 30d, 2w …")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add points that last to a couple's score, or take some away; sequences that fit begin at once.

    Example: leadnurture score adjust emma --by 10 --reason "met at the fair" --half-life 30d
    """
    from leadnurture.crm import scores
    from leadnurture.crm.leads import couple_of, find

    length, words = _half_life(half_life), _reason(by, reason)
    with open_studio(context) as studio:
        with studio.change() as change:
            found = find(change.session, lead)
            old = found.lead_score
            scores.adjust(change, found, by, reason=words, half_life=length)
        enrolled = [name for _, name in change.enrolled]
    if as_json:
        numbers = {"old_score": old, "new_score": found.lead_score, "temperature": found.lead_temperature.value}
        terminal.print_json({"lead_id": found.id, **numbers, "sequences_enrolled": enrolled})
        return
    terminal.say(f"{couple_of(found)}: score {old} → {found.lead_score} ({found.lead_temperature.value})")
    for name in enrolled:
        terminal.say(f"  enrolled in {name}")
    terminal.say(f"\nNext: leadnurture score show {found.id}")


@score.command("recalc")
def recalculate(
    context: typer.Context,
    several: Annotated[
        list[str] | None, typer.Argument(metavar="[LEAD...]", help="Whom; all couples if nobody is named.")
    ] = None,
    enroll: Enroll = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Score all couples anew, such as after other [score] thresholds in the configuration.

    Example: leadnurture score recalc

    Scores follow facts, rules and days by themselves, so mostly this changes nothing.
    """
    from leadnurture.crm.leads import find

    with open_studio(context) as studio:
        with studio.read() as session:
            ids = None if not several else {lead.id or 0 for lead in (find(session, one) for one in several)}
        done = rescored(studio, lambda _: None, RECALCULATED, enroll=enroll, yes=yes, ids=ids)
    if as_json:
        terminal.print_json(done.as_json())
        return
    for line in told(done, enroll=enroll, done=True):
        terminal.say(line.strip())
    terminal.say("\nNext: leadnurture score distribution")


@score.command("distribution")
def show_distribution(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how many couples have low and high scores.

    Example: leadnurture score distribution
    """
    from leadnurture.cli.views.scores import distribution_view
    from leadnurture.reports.score_distribution import score_distribution

    with open_studio(context) as studio, studio.read() as session:
        report = score_distribution(session)
    if as_json or report.total:
        terminal.answer(report.as_json(), lambda: distribution_view(report), as_json=as_json)
    else:
        terminal.say("There are no leads yet.\n\nNext: leadnurture lead import FILE.csv, or leadnurture lead add …")


def _reason(by: int, reason: str) -> str:
    from leadnurture.crm.names import clean
    from leadnurture.errors import InvalidInputError

    if not by or abs(by) > MOST:
        raise InvalidInputError(f"--by: {by} is not between -{MOST} and {MOST}, without 0")
    words = clean(reason)
    if not words or len(words) > 255:
        raise InvalidInputError("--reason: say why, in at most 255 characters", hint='such as "met at the fair"')
    return words


def _half_life(text: str | None) -> timedelta | None:
    from pydantic_core import PydanticCustomError

    from leadnurture.errors import InvalidInputError
    from leadnurture.sequences.duration import read_duration

    if text is None:
        return None
    try:
        length = read_duration(text).roughly
    except PydanticCustomError as error:
        raise InvalidInputError(f"--half-life: {error.message()}") from None
    if not length:
        raise InvalidInputError(f"--half-life: '{text}' is no time at all", hint="write it like 30d or 2w")
    return length
