"""A season's spreadsheet goes in once, whatever it looks like, and a second time changes nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from leadnurture.store.tables.source import Source
from leadnurture.store.tables.timeline import Touch
from spreadsheet_fixtures import BRITISH, CONFIG, NOW, bring_in, leads_in, new_book, only_lead
from sqlalchemy import event
from sqlmodel import select

from leadnurture.crm import leads, standing
from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.spreadsheet.columns import match_columns
from leadnurture.crm.spreadsheet.importing import ImportResult, StrictImportError, import_sheet, rejected_csv
from leadnurture.crm.spreadsheet.sheet import read_sheet
from leadnurture.crm.timeline import timeline_of
from leadnurture.store.database import Database
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import BudgetRange, LeadStatus

LATER = NOW + timedelta(days=3)
HEADER = (
    "Enquiry date;Names;E-mail address;Tel.;Wedding date;Venue;No. of guests;Budget (£);Heard via;Status;Notes;Dress"
)
SEASON = f"""\
\ufeff
{HEADER}
03/01/2026;Emma & Jack Smith;Emma@Example.org;07700 900123;14/06/2027;The Barn;120;£2,400.00;Google;Enquiry;"A drone;
and an album";ivory

05/01/2026;Mia Brown / Zoë O’Neil;mia@example.org;'+44 7700 900456;Sat 3rd July 2027;TBC;ca 80;1800;Instagram;Booked;;
;;;;;;;;;;;
07/01/2026;Ava;ava@example.org;;;;;;A friend;Proposal;;red
"""
MESSY = """\
Names,Email,Mobile,Date,Budget
Emma & Jack,emma@example.org,7.700900123E+11,14/06/2027,2400
Mia,,07700900456,,
Ava,ava@example.org,,soon,lots
Eve,eve@example.org,,,1500
Eve again,EVE@example.org,,,
Ivy,ivy@example.org,,,1,500
"""


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Database]:
    with new_book(tmp_path) as database:
        yield database


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return len(result.created), len(result.updated), result.unchanged, len(result.rejected)


def test_a_messy_season_goes_in_as_it_is(book: Database) -> None:
    result = bring_in(book, SEASON)
    assert counts(result) == (3, 0, 0, 0)
    emma, mia, ava = leads_in(book)
    assert [emma.id, mia.id, ava.id] == list(result.created)
    assert (emma.couple_name_bride, emma.couple_name_groom, emma.primary_email) == (
        "Emma Smith",
        "Jack Smith",
        "emma@example.org",
    )
    assert (emma.primary_phone, emma.wedding_date, emma.wedding_venue) == (
        "+447700900123",
        date(2027, 6, 14),
        "The Barn",
    )
    assert (emma.estimated_guest_count, emma.estimated_budget, emma.budget_range) == (
        120,
        240000,
        BudgetRange.FROM_1000,
    )
    assert (emma.lead_source, emma.lead_status) == ("seo_organic", LeadStatus.NEW)
    assert emma.inquiry_at == datetime(2026, 1, 3, 9, tzinfo=UTC)
    assert (emma.additional_notes, emma.custom_fields) == ("A drone;\nand an album", {"dress": "ivory"})
    assert (mia.couple_name_groom, mia.wedding_venue, mia.lead_status) == ("Zoë O’Neil", None, LeadStatus.WON)
    assert (mia.estimated_guest_count, mia.primary_phone) == (80, "+447700900456")
    assert (ava.lead_status, ava.lead_source, ava.custom_fields) == (
        LeadStatus.PROPOSAL_SENT,
        "a_friend",
        {"dress": "red"},
    )


def test_each_new_couple_has_its_beginning_on_the_timeline_its_touch_and_its_fact(book: Database) -> None:
    sheet = read_sheet(SEASON.encode(), "couples.csv")
    with book.write() as session:
        change = Change(session, NOW, CONFIG)
        result = import_sheet(change, sheet, match_columns(sheet.headers, {}), BRITISH, strict=False)
        assert [(fact.kind, fact.lead_id) for fact in change.facts] == [
            (FactKind.CREATED, lead) for lead in result.created
        ]
    with book.read() as session:
        subjects = [entry.interaction_subject for lead in result.created for entry in timeline_of(session, lead)]
        touches = session.exec(select(Touch.source_name, Touch.touched_at).order_by("id")).all()
        new = session.exec(select(Source.source_name).where(Source.source_name == "a_friend")).all()
    assert subjects == [f"Inquiry from {source} (spreadsheet)" for source in ("seo_organic", "instagram", "a_friend")]
    assert touches[0] == ("seo_organic", datetime(2026, 1, 3, 9, tzinfo=UTC))
    assert (len(touches), len(new)) == (3, 1)


def test_the_same_file_again_changes_nothing(book: Database) -> None:
    text = SEASON.replace("Dress\n", "Dress;Tags;Unsubscribed;Budget range;Newsletter\n").replace(
        ";ivory\n", ";ivory;vip, VIP;yes;10000_plus;yes\n"
    )
    bring_in(book, text)
    before = [lead.model_dump() for lead in leads_in(book)]
    again = bring_in(book, text, now=LATER)
    assert counts(again) == (0, 0, 3, 0)
    assert [lead.model_dump() for lead in leads_in(book)] == before
    with book.read() as session:
        assert len(timeline_of(session, 2)) == 1


def test_what_is_new_in_a_file_is_added_to_the_known_couple(book: Database) -> None:
    bring_in(book, "Email,Names,Venue,Tags,Colour,Shoes\na@example.org,Ava,The Mill,vip,red,flat\n")
    result = bring_in(
        book, "Email,Names,Venue,Tags,Colour,Hat\nA@example.org,,The Barn,VIP; local,blue,none\n", now=LATER
    )
    assert counts(result) == (0, 1, 0, 0)
    lead = only_lead(book)
    assert result.updated == (lead.id,)
    assert (lead.couple_name_bride, lead.wedding_venue, lead.tags) == ("Ava", "The Barn", ["vip", "local"])
    assert lead.custom_fields == {"colour": "blue", "shoes": "flat", "hat": "none"}
    assert (lead.created_at, lead.updated_at) == (NOW, LATER)


def test_a_new_tag_alone_is_an_update(book: Database) -> None:
    bring_in(book, "Email,Tags\na@example.org,vip\n")
    assert counts(bring_in(book, "Email,Tags\na@example.org,local\n", now=LATER)) == (0, 1, 0, 0)
    assert (only_lead(book).tags, only_lead(book).updated_at) == (["vip", "local"], LATER)


def test_blank_cells_wipe_nothing(book: Database) -> None:
    bring_in(book, SEASON)
    before = [lead.model_dump() for lead in leads_in(book)]
    blank = f"{HEADER}\n;;emma@example.org;;;;;;;;;\n;TBC;mia@example.org;-;TBC;n/a;?;tbc;;;;\n"
    assert counts(bring_in(book, blank, now=LATER)) == (0, 0, 2, 0)
    assert [lead.model_dump() for lead in leads_in(book)] == before


def test_a_custom_field_that_is_a_number_is_not_rewritten_as_a_text(book: Database) -> None:
    with book.write() as session:
        values = {"primary_email": "a@example.org", "custom_fields": {"dogs": 2}}
        leads.create(Change(session, NOW, CONFIG), values, origin="web form")
    assert counts(bring_in(book, "Email,custom_fields.dogs\na@example.org,2\n")) == (0, 0, 1, 0)
    assert only_lead(book).custom_fields == {"dogs": 2}


def test_a_couple_that_has_moved_on_is_not_pushed_back(book: Database) -> None:
    text = "Email,Status,Source,Enquiry date,Automation paused,source_details\n"
    bring_in(book, text + "a@example.org,Enquiry,Google,01/02/2026,no,\n")
    with book.write() as session:
        change, lead = Change(session, NOW, CONFIG), session.get(Lead, 1)
        assert lead is not None
        standing.set_status(change, lead, LeadStatus.NEGOTIATION)
        standing.pause(change, lead)
        leads.update(change, lead, {"lead_source": "referral", "inquiry_at": NOW})
    before = only_lead(book).model_dump()
    old = text + 'a@example.org,Lost,Google,01/01/2026,no,"{""campaign"": ""x""}"\n'
    assert counts(bring_in(book, old, now=LATER)) == (0, 0, 1, 0)
    assert only_lead(book).model_dump() == before


def test_a_corrected_budget_moves_its_band_and_an_old_band_does_not_move_it_back(book: Database) -> None:
    bring_in(book, "Email,Budget,Budget range\na@example.org,900,under_1000\n")
    corrected = "Email,Budget,Budget range\na@example.org,6000,under_1000\n"
    assert counts(bring_in(book, corrected)) == (0, 1, 0, 0)
    assert only_lead(book).budget_range is BudgetRange.FROM_5000
    assert counts(bring_in(book, corrected)) == (0, 0, 1, 0)


def test_who_opted_out_stays_so_from_one_studio_to_the_next(book: Database) -> None:
    text = "primary_email,opt_out_date,bounced_at\na@example.org,2026-01-03T10:00:00+00:00,2026-01-04T10:00:00+00:00\n"
    bring_in(book, text + "b@example.org,yes,\nc@example.org,no,\n")
    gone, told, open_ = leads_in(book)
    assert gone.opt_out_date == datetime(2026, 1, 3, 10, tzinfo=UTC)
    assert gone.bounced_at == datetime(2026, 1, 4, 10, tzinfo=UTC)
    assert (told.opt_out_date, open_.opt_out_date) == (NOW, None)


def test_an_opt_out_reaches_a_known_couple_and_no_import_takes_it_back(book: Database) -> None:
    bring_in(book, "Email\na@example.org\n")
    sheet = read_sheet(b"Email,Do not contact\na@example.org,x\n", "couples.csv")
    with book.write() as session:
        change = Change(session, LATER, CONFIG)
        import_sheet(change, sheet, match_columns(sheet.headers, {}), BRITISH, strict=False)
        assert [fact.kind for fact in change.facts] == [FactKind.OPTED_OUT]
    assert only_lead(book).opt_out_date == LATER
    assert counts(bring_in(book, "Email,Do not contact\na@example.org,no\n")) == (0, 0, 1, 0)
    assert only_lead(book).opt_out_date == LATER


def test_an_old_file_does_not_mark_a_mended_address_as_bouncing(book: Database) -> None:
    bring_in(book, "Email\na@example.org\n")
    assert counts(bring_in(book, "Email,bounced_at\na@example.org,2026-01-03\n")) == (0, 0, 1, 0)
    assert only_lead(book).bounced_at is None


def test_good_rows_go_in_and_each_bad_one_says_why(book: Database) -> None:
    result = bring_in(book, MESSY)
    assert [lead.primary_email for lead in leads_in(book)] == ["eve@example.org"]
    assert [(bad.line, bad.column, bad.value) for bad in result.rejected] == [
        (2, "Mobile", "7.700900123E+11"),
        (3, "Email", None),
        (4, "Date", "soon"),
        (4, "Budget", "lots"),
        (6, "Email", "eve@example.org"),
        (7, None, "500"),
    ]
    assert result.rejected[4].reason == "same e-mail as line 5"


def test_strict_imports_all_or_nothing(book: Database) -> None:
    with pytest.raises(StrictImportError) as refused:
        bring_in(book, MESSY, strict=True)
    assert leads_in(book) == []
    assert refused.value.message == "5 of 6 rows cannot be imported, so none was"
    assert len(refused.value.rejected) == 6
    assert json.loads(json.dumps(refused.value.detail))["rejected"][0]["line"] == 2
    assert counts(bring_in(book, SEASON, strict=True)) == (3, 0, 0, 0)


def test_progress_is_told_once_for_every_row(book: Database) -> None:
    sheet = read_sheet(MESSY.encode(), "couples.csv")
    told: list[int] = []
    for _ in range(2):
        with book.write() as session:
            columns = match_columns(sheet.headers, {})
            import_sheet(
                Change(session, NOW, CONFIG), sheet, columns, BRITISH, strict=False, on_row=lambda: told.append(1)
            )
    assert len(told) == 2 * len(sheet.rows)


def test_rejected_rows_come_back_as_they_were_with_the_reason_and_mended_go_in(book: Database) -> None:
    sheet = read_sheet(MESSY.encode(), "couples.csv")
    returned = rejected_csv(sheet, bring_in(book, MESSY).rejected)
    assert returned.startswith(b"\xef\xbb\xbfNames,Email,Mobile,Date,Budget,reason\r\n")
    again = read_sheet(returned, "rejected.csv")
    assert [row.cells[:5] for row in again.rows] == [
        (*row.cells, "", "", "")[:5] for row in sheet.rows if row.line != 5
    ]  # fmt: skip
    assert again.rows[2].cells[5].startswith("Date: 'soon' is no whole date")
    assert "; Budget: 'lots' is not an amount of money" in again.rows[2].cells[5]
    assert again.rows[4].cells[5:] == (again.rows[4].cells[5], "500")

    mended = (
        returned.decode().replace("7.700900123E+11", "07700900123").replace("soon", "1/5/2027").replace("lots", "2k")
    )
    result = bring_in(book, mended)
    assert [lead.primary_email for lead in leads_in(book)] == ["eve@example.org", "emma@example.org", "ava@example.org"]
    assert result.columns[-1].target is None
    assert all(lead.custom_fields == {} for lead in leads_in(book))


def test_the_reason_is_no_formula_even_where_a_header_looks_like_one(book: Database) -> None:
    sheet = read_sheet(b"-Email-,Names\n,Ava\n", "couples.csv")
    returned = rejected_csv(sheet, bring_in(book, "-Email-,Names\n,Ava\n").rejected)
    assert read_sheet(returned, "rejected.csv").rows[0].cells[2] == "'-Email-: there is no e-mail address"


def test_rows_rejected_twice_have_one_reason(book: Database) -> None:
    once = rejected_csv(read_sheet(MESSY.encode(), "couples.csv"), bring_in(book, MESSY).rejected)
    twice = rejected_csv(read_sheet(once, "rejected.csv"), bring_in(book, once).rejected)
    assert twice.decode("utf-8-sig").splitlines()[0] == "Names,Email,Mobile,Date,Budget,reason"
    assert read_sheet(twice, "c.csv").rows[0] == read_sheet(once, "c.csv").rows[0]


def test_two_thousand_couples_go_in_with_far_fewer_questions_than_rows(book: Database) -> None:
    row = (
        "03/01/2026;Emma & Jack {0};emma{0}@example.org;07700 9{0:05};14/06/2027;Barn;120;2400;Fair {1};Enquiry;;blue\n"
    )
    text = f"{HEADER}\n" + "".join(row.format(n, n % 40) for n in range(2000))
    asked: list[str] = []
    event.listen(book._engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert counts(bring_in(book, text)) == (2000, 0, 0, 0)
    assert counts(bring_in(book, text)) == (0, 0, 2000, 0)
    questions = Counter(sql for sql in asked if sql.startswith("SELECT"))
    assert questions.total() < 400, questions.most_common(5)
    assert [lead.primary_email for lead in leads_in(book)] == [f"emma{n}@example.org" for n in range(2000)]
