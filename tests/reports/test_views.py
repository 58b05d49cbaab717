import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from couples import EMMA, LETTERS, add, happen, only, run
from rich.cells import cell_len
from rich.console import Console, RenderableType
from sqlalchemy import update
from sqlmodel import col, select

from leadnurture.cli.views.lead_file import lead_file_view
from leadnurture.cli.views.lead_list import lead_list_view
from leadnurture.cli.views.outbox import message_view, outbox_list_view
from leadnurture.cli.views.overview import overview_view
from leadnurture.cli.views.sequences import sequence_list_view, sequence_view
from leadnurture.cli.views.status import status_view
from leadnurture.clock import VirtualClock
from leadnurture.crm import scores, standing, tasks, timeline
from leadnurture.reports.lead_file import lead_file
from leadnurture.reports.lead_filters import LeadFilters
from leadnurture.reports.lead_list import Page, lead_list
from leadnurture.reports.outbox import outbox_list
from leadnurture.reports.outbox_message import outbox_message
from leadnurture.reports.overview import overview
from leadnurture.reports.sequence_card import sequence_card
from leadnurture.reports.sequence_list import sequence_list
from leadnurture.reports.status import status
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import OutboxState
from leadnurture.studio import Studio

HOSTILE = [
    ("👩‍❤️‍👩 Zoë", "José 🎉"),
    ("A" * 200, "B" * 200),
    ("[bold red]Evil[/bold red]", "[/]"),
    ("王小明", "李雷"),
    ("esc\x1b[31mred\x1b[2J", "bell\x07 \u202eturned"),
    (None, None),
]


def _shown(view: RenderableType, *, colour: bool = False) -> str:
    out = StringIO()
    Console(file=out, width=80, highlight=False, force_terminal=colour, legacy_windows=False).print(view)
    return out.getvalue()


def _everything(studio: Studio) -> Iterator[RenderableType]:
    with studio.read() as session:
        config, now, folder = studio.config, studio.now(), studio.folder
        yield status_view(status(session, config, now, folder, studio.state, studio.configuration))
        yield lead_list_view(lead_list(session, config, now, LeadFilters(), Page(limit=100)))
        yield outbox_list_view(outbox_list(session, config, now))
        yield overview_view(overview(session, config, now))
        yield sequence_list_view(sequence_list(session, config, now, folder))
        yield sequence_view(sequence_card(session, config, now, folder, "letters"))
        for lead in session.exec(select(Lead)).all():
            report = lead_file(session, config, now, lead)
            yield lead_file_view(report)
            yield lead_file_view(report, full=True)
        for number in session.exec(select(OutboxMessage.id)).all():
            yield message_view(outbox_message(session, config, now, number or 0))


def _set(studio: Studio, table: type, **values: object) -> None:
    with studio.database.write() as session:
        session.execute(update(table).values(values))


@pytest.fixture
def hostile(studio: Studio, clock: VirtualClock) -> Studio:
    """A studio whose couples, servers and files write what terminals and Rich might take for their own."""
    only(studio, LETTERS)
    for number, (bride, groom) in enumerate(HOSTILE):
        email = f"couple{number}@{'a-very-long-domain-indeed.' * 3}example.org"
        lead = add(
            studio, email, (bride, groom), wedding_venue="[red]" + "V" * 300, additional_notes="\x1b[31m [b]\nx " * 90
        )
        happen(studio, lead, lambda change, lead: scores.adjust(change, lead, 5, reason="[link]\x1b[2J"))
        happen(studio, lead, lambda change, lead: tasks.create(change, lead, "[/] call " * 20, due_at=change.now))
    clock.advance(timedelta(minutes=10))
    run(studio)
    happen(studio, 1, lambda change, lead: timeline.reply(change, lead, "Hi\r\n\x1b[2J [bold]we " * 40))
    with studio.database.write() as session:  # what older versions or other programs may have left in the file
        session.execute(update(Lead).where(col(Lead.id) == 5).values(couple_name_bride=HOSTILE[4][0]))
        session.execute(update(Lead).where(col(Lead.id) == 5).values(custom_fields={"dog\x1b[31m": "[red]Rex\x07"}))
    _set(studio, OutboxMessage, state=OutboxState.PARKED, reason="421 \x1b[2J [bold]later")
    _set(studio, Enrollment, held_reason="[red]\x1b[31m no venue")
    return studio


