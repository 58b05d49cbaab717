"""Opting out of one channel, of one address, or of everything: at once, for good, and also when they come back."""

from typing import Any
from urllib.parse import unquote

import pytest
from mail_server import Server
from sqlalchemy import text
from studio_life import DAY, HOUR, START, Begin, Life, mail, tag

from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.outbox_folder import OutboxFolderLine
from leadnurture.channels.transport import Answer
from leadnurture.crm import leads, opt_outs, standing, suppression
from leadnurture.crm.opt_outs import NotSuppressedError, NotTheirAddressError
from leadnurture.engine import by_hand
from leadnurture.engine.resolve import resolve
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import ContactChannel, EnrollmentStatus, InteractionType, OutboxState

EMAIL, SMS, PHONE, ALL = ContactChannel.EMAIL, ContactChannel.SMS, ContactChannel.PHONE, ContactChannel.ALL
JAN, NUMBER = "jan@example.net", "+447700900111"
REASON = "they opted out of e-mail"


def leave_alone(life: Life, name: str, channel: ContactChannel = ALL, address: str | None = None) -> None:
    life.happens(name, opt_outs.opt_out, channel, "by phone", address)


def phone_call(key: str, **keys: Any) -> dict[str, Any]:
    return {"id": key, "action": "phone_call"} | keys


def text_step(key: str, **keys: Any) -> dict[str, Any]:
    return {"id": key, "action": "send_sms", "text": "Hello"} | keys


def test_a_letter_that_is_queued_is_withdrawn_and_the_walk_goes_on_without_letters(life: Life) -> None:
    life.given("welcome", mail("hello"), tag("seen"), mail("more", delay="1d"), tag("late", delay="1d"))
    life.add("mia")
    life.decide()
    leave_alone(life, "mia", EMAIL)
    (message,) = life.queue("mia")
    assert (message.state, message.reason) == (OutboxState.REFUSED, f"withdrawn: {REASON}")
    life.tick()
    life.later(DAY)
    life.later(DAY)
    assert life.sent() == []
    assert life.steps("mia") == {"hello": "skipped", "seen": "executed", "more": "skipped", "late": "executed"}
    assert life.execution("mia", "more").reason == REASON
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED
    assert ("E-mail: by phone", None) in life.told("mia", InteractionType.OPTED_OUT)


@pytest.mark.parametrize(
    ("channel", "left_out"), [(EMAIL, ["letter"]), (SMS, ["text"]), (PHONE, ["call"])], ids=["email", "sms", "phone"]
)
def test_only_the_steps_of_that_channel_are_left_out(life: Life, channel: ContactChannel, left_out: list[str]) -> None:
    life.given("welcome", mail("letter"), text_step("text"), phone_call("call"))
    life.add("mia", primary_phone=NUMBER)
    leave_alone(life, "mia", channel)
    life.every_hour(24)
    assert [key for key, status in life.steps("mia").items() if status == "skipped"] == left_out
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED


def test_one_address_of_two_gets_nothing_more_and_the_other_its_letters(server: Server, begin: Begin) -> None:
    life = begin()
    steps = (mail("both", to="both"), mail("first", delay="1d"), mail("second", to="secondary", delay="1d"))
    life.given("welcome", *steps)
    life.add("mia", secondary_email=JAN)
    life.decide()
    leave_alone(life, "mia", address=JAN)
    for _ in range(3):
        life.later(DAY)
    assert [address for address, _ in server.taken] == ["mia@example.org", "mia@example.org"]
    assert JAN.encode() not in server.taken[0][1]
    assert life.steps("mia") == {"both": "executed", "first": "executed", "second": "skipped"}
    assert life.execution("mia", "second").reason == f"{JAN} opted out of e-mail"


def test_an_address_of_somebody_else_is_refused(life: Life) -> None:
    life.add("mia")
    with pytest.raises(NotTheirAddressError, match="none of the addresses"):
        leave_alone(life, "mia", address=JAN)


def test_an_opt_out_between_the_decision_and_the_hand_over_is_heeded(life: Life, monkeypatch: Any) -> None:
    life.given("welcome", mail("hello"), mail("more", delay="1d"))
    life.add("mia", "zoe")
    offered: list[str] = []
    offer = OutboxFolderLine.offer

    def opting_out_meanwhile(line: OutboxFolderLine, message: FrozenMessage) -> Answer:
        offered.extend(message.recipients)
        if message.recipients[0].startswith("mia"):
            leave_alone(life, "mia", EMAIL)
        return offer(line, message)

    monkeypatch.setattr(OutboxFolderLine, "offer", opting_out_meanwhile)
    life.tick()
    assert sorted(offered) == ["mia@example.org", "zoe@example.org"]
    assert life.sent() == ["hello"]
    assert life.steps("mia") == {"hello": "skipped"}
    assert life.walk("mia").current_step == "more"


@pytest.mark.parametrize("address", [None, "mia@example.org"])
def test_the_hand_over_asks_again_whatever_became_of_the_queue(life: Life, address: str | None) -> None:
    life.given("welcome", mail("hello"))
    life.add("mia", "zoe")
    life.decide()
    with life.studio.database.write() as session:  # whoever wrote this did not tell the engine
        row = {"address": address, "at": "2027-01-04 09:00:00.000000"}
        words = "INSERT INTO lead_opt_outs (lead_id, channel, address, reason, created_at) VALUES (1, 'email', :address"
        session.execute(text(f"{words}, 'by hand', :at)"), row)
    life.tick()
    assert life.sent() == ["hello"]
    assert life.queue("mia")[0].state is OutboxState.QUEUED
    assert life.queue("zoe")[0].state is OutboxState.SENT


