"""Consents in a spreadsheet: with their date and origin, and never against what the couple said elsewhere."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from spreadsheet_fixtures import CONFIG, NOW, bring_in, new_book, only_lead
from sqlmodel import select

from leadnurture.crm import consents
from leadnurture.crm.change import Change
from leadnurture.crm.consents import Said
from leadnurture.store.database import Database
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.privacy import LeadConsent
from leadnurture.store.vocabulary import ConsentKind, ConsentOrigin

SAID = "Email,Newsletter,GDPR,Consent date\nemma@example.org,yes,yes,03/01/2026\n"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Database]:
    with new_book(tmp_path) as database:
        yield database


def rows(book: Database) -> list[LeadConsent]:
    with book.read() as session:
        return list(session.exec(select(LeadConsent).order_by("id")).all())


def test_a_consent_column_is_noted_with_the_spreadsheets_date(book: Database) -> None:
    bring_in(book, SAID)
    said_at = datetime(2026, 1, 3, 9, tzinfo=UTC)
    assert [(row.consent_kind.value, row.given, row.origin.value, row.said_at) for row in rows(book)] == [
        ("marketing", True, "spreadsheet", said_at),
        ("processing", True, "spreadsheet", said_at),
    ]
    assert bring_in(book, SAID).unchanged == 1
    assert len(rows(book)) == 2


def test_an_old_spreadsheet_does_not_bring_back_what_they_took_back(book: Database) -> None:
    bring_in(book, SAID)
    with book.write() as session:
        lead = session.exec(select(Lead)).one()
        said = Said(given=False, origin=ConsentOrigin.MAIL)
        consents.record(Change(session, NOW, CONFIG), lead, ConsentKind.MARKETING, said)
    assert bring_in(book, SAID).unchanged == 1
    assert not only_lead(book).consent_marketing
    assert only_lead(book).consent_data_processing


def test_a_newer_spreadsheet_may_add_a_consent_that_nobody_has_spoken_of(book: Database) -> None:
    bring_in(book, "Email\nemma@example.org\n")
    assert bring_in(book, SAID).updated == (1,)
    assert only_lead(book).consent_marketing
    assert [row.origin.value for row in rows(book)] == ["spreadsheet", "spreadsheet"]
