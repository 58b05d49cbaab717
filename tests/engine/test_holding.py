"""A letter with a hole in it is not sent: the step is held with its reason, and goes once when it is mended."""

from pathlib import Path
from typing import Any

from studio_life import DAY, HOUR, START, Begin, Life, mail, tag

from leadnurture.crm import standing
from leadnurture.store.vocabulary import EnrollmentStatus, InteractionType

HOLE = "'lead.wedding_venue' has no value for this lead and the text has no fallback for it"


def greeting(**keys: Any) -> dict[str, Any]:
    return mail("hello", body="See you at {{ lead.wedding_venue }}.", **keys)


def test_a_step_with_a_hole_is_held_and_nothing_is_sent(life: Life) -> None:
    life.given("welcome", greeting(), mail("more"))
    life.add("mia")
    report = life.tick()
    assert life.sent() == []
    assert (report.counts["held"], report.waiting, report.next_at) == (1, 1, START + DAY)
    walk = life.walk("mia")
    assert (walk.status, walk.current_step, walk.held_reason) == (EnrollmentStatus.ACTIVE, "hello", HOLE)
    assert life.told("mia", InteractionType.STEP_HELD) == [("welcome: hello", HOLE)]
    assert life.steps("mia") == {}


def test_a_held_step_does_not_hold_up_other_leads(life: Life) -> None:
    life.given("welcome", greeting())
    life.add("mia")
    life.add("zoe", wedding_venue="Barn Hall")
    life.tick()
    assert life.sent() == ["hello"]
    assert life.sent("zoe") == ["hello"]


def test_a_mended_step_is_sent_at_the_next_tick_exactly_once(life: Life) -> None:
    life.given("welcome", greeting(), mail("more", delay="1d"))
    life.add("mia")
    life.tick()
    life.clock.advance(HOUR)
    life.set("mia", wedding_venue="Barn Hall")
    life.tick()
    life.tick()
    assert life.sent() == ["hello"]
    assert life.walk("mia").held_reason is None
    assert life.walk("mia").next_at == START + HOUR + DAY
    life.later(DAY)
    assert life.sent() == ["hello", "more"]


def test_a_letter_that_would_never_be_filled_is_held_and_the_others_go(life: Life) -> None:
    loops = "{% for a in lead.notes %}{% for b in lead.notes %}{% endfor %}{% endfor %}Dear both."
    life.given("welcome", mail("hello", body=loops))
    life.add("mia", additional_notes="words " * 1500)
    life.add("zoe", additional_notes="words")
    life.tick()
    assert life.sent() == ["hello"]
    assert life.sent("zoe") == ["hello"]
    assert "it takes too much work" in (life.walk("mia").held_reason or "")


def test_a_step_that_stays_held_is_told_once(life: Life) -> None:
    life.given("welcome", greeting())
    life.add("mia")
    life.tick()
    for _ in range(3):
        life.later(DAY)
    life.happens("mia", standing.add_tag, "keen")
    life.tick()
    assert len(life.told("mia", InteractionType.STEP_HELD)) == 1
    assert life.sent() == []


def test_a_step_that_is_held_for_another_reason_is_told_again(life: Life) -> None:
    life.given("welcome", mail("hello", body="{{ lead.wedding_venue }} {{ lead.wedding_location }}"))
    life.add("mia")
    life.tick()
    life.set("mia", wedding_venue="Barn Hall")
    life.tick()
    assert [reason for _, reason in life.told("mia", InteractionType.STEP_HELD)] == [
        HOLE,
        HOLE.replace("venue", "location"),
    ]


def test_a_step_mended_in_the_evening_waits_for_its_window(life: Life) -> None:
    life.given("welcome", greeting(window={"at": "09:00"}))
    life.add("mia")
    life.tick()
    life.clock.advance(12 * HOUR)
    life.set("mia", wedding_venue="Barn Hall")
    life.tick()
    assert life.sent() == []
    life.later(12 * HOUR)
    assert life.sent() == ["hello"]