def test_a_letter_in_doubt_that_did_not_arrive_does_not_go_again_after_an_opt_out(life: Life) -> None:
    life.given("welcome", mail("hello"), tag("seen"))
    life.add("mia")
    life.decide()
    with life.studio.database.write() as session:
        session.execute(text("UPDATE outbox SET state = 'parked'"))
    leave_alone(life, "mia", EMAIL)
    with life.studio.change() as change:
        resolve(change, life.studio.engine, 1, sent=False)
    assert life.queue("mia")[0].state is OutboxState.REFUSED
    life.tick()
    assert life.steps("mia") == {"hello": "skipped", "seen": "executed"}


def test_a_walk_that_is_paused_leaves_the_letter_out_when_it_is_resumed(life: Life) -> None:
    life.given("welcome", mail("hello"), tag("seen"))
    life.add("mia")
    life.decide()
    walked = life.walk("mia").id
    with life.studio.change() as change:
        by_hand.pause(change, change.session.get_one(Enrollment, walked))
    leave_alone(life, "mia", EMAIL)
    life.later(HOUR)
    assert life.steps("mia") == {"hello": "skipped"}
    with life.studio.change() as change:
        by_hand.resume(change, life.studio.engine, change.session.get_one(Enrollment, walked))
    life.later(HOUR)
    assert life.steps("mia") == {"hello": "skipped", "seen": "executed"}


def test_who_opted_out_of_everything_and_comes_back_is_opted_out_from_the_first_moment(life: Life) -> None:
    life.given("welcome", mail("hello"))
    life.add("mia", secondary_email=JAN, primary_phone=NUMBER)
    life.happens("mia", standing.opt_out, "by phone")
    with life.studio.database.write() as session:
        session.execute(text("DELETE FROM leads"))
    for came_back in ({"primary_email": JAN}, {"primary_email": "x@example.org", "secondary_phone": NUMBER}):
        with life.studio.change() as change:
            lead = leads.create(change, came_back, origin="typed")
        assert change.suppressed == [lead.id]
        assert change.enrolled == []
        assert lead.opt_out_date == START
    life.tick()
    assert life.sent() == []
    told = life.told("x", InteractionType.OPTED_OUT)[0][0]
    assert told == "their address is on the suppression list since 2027-01-04 (they opted out)"


def test_a_channel_they_opted_out_of_stays_closed_when_they_come_back(life: Life) -> None:
    life.given("welcome", mail("hello"), tag("seen"))
    life.add("mia")
    leave_alone(life, "mia", EMAIL)
    with life.studio.database.write() as session:
        session.execute(text("DELETE FROM leads"))
    life.add("mia")
    life.tick()
    assert life.steps("mia") == {"hello": "skipped", "seen": "executed"}


def test_a_new_address_is_suppressed_with_the_couple_and_a_suppressed_one_closes_it_to_them(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"))
    life.add("mia", "zoe")
    life.happens("mia", standing.opt_out, "by phone")
    life.set("mia", secondary_email=JAN)
    life.set("zoe", secondary_email=JAN)
    assert life.lead("zoe").opt_out_date == START
    assert life.walk("zoe").end_reason == "they opted out"


def test_the_list_holds_no_address_and_knows_each(life: Life) -> None:
    life.add("mia")
    life.happens("mia", standing.opt_out, "by phone")
    with life.studio.read() as session:
        (one,) = suppression.listed(session)
        assert (one.address, one.lead_id) == ("mia@example.org", 1)
        assert suppression.suppressed(session, ["mia@example.org", JAN]).keys() == {"mia@example.org"}
    with life.studio.database.write() as session:
        session.execute(text("DELETE FROM leads"))
    with life.studio.read() as session:
        (one,) = suppression.listed(session)
        assert (one.address, one.suppression.reason) == (None, "they opted out")


def test_an_address_is_suppressed_before_anybody_has_it_and_at_once_for_who_has(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"))
    life.add("mia")
    with life.studio.change() as change:
        assert opt_outs.suppress(change, "mia@example.org", ALL, "at the fair")
        assert not opt_outs.suppress(change, "mia@example.org", ALL, "at the fair")
        assert opt_outs.suppress(change, "ann@example.org", ALL, "at the fair")
    assert life.walk("mia").end_reason == "they opted out"
    life.add("ann")
    assert life.lead("ann").opt_out_date == START


def test_who_asks_to_hear_from_us_again_may_be_written_to(life: Life) -> None:
    life.given("welcome", mail("hello"), mail("more", delay="1d"))
    life.add("mia", secondary_email=JAN)
    life.happens("mia", standing.opt_out, "by phone")
    with life.studio.change() as change:
        opt_outs.lift(change, "mia@example.org", "she wrote again")
    assert life.lead("mia").opt_out_date is None
    with life.studio.read() as session:
        assert suppression.listed(session) == []
    with life.studio.change() as change, pytest.raises(NotSuppressedError):
        opt_outs.lift(change, "mia@example.org", "again")


def test_the_mail_that_a_letters_link_makes_says_who_wants_no_more(life: Life) -> None:
    life.given("welcome", mail("hello"), mail("more", delay="1d"))
    life.add("zoe")
    life.add("mia", secondary_email=JAN)
    life.tick()
    link = next(str(one["List-Unsubscribe"]) for one in life.messages() if "mia" in str(one["To"]))
    subject = unquote(link.strip("<>").partition("subject=")[2])
    assert subject.startswith("unsubscribe ")
    for reference in (subject, JAN):
        with life.studio.read() as session:
            assert leads.find(session, reference).primary_email == "mia@example.org"
    with life.studio.change() as change:
        opt_outs.opt_out(change, leads.find(change.session, subject), ALL, "by mail")
    life.later(DAY)
    assert sorted(life.sent()) == ["hello", "hello", "more"]
