"""The main job, as a user does it: init, apply, a messy spreadsheet of 200 couples, run; all by the real command."""

import json
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from processes import Leadnurture, Sink
from studios import rows

COUPLES = 200
HEADER = (
    "Date of enquiry;Names;E-mail address;Mobile;Wedding date;Venue;Guests;Budget;"
    "Where did you hear about us?;Dress colour\r\n"
)
FIRST = ("Zoë", "José", "Siân", "Priya", "Emma", "Chloé", "Björn", "Aoife")
LAST = ("Müller", "O'Neill", "Smith", "Nuñez", "van der Berg", "Patel", "Fitzgerald", "Lövgren")


def inquiry(number: int) -> str:
    now = datetime.now(UTC)
    asked = (now - timedelta(days=2)).strftime(("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y")[number % 3])
    wedding = (now + timedelta(days=300 + number)).strftime(("%Y-%m-%d", "%d %b %Y")[number % 2]) if number % 5 else ""
    bride, groom = FIRST[number % 8], FIRST[(number + 3) % 8]
    surname = LAST[number % 8]
    names = (
        f"{bride} & {groom} {surname}",
        f"{bride} {surname} and {groom} {LAST[(number + 1) % 8]}",
        f"{bride} + {groom}",
    )[number % 3]
    email = f"couple{number}@{('example.com', 'bücher.example', 'Example.ORG')[number % 3]}"
    budget = ("£2,400.00", "3200", "", "£3k")[number % 4]
    contact = f"{names};{email};07700 900{number:03d}"
    return f'{asked};{contact};{wedding};"Barn; {number}";{80 + number};{budget};Instagram;ivory\r\n'


@pytest.fixture
def spreadsheet(tmp_path: Path) -> Path:
    file = tmp_path / "inquiries.csv"
    text = HEADER + "".join(inquiry(number) for number in range(COUPLES))
    text += "01/02/2027;No Address;;;;;;;Friend;\r\n"
    text += "01/02/2027;Bad Address;not-an-address;;;;;;;\r\n"
    text += "99/99/2027;Bad Date;bad-date@example.com;;;;;;;\r\n"
    file.write_bytes(text.encode("windows-1252"))
    return file


@pytest.fixture
def studio(leadnurture: Leadnurture, tmp_path: Path) -> Path:
    given = (
        "--name",
        "Härt & Holly",
        "--owner",
        "Holly Härt",
        "--email",
        "holly@hart.example",
        "--timezone",
        "Europe/London",
    )
    assert (
        leadnurture("init", "studio", *given, "--country", "GB", "--currency", "GBP", "--locale", "en_GB").returncode
        == 0
    )
    welcome = tmp_path / "studio" / "sequences" / "inquiry-welcome.yaml"
    welcome.write_text(welcome.read_text().replace("    delay: 10m\n", ""))  # the first letter is due at once
    assert leadnurture("--studio", "studio", "apply", "--yes").returncode == 0
    return tmp_path / "studio"


def test_two_hundred_couples_each_get_their_first_letter_exactly_once(
    leadnurture: Leadnurture, sink: Sink, studio: Path, spreadsheet: Path
) -> None:
    imported = leadnurture("--studio", "studio", "lead", "import", str(spreadsheet), "--enroll", "--json")
    assert imported.returncode == 1  # done, but three rows were rejected
    report = json.loads(imported.stdout)["data"]
    assert (report["created"], report["updated"], report["unchanged"]) == (COUPLES, 0, 0)
    assert [(one["line"], one["column"]) for one in report["rejected"]] == [
        (202, "E-mail address"), (203, "E-mail address"), (204, "Date of enquiry")
    ]  # fmt: skip
    assert report["enrolled"] == {"inquiry-welcome": COUPLES}
    assert "no-address" not in (studio.parent / "inquiries.rejected.csv").read_text("utf-8-sig")
    assert len((studio.parent / "inquiries.rejected.csv").read_text("utf-8-sig").splitlines()) == 4

    done = leadnurture("run", "--once", "--json", **sink.settings(LEADNURTURE_STUDIO=str(studio)))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["data"]["sent"] == COUPLES
    assert leadnurture("run", "--once", "--json", **sink.settings(LEADNURTURE_STUDIO=str(studio))).returncode == 0

    assert len(sink.messages()) == COUPLES
    in_outbox = dict(rows(studio, "SELECT message_id, lead_id FROM outbox"))
    assert sorted(sink.ids()) == sorted(in_outbox)
    leads = {
        row[0]: row[1:]
        for row in rows(studio, "SELECT id, couple_name_bride, couple_name_groom, primary_email FROM leads")
    }
    for message, recipients in zip(sink.messages(), sink.recipients, strict=True):
        check_letter(message, recipients, leads[in_outbox[str(message["Message-ID"])]])


