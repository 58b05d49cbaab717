"""Which days a calendar file takes, and which files are refused."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from leadnurture.channels.calendar_reading import BadCalendarError, Busy, busy_days

LONDON = ZoneInfo("Europe/London")
FIRST, LAST = date(2027, 6, 1), date(2027, 12, 31)
HOLIDAY = "UID:h\nSUMMARY:Holiday\nDTSTART;VALUE=DATE:20270801\nDTEND;VALUE=DATE:20270804"


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def days_of(*events: str, zone: ZoneInfo = LONDON) -> dict[str, list[str]]:
    found = busy_days(calendar(*events), "x.ics", zone, FIRST, LAST)
    return {busy.uid: [f"{day:%m-%d}" for day in busy.days] for busy in found}


def test_whole_days_end_before_their_end() -> None:
    assert busy_days(calendar(HOLIDAY), "x.ics", LONDON, FIRST, LAST) == [
        Busy("h", "Holiday", (date(2027, 8, 1), date(2027, 8, 2), date(2027, 8, 3)))
    ]


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("DTSTART:20270605T100000Z", "DTEND:20270605T180000Z", ["06-05"]),
        ("DTSTART:20270605T200000Z", "DTEND:20270605T230000Z", ["06-05"]),  # until midnight in London
        ("DTSTART:20270605T200000Z", "DTEND:20270606T020000Z", ["06-05", "06-06"]),
        ("DTSTART:20270605T233000Z", "DTEND:20270606T003000Z", ["06-06"]),
        ("DTSTART:20270605T100000", "DTEND:20270605T180000", ["06-05"]),
        ("DTSTART;TZID=America/New_York:20270605T200000", "DURATION:PT1H", ["06-06"]),
        ("DTSTART;VALUE=DATE:20270605", "CLASS:PUBLIC", ["06-05"]),
        ("DTSTART:20270605T100000Z", "CLASS:PUBLIC", ["06-05"]),
        ("DTSTART;VALUE=DATE:20270530", "DTEND;VALUE=DATE:20270603", ["06-01", "06-02"]),
    ],
)
def test_a_timed_entry_takes_the_days_of_the_zone(start: str, end: str, days: list[str]) -> None:
    assert days_of(f"UID:a\n{start}\n{end}") == {"a": days}


def test_what_comes_again_is_followed_with_its_exceptions_until_the_last_day() -> None:
    weekly = (
        "UID:w\nSUMMARY:Course\nDTSTART;VALUE=DATE:20270604\nRRULE:FREQ=MONTHLY;BYDAY=1FR\nEXDATE;VALUE=DATE:20270806"
    )
    moved = "UID:w\nRECURRENCE-ID;VALUE=DATE:20270903\nDTSTART;VALUE=DATE:20270905"
    called_off = "UID:w\nRECURRENCE-ID;VALUE=DATE:20271001\nDTSTART;VALUE=DATE:20271001\nSTATUS:CANCELLED"
    assert days_of(weekly, moved, called_off) == {"w": ["06-04", "07-02", "09-05", "11-05", "12-03"]}


def test_what_is_cancelled_or_leaves_one_free_takes_no_day_but_is_known() -> None:
    assert days_of(f"{HOLIDAY}\nSTATUS:CANCELLED", "UID:b\nDTSTART;VALUE=DATE:20270901\nTRANSP:TRANSPARENT") == {
        "h": [],
        "b": [],
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "this is no calendar"),
        (b"hello", "this is no calendar"),
        (b"\xff\xfe\x00", "this is no calendar"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "this is no calendar, but a VCARD"),
        (calendar(HOLIDAY)[:120], "this is no calendar"),
        (calendar("UID:a\nSUMMARY:No beginning"), "'No beginning'"),
        (calendar("UID:a\nSUMMARY:Odd\nDTSTART;VALUE=DATE:2027"), "'Odd'"),
        (calendar(f"{HOLIDAY}\nRRULE:FREQ=SECONDLY"), "'Holiday' comes again secondly"),
        (calendar(f"{HOLIDAY}\nRRULE:FREQ=NEVER"), "x.ics: "),
        (b"x" * 20_000_001, "at most 20,000,000 are read"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(BadCalendarError) as caught:
        busy_days(content, "x.ics", LONDON, FIRST, LAST)
    assert told in caught.value.message
    assert caught.value.message.startswith("x.ics: ")
