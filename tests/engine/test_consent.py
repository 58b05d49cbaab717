"""Consent: with date, words and origin, its history kept; marketing goes to nobody who does not consent to it."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from studio_life import DAY, HOUR, START, Life, mail

from leadnurture.crm import consents, leads
from leadnurture.crm.consents import FutureConsentError, Said
from leadnurture.store.vocabulary import ConsentKind, ConsentOrigin, EnrollmentStatus, InteractionType

MARKETING, PROCESSING = ConsentKind.MARKETING, ConsentKind.PROCESSING


def says(life: Life, name: str, *, given: bool, kind: ConsentKind = MARKETING, **more: object) -> None:
    said = Said(given=given, origin=more.pop("origin", ConsentOrigin.MAIL), **more)  # type: ignore[arg-type]
    life.happens(name, consents.record, kind, said)


def past(life: Life, name: str) -> list[tuple[str, bool, str, str | None]]:
    with life.studio.read() as session:
        rows = consents.history(session, leads.find(session, f"{name}@example.org"))
        return [(row.consent_kind.value, row.given, row.origin.value, row.consent_text) for row in rows]


def test_each_consent_keeps_its_date_words_and_origin_and_no_earlier_one_is_lost(life: Life) -> None:
    life.add("amy")
    form = {"origin": ConsentOrigin.FORM, "text": "Tell me about offers", "at": START - 3 * DAY}
    says(life, "amy", given=True, **form)
    assert life.lead("amy").consent_marketing
    assert life.lead("amy").gdpr_consent_date == START - 3 * DAY
    says(life, "amy", given=True, kind=PROCESSING, origin=ConsentOrigin.BY_WORD)
    assert life.lead("amy").gdpr_consent_date == START
    life.later(HOUR)
    says(life, "amy", given=False)
    assert not life.lead("amy").consent_marketing
    assert life.lead("amy").consent_data_processing
    assert past(life, "amy") == [
        ("marketing", True, "form", "Tell me about offers"),
        ("processing", True, "by_word", None),
        ("marketing", False, "mail", None),
    ]
    assert ("Marketing consent: given (form)", "Tell me about offers") in life.told("amy", InteractionType.LEAD_UPDATED)


def test_nobody_has_consented_tomorrow(life: Life) -> None:
    life.add("amy")
    with pytest.raises(FutureConsentError):
        says(life, "amy", given=True, at=START + timedelta(days=2))
    assert past(life, "amy") == []


def test_what_is_typed_in_with_a_couple_or_set_later_is_history_too(life: Life) -> None:
    life.add("amy", consent_marketing=True)
    life.set("amy", consent_marketing=False, consent_data_processing=True)
    assert sorted(past(life, "amy")) == [
        ("marketing", False, "by_word", None),
        ("marketing", True, "by_word", None),
        ("processing", True, "by_word", None),
    ]


def test_consent_that_is_taken_back_ends_marketing_at_once_and_nothing_else(life: Life) -> None:
    life.given("news", mail("offer"), mail("more", delay="1d"), purpose="marketing", exclusive=False)
    life.given("welcome", mail("hello"), mail("again", delay="1d"), exclusive=False)
    life.add("amy", "ben", consent_marketing=True)
    life.decide()
    says(life, "amy", given=False)
    assert life.walk("amy", "news").status is EnrollmentStatus.CANCELLED
    assert life.walk("amy", "news").end_reason == "it is marketing, and they do not consent to that"
    life.every_hour(40)
    assert life.sent("amy") == ["hello", "again"]
    assert sorted(life.sent("ben")) == ["again", "hello", "more", "offer"]


def test_the_hand_over_asks_again_for_consent(life: Life) -> None:
    life.given("news", mail("offer"), purpose="marketing")
    life.add("amy", consent_marketing=True)
    life.decide()
    with life.studio.database.write() as session:  # whoever wrote this did not tell the engine
        session.execute(text("UPDATE leads SET consent_marketing = 0"))
    life.tick()
    assert life.sent() == []


def test_a_sequence_that_becomes_marketing_goes_on_only_with_those_who_consent(life: Life) -> None:
    life.given("news", mail("offer", delay="1d"))
    life.add("amy")
    life.add("ben", consent_marketing=True)
    life.given("news", mail("offer", delay="1d"), purpose="marketing")
    life.later(2 * DAY)
    assert life.walk("amy", "news").status is EnrollmentStatus.CANCELLED
    assert life.sent() == ["offer"]
    assert life.sent("ben") == ["offer"]


def test_consent_that_is_given_lets_marketing_begin(life: Life) -> None:
    life.given("news", mail("offer"), purpose="marketing")
    life.add("amy")
    life.tick()
    says(life, "amy", given=True)
    life.tick()
    assert life.sent("amy") == ["offer"]