def check_letter(message: EmailMessage, recipients: list[str], lead: tuple[str, str, str]) -> None:
    bride, groom, address = lead
    local, _, domain = address.partition("@")
    assert recipients == [f"{local}@{domain.encode('idna').decode()}"]
    firsts = f"{bride.split()[0]} & {groom.split()[0]}"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert f"Dear {firsts}," in text.get_content()
    assert firsts.replace("&", "&amp;") in html.get_content()
    assert "{{" not in text.get_content() + html.get_content()
    assert message["From"].addresses[0].display_name == "Holly Härt"
    assert bride.split()[0] in message["To"].addresses[0].display_name
    date = parsedate_to_datetime(str(message["Date"]))
    assert date.utcoffset() == datetime.now(ZoneInfo("Europe/London")).utcoffset()
    assert str(message["Message-ID"]).endswith("@hart.example>")
    assert "unsubscribe" in str(message["List-Unsubscribe"])


def test_importing_the_same_file_again_changes_nothing_and_says_so(
    leadnurture: Leadnurture, studio: Path, spreadsheet: Path
) -> None:
    leadnurture("--studio", "studio", "lead", "import", str(spreadsheet))
    before = rows(studio, "SELECT * FROM leads ORDER BY id")
    timeline = rows(studio, "SELECT count(*) FROM lead_interactions")
    again = leadnurture("--studio", "studio", "lead", "import", str(spreadsheet))
    assert "0 new, 0 updated, 200 unchanged, 3 rejected" in again.stdout
    assert rows(studio, "SELECT * FROM leads ORDER BY id") == before
    assert rows(studio, "SELECT count(*) FROM lead_interactions") == timeline


def test_an_old_spreadsheet_wakes_nobody_and_says_who_would_match(
    leadnurture: Leadnurture, studio: Path, spreadsheet: Path
) -> None:
    done = leadnurture("--studio", "studio", "lead", "import", str(spreadsheet))
    assert "Nobody was enrolled" in done.stderr
    assert "inquiry-welcome: 200 would match" in done.stderr
    assert rows(studio, "SELECT count(*) FROM lead_nurture_enrollments") == [(0,)]
    leadnurture("--studio", "studio", "lead", "set", "couple7@example.org", "wedding_venue=Another barn")
    assert rows(studio, "SELECT count(*) FROM lead_nurture_enrollments") == [(0,)]


def test_strict_and_dry_run_leave_everything_as_it_was(
    leadnurture: Leadnurture, studio: Path, spreadsheet: Path
) -> None:
    strict = leadnurture("--studio", "studio", "lead", "import", str(spreadsheet), "--strict")
    assert strict.returncode == 10
    dry = leadnurture("--studio", "studio", "lead", "import", str(spreadsheet), "--dry-run", "--enroll")
    assert "200 would be enrolled in inquiry-welcome" in dry.stderr
    assert rows(studio, "SELECT count(*) FROM leads") == [(0,)]
    assert not (studio.parent / "inquiries.rejected.csv").exists()


def test_standard_input_and_back_out_again(leadnurture: Leadnurture, studio: Path) -> None:
    given = "name,email,heard\nEmma & Jack Smith,emma@example.com,a friend of ours\n"
    said = ("--map", "heard=lead_source", "--create-sources")
    done = leadnurture("--studio", "studio", "lead", "import", "-", *said, stdin=given)
    assert done.returncode == 0, done.stderr
    exported = leadnurture("--studio", "studio", "lead", "export")
    assert "emma@example.com" in exported.stdout
    again = leadnurture("--studio", "studio", "lead", "import", "-", stdin=exported.stdout)
    assert "0 new, 0 updated, 1 unchanged" in again.stdout


def test_the_inquirys_date_becomes_the_leads(leadnurture: Leadnurture, studio: Path, spreadsheet: Path) -> None:
    leadnurture("--studio", "studio", "lead", "import", str(spreadsheet))
    asked = {row[0][:10] for row in rows(studio, "SELECT inquiry_at FROM leads")}
    assert asked == {(datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%d")}