def test_a_step_is_mended_by_a_new_version_too(life: Life) -> None:
    life.given("welcome", greeting())
    life.add("mia")
    life.tick()
    life.given("welcome", mail("hello", body="See you."))
    life.tick()
    assert life.sent() == ["hello"]


def test_a_hole_in_a_task_holds_it_too(life: Life) -> None:
    life.given("welcome", {"id": "task", "action": "create_task", "title": "{{ lead.wedding_venue }}"}, tag("after"))
    life.add("mia")
    life.tick()
    assert life.walk("mia").held_reason == HOLE
    assert life.lead("mia").tags == []


def test_a_missing_attachment_holds_the_letter_until_it_is_there(life: Life) -> None:
    prices = life.root / "templates/prices.pdf"
    prices.write_bytes(b"%PDF")
    life.given("welcome", mail("hello", attachments=["prices.pdf"]))
    prices.unlink()
    life.add("mia")
    life.tick()
    assert life.walk("mia").held_reason == (
        "the attachment 'prices.pdf' cannot be read: there is no such file; "
        "put it back as it was, or let the change count with: leadnurture apply"
    )
    prices.write_bytes(b"%PDF")
    life.later(DAY)
    assert life.sent() == ["hello"]


def test_an_attachment_that_became_a_link_out_of_the_studio_is_not_sent(life: Life, tmp_path: Path) -> None:
    prices = life.root / "templates/prices.pdf"
    prices.write_bytes(b"%PDF")
    life.given("welcome", mail("hello", attachments=["prices.pdf"]))
    prices.unlink()
    (tmp_path / "secret").write_text("a secret")
    prices.symlink_to(tmp_path / "secret")
    life.add("mia")
    life.tick()
    assert life.sent() == []
    assert "outside the studio" in (life.walk("mia").held_reason or "")


def test_a_paused_lead_is_frozen_and_told_so(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"), mail("more", delay="1d"))
    life.add("mia", "zoe")
    life.happens("mia", standing.pause)
    life.later(5 * DAY)
    assert life.sent("mia") == []
    assert life.sent("zoe") == ["hello"]
    assert life.told("mia", InteractionType.AUTOMATION_PAUSED) == [("Automation paused", None)]


def test_a_message_queued_for_a_lead_that_is_paused_stays_where_it_is(life: Life) -> None:
    life.given("welcome", mail("hello"))
    life.add("mia")
    life.decide()
    life.happens("mia", standing.pause)
    life.later(DAY)
    assert life.sent() == []
    life.happens("mia", standing.resume)
    life.tick()
    assert life.sent() == ["hello"]


def test_a_lead_thaws_without_a_burst(begin: Begin) -> None:
    life = begin(lead_gap='"4h"')
    life.write("welcome", mail("hello", delay="1d"), mail("more", delay="1d"))
    for name in ("beside", "along"):
        life.write(name, mail(name, delay="2d"), exclusive=False)
    life.apply()
    life.add("mia")
    life.happens("mia", standing.pause)
    life.later(10 * DAY)
    life.happens("mia", standing.resume)
    life.tick()
    assert life.sent() == ["hello"]
    life.every_hour(3)
    assert len(life.sent()) == 1
    life.later(HOUR)
    assert len(life.sent()) == 2
    life.every_hour(4)
    assert life.sent()[1:] in (["along", "beside"], ["beside", "along"])
    life.every_hour(24)
    assert life.sent()[3:] == ["more"]


def test_what_is_mended_while_the_window_is_closed_is_held_no_more(life: Life) -> None:
    life.given("welcome", mail("a", subject="{{ lead.wedding_venue }}", window={"at": "09:00"}))
    life.add("mia")
    life.tick()
    assert life.walk("mia").held_reason
    life.clock.advance(14 * HOUR)
    life.set("mia", wedding_venue="The Barn")
    life.tick()
    assert life.walk("mia").held_reason is None
