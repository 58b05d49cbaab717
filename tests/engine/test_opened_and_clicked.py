"""What the couple did with our mails: counted once per message, and what later steps go by."""

from typing import Any

import pytest
from sqlalchemy import event
from studio_life import DAY, HOUR, Life, mail, tag

from leadnurture.crm import engagement, standing
from leadnurture.crm.change import Change
from leadnurture.crm.engagement import NoSuchMailError
from leadnurture.engine import subjects
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import EnrollmentStatus, InteractionType


def opened(change: Change, lead: Lead, step: str | None = None, **said: Any) -> bool:
    return engagement.mark_opened(
        change, engagement.latest_mail(change.session, lead, step=step), engagement.Told(**said)
    )


def clicked(change: Change, lead: Lead, step: str | None = None, **said: Any) -> bool:
    return engagement.mark_clicked(
        change, engagement.latest_mail(change.session, lead, step=step), engagement.Told(**said)
    )


@pytest.fixture
def mia(life: Life) -> Life:
    """A lead that has got `welcome`, then `gallery`, and comes to the steps that ask."""
    life.given(
        "welcome",
        mail("welcome"),
        mail("gallery", delay="1d"),
        tag("opened-welcome", delay="1d", when={"opened": "welcome"}),
        tag("clicked-either", when={"clicked": ["welcome", "gallery"]}),
        tag("opened-any", when={"opened": True}),
        tag("clicked-none", when={"clicked": False}),
    )
    life.add("mia")
    life.tick()
    life.later(DAY)
    assert life.sent("mia") == ["welcome", "gallery"]
    return life


def tags_after(life: Life) -> list[str]:
    life.later(DAY)
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED
    return life.lead("mia").tags


def test_who_opened_nothing_gets_what_is_for_those(mia: Life) -> None:
    assert tags_after(mia) == ["clicked-none"]
    assert mia.execution("mia", "opened-welcome").reason == "they opened welcome, but it is not opened"


def test_who_opened_the_mail_gets_what_is_for_those(mia: Life) -> None:
    mia.happens("mia", opened, "welcome")
    assert tags_after(mia) == ["opened-welcome", "opened-any", "clicked-none"]


def test_another_mail_does_not_count_for_it(mia: Life) -> None:
    mia.happens("mia", opened)
    assert tags_after(mia) == ["opened-any", "clicked-none"]
    assert mia.execution("mia", "opened-welcome").reason == "they opened welcome, but it is opened gallery"


def test_who_clicked_has_opened(mia: Life) -> None:
    mia.happens("mia", clicked, "welcome")
    assert tags_after(mia) == ["opened-welcome", "clicked-either", "opened-any"]


def test_the_first_time_is_on_the_timeline_with_its_step_and_counts(mia: Life) -> None:
    assert (mia.walk("mia").emails_opened, mia.walk("mia").emails_clicked) == (0, 0)
    mia.happens("mia", clicked, "welcome", text="the price list")
    mia.happens("mia", opened, "gallery")
    assert mia.told("mia", InteractionType.EMAIL_CLICKED) == [("welcome", "the price list")]
    assert mia.told("mia", InteractionType.EMAIL_OPENED) == [("welcome", None), ("gallery", None)]
    assert (mia.walk("mia").emails_opened, mia.walk("mia").emails_clicked) == (2, 1)
    assert (mia.lead("mia").email_opens, mia.lead("mia").email_clicks) == (2, 1)
    first, second = mia.queue("mia")
    assert (first.opened_at, first.clicked_at, second.opened_at) == (mia.clock.now(),) * 3


def test_a_second_time_changes_nothing(mia: Life) -> None:
    mia.happens("mia", clicked, "welcome")
    before, walk, at = mia.lead("mia"), mia.walk("mia"), mia.clock.now()
    mia.clock.advance(HOUR)
    with mia.change("mia") as (change, lead):
        assert not opened(change, lead, "welcome")
        assert not clicked(change, lead, "welcome")
    assert (mia.lead("mia"), mia.walk("mia")) == (before, walk)
    assert [message.opened_at for message in mia.queue("mia")] == [at, None]


