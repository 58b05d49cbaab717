"""A copy of the database in memory has everything that the file has, and gives nothing back to it."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from trial_studio import EMMA, add

from leadnurture.crm import leads
from leadnurture.store.database import Database, copy_in_memory
from leadnurture.store.errors import NoDatabaseError
from leadnurture.studio import Studio


def test_the_copy_has_what_the_file_has_and_changes_stay_in_it(studio: Studio, root: Path) -> None:
    add(studio, "élise@example.org", couple_name_bride="Élise")
    before = (root / "leadnurture.db").read_bytes()
    copy = copy_in_memory(root / "leadnurture.db")
    with copy.write() as session:
        assert leads.find(session, "élise").primary_email == "élise@example.org"
        session.execute(text("DELETE FROM leads"))
    with copy.read() as session:
        assert session.execute(text("SELECT count(*) FROM leads")).scalar() == 0
    copy.close()
    assert (root / "leadnurture.db").read_bytes() == before


def test_a_transaction_in_the_copy_is_all_or_nothing_and_foreign_keys_hold(studio: Studio, root: Path) -> None:
    add(studio, "emma@example.org", **EMMA)
    copy = copy_in_memory(root / "leadnurture.db")
    with pytest.raises(IntegrityError):
        _delete_and_fail(copy)
    with copy.read() as session:
        assert session.execute(text("SELECT count(*) FROM leads")).scalar() == 1
    copy.close()


def _delete_and_fail(copy: Database) -> None:
    with copy.write() as session:
        session.execute(text("DELETE FROM leads"))
        session.execute(text("INSERT INTO passed_over VALUES (999, 'nothing', 'x', '2027-01-01 00:00:00.000000')"))


def test_there_is_no_copy_of_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoDatabaseError):
        copy_in_memory(tmp_path / "nothing.db")