def test_nothing_is_wider_than_eighty_columns(hostile: Studio) -> None:
    for view in _everything(hostile):
        assert max(cell_len(line) for line in _shown(view).splitlines()) <= 80


def test_no_control_character_of_others_reaches_the_terminal(hostile: Studio) -> None:
    for view in _everything(hostile):
        shown = _shown(view)
        assert not {sign for sign in shown if unicodedata.category(sign) == "Cc"} - {"\n"}
        assert "\u202e" not in shown


def test_what_looks_like_markup_is_shown_as_it_is(hostile: Studio) -> None:
    shown = "".join(_shown(view) for view in _everything(hostile))
    for text in ("[bold red]Evil[/bold red]", "[/] call", "[red]VVV", "421 [2J [bold]later", "[red] [31m no venue"):
        assert text in shown


@pytest.mark.parametrize("couples", [0, 1])
def test_a_small_book_is_shown_without_trouble(studio: Studio, couples: int) -> None:
    only(studio, LETTERS)
    for _ in range(couples):
        add(studio, "emma@example.org", **EMMA)
    assert all(_shown(view).strip() for view in _everything(studio))


def test_a_lead_list_at_eighty_columns(studio: Studio) -> None:
    emma = add(studio, "emma@example.org", **EMMA)
    add(studio, "zoe@example.org", ("Charlotte Fitzgerald-Montgomery", "Benjamin Fitzgerald"))
    happen(studio, emma, lambda change, lead: standing.convert(change, lead, 240_000))
    with studio.read() as session:
        report = lead_list(session, studio.config, studio.now(), LeadFilters(), Page(limit=2))
    assert [line.rstrip() for line in _shown(lead_list_view(report)).splitlines()] == [
        "Id  Couple                        Wedding      Status         Score     Asked",
        " 2  Charlotte Fitzgerald-Montgo…  no date      new              0 cold   4 Jan",
        " 1  Emma & Jack Stone             12 Jun 2027  won             60 warm   4 Jan",
        "",
        "2 leads · 1 new · 1 booked (50.0 %) · average score 30.0",
    ]


def test_a_leads_file_at_eighty_columns(studio: Studio, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", **EMMA)
    clock.advance(timedelta(minutes=10))
    run(studio)
    happen(
        studio,
        emma,
        lambda change, lead: tasks.create(change, lead, "Call them", due_at=change.now + timedelta(days=1)),
    )
    with studio.read() as session:
        report = lead_file(session, studio.config, studio.now(), session.get_one(Lead, emma))
    assert [line.rstrip() for line in _shown(lead_file_view(report)).splitlines()] == [
        "Emma & Jack Stone   lead 1",
        "Sat 12 Jun 2027 (in 5 months) · Hollow Ash Barn · new · warm 60",
        "Next: do task – 'Call them' is due tomorrow",
        "",
        "E-mail  emma@example.org  Budget         £2,400",
        "Phone   +447700900142     Inquiry        4 Jan 2027 10:00",
        "Source  instagram         First contact  4 Jan 2027 10:10",
        "Tags    vip               Last contact   4 Jan 2027 10:10",
        "",
        "Score 60",
        "  Real budget +20 · Date is set +15 · Venue is booked +10 · Within eighteen",
        "  months +10 · Left a phone number +5",
        "",
        "Where they are",
        "  Two letters   1 of 2 steps done",
        "    next: Venue – Wed 6 Jan 10:10 (in 2 days)",
        "",
        "To do",
        "   5 Jan 10:10  Call them",
        "",
        "Timeline",
        "   4 Jan 10:00  lead created       Inquiry from instagram (typed in)",
        "   4 Jan 10:00  score updated      Score 0 → 60",
        "   4 Jan 10:00  sequence enrolled  Two letters: status is new; score is 10 to 1…",
        "   4 Jan 10:10  email sent         Your wedding",
        "   4 Jan 10:10  task created       Call them",
    ]


def test_only_the_newest_of_a_long_timeline_is_shown_unless_all_is_asked_for(studio: Studio) -> None:
    emma = add(studio, "emma@example.org", **EMMA)
    for number in range(20):
        happen(studio, emma, lambda change, lead, number=number: standing.add_tag(change, lead, f"tag{number}"))
    with studio.read() as session:
        report = lead_file(session, studio.config, studio.now(), session.get_one(Lead, emma))
    short, whole = _shown(lead_file_view(report)), _shown(lead_file_view(report, full=True))
    assert "the newest 12 of 22; --full shows all" in short
    assert "lead created" not in short
    assert "lead created" in whole