def test_it_is_scored_at_once(mia: Life) -> None:
    with mia.studio.database.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE lead_scoring_rules SET criteria_field = 'email_opens', criteria_operator = 'greater_than', "
            "criteria_value = '0', score_adjustment = 42 WHERE id = 1"
        )
    before = mia.lead("mia").lead_score
    mia.happens("mia", opened)
    assert mia.lead("mia").lead_score == before + 42


def test_a_held_step_is_asked_again_at_once(life: Life) -> None:
    life.given("welcome", mail("welcome"), mail("venue", subject="{{ lead.wedding_venue }}"), tag("done"))
    life.add("mia")
    life.tick()
    life.later(DAY)
    assert life.walk("mia").held_reason
    with life.studio.database.write() as session:  # past the engine: nothing wakes the step yet
        session.connection().exec_driver_sql("UPDATE leads SET wedding_venue = 'The Barn'")
    life.later(HOUR)
    assert life.sent("mia") == ["welcome"]
    life.happens("mia", opened)
    life.tick()
    assert life.sent("mia") == ["welcome", "The Barn"]


def test_a_renamed_mail_is_still_the_one_they_opened(mia: Life) -> None:
    mia.happens("mia", opened, "welcome")
    mia.given(
        "welcome",
        mail("hello", was="welcome", subject="welcome"),
        mail("gallery", delay="1d"),
        tag("opened-hello", delay="1d", when={"opened": "hello"}),
    )
    assert tags_after(mia) == ["opened-hello"]


def test_the_mails_of_another_pass_do_not_count(life: Life) -> None:
    life.given(
        "welcome",
        mail("welcome"),
        tag("keen", delay="1h", when={"opened": "welcome"}),
        enroll={"when": {"tags": {"any": ["go"]}}, "again": "1d"},
    )
    life.add("mia", tags=["go"])
    life.tick()
    life.happens("mia", opened)
    life.later(HOUR)
    assert life.steps("mia")["keen"] == "executed"
    life.clock.advance(2 * DAY)
    life.set("mia", primary_phone="+442079460000")
    life.tick()
    life.later(HOUR)
    assert life.walk("mia").pass_number == 2
    assert life.steps("mia")["keen"] == "skipped"


def test_what_has_not_been_sent_cannot_have_been_opened(life: Life) -> None:
    life.given("welcome", mail("welcome", delay="1d"))
    life.add("mia")
    with pytest.raises(NoSuchMailError, match="no mail has been sent to mia"):
        life.happens("mia", opened)
    life.later(DAY)
    with pytest.raises(NoSuchMailError, match="no mail of step 'gallery' has been sent") as caught:
        life.happens("mia", opened, "gallery")
    assert caught.value.hint == "sent so far: welcome/welcome"
    life.happens("mia", opened, "welcome")


def test_a_walk_that_has_ended_still_hears_of_it(life: Life) -> None:
    life.given("welcome", mail("welcome"))
    life.add("mia")
    life.tick()
    life.happens("mia", standing.set_status, life.lead("mia").lead_status)
    life.happens("mia", opened)
    assert (life.walk("mia").status, life.walk("mia").emails_opened) == (EnrollmentStatus.COMPLETED, 1)


@pytest.mark.parametrize(("asking", "queries"), [({}, 0), ({"when": {"opened": "welcome"}}, 1)])
def test_mails_are_looked_up_only_where_a_condition_asks(life: Life, asking: dict[str, Any], queries: int) -> None:
    life.given("welcome", mail("welcome"), tag("next", delay="1d", **asking))
    life.add("mia")
    life.tick()
    life.happens("mia", opened)
    assert look_ups(life) == queries


def test_mails_are_looked_up_only_where_one_was_opened(life: Life) -> None:
    life.given("welcome", mail("welcome"), tag("next", delay="1d", when={"opened": "welcome"}))
    life.add("mia")
    life.tick()
    assert look_ups(life) == 0


def look_ups(life: Life) -> int:
    """Return how many questions gathering the walk's subject asks the database."""
    said: list[str] = []
    with life.studio.read() as session:
        walk, lead = life.walk("mia"), life.lead("mia")
        sequence = life.studio.engine.book.edition(session, walk.version_id).sequence
        event.listen(session.get_bind(), "before_cursor_execute", lambda *given: said.append(given[2]))
        subjects.walking(session, lead, walk, sequence, life.clock.now(), life.studio.config.studio.zone)
    return sum(OutboxMessage.__tablename__ in statement for statement in said)
