from datetime import timedelta

from couples import EMMA, LETTERS, add, happen, only, run

from leadnurture.clock import VirtualClock
from leadnurture.crm import standing, tasks
from leadnurture.reports.overview import Overview, overview
from leadnurture.store.vocabulary import LeadStatus
from leadnurture.studio import Studio


def _overview(studio: Studio) -> Overview:
    with studio.read() as session:
        return overview(session, studio.config, studio.now())


def test_an_empty_book_has_zeros_for_all_ten_statuses(studio: Studio) -> None:
    told = _overview(studio).as_json()
    assert list(told["by_status"]) == [status.value for status in LeadStatus]
    assert set(told["by_status"].values()) == {0}
    assert (told["total_leads"], told["by_source"], told["conversion_rate"], told["average_score"]) == (0, [], 0.0, 0.0)
    assert told["pipeline_value"] == told["booked_value"] == {"amount": 0, "currency": "GBP"}


def test_leads_are_counted_by_status_and_source(studio: Studio) -> None:
    for number, status in enumerate(
        (LeadStatus.WON, LeadStatus.LOST, LeadStatus.SPAM, LeadStatus.DUPLICATE, LeadStatus.NEW)
    ):
        source = "instagram" if number < 2 else "website"
        add(studio, f"couple{number}@example.org", lead_source=source, lead_status=status)
    told = _overview(studio).as_json()
    assert told["by_status"]["won"] == told["by_status"]["spam"] == 1
    assert told["conversion_rate"] == 33.3  # one of three: spam and duplicates could never have booked
    assert told["by_source"] == [
        {"source": "website", "leads": 3, "won": 0, "conversion_rate": 0.0},
        {"source": "instagram", "leads": 2, "won": 1, "conversion_rate": 50.0},
    ]


def test_money_is_of_open_leads_in_the_pipeline_and_of_bookings_when_booked(studio: Studio) -> None:
    booked = add(studio, "emma@example.org", estimated_budget=240_000)
    add(studio, "open@example.org", estimated_budget=100_000)
    add(studio, "unknown@example.org")
    lost = add(studio, "lost@example.org", estimated_budget=500_000)
    happen(studio, booked, lambda change, lead: standing.convert(change, lead, 250_000))
    happen(studio, booked, lambda change, lead: standing.convert(change, lead, 30_000))
    happen(studio, lost, lambda change, lead: standing.lose(change, lead, "date taken"))
    report = _overview(studio)
    assert (report.pipeline_value, report.booked_value) == (100_000, 280_000)


def test_what_is_overdue_and_still_open_is_counted(studio: Studio) -> None:
    late, soon = studio.now() - timedelta(minutes=1), studio.now() + timedelta(minutes=1)
    emma = add(studio, "emma@example.org", next_follow_up_at=late)
    add(studio, "soon@example.org", next_follow_up_at=soon)
    add(studio, "won@example.org", next_follow_up_at=late, lead_status=LeadStatus.WON)
    happen(studio, emma, lambda change, lead: tasks.create(change, lead, "Call", due_at=late))
    happen(studio, emma, lambda change, lead: tasks.create(change, lead, "Call again", due_at=soon))
    report = _overview(studio)
    assert (report.overdue_follow_ups, report.overdue_tasks) == (1, 1)


def test_the_average_score_is_over_all_leads(studio: Studio) -> None:
    add(studio, "emma@example.org", **EMMA)
    add(studio, "nobody@example.org")
    told = _overview(studio).as_json()
    assert told["average_score"] == 30.0  # sixty and nothing


def test_messages_that_went_out_are_counted(studio: Studio, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    add(studio, "emma@example.org", **EMMA)
    clock.advance(timedelta(minutes=10))
    assert _overview(studio).messages_sent == 0
    run(studio)
    assert _overview(studio).messages_sent == 1
