"""Who enters a sequence, who is passed over, and that either has its reason."""

from datetime import timedelta

import pytest
from studio_life import DAY, HOUR, NEW, Life, mail, tag

from leadnurture.crm import leads, standing
from leadnurture.crm.values import BadValueError
from leadnurture.store.vocabulary import EnrollmentStatus, InteractionType, LeadStatus

CONTACTED = {"when": {"status": ["contacted"]}}


def test_a_lead_that_fits_enters_at_once_and_its_timeline_says_why(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"), enroll={"when": {"status": ["new"], "source": ["website"]}})
    life.add("mia")
    walk = life.walk("mia")
    assert (walk.status, walk.current_step, walk.reason) == (
        EnrollmentStatus.ACTIVE,
        "hello",
        "status is new; source is website",
    )
    assert walk.next_at == life.clock.now() + DAY
    assert life.told("mia", InteractionType.SEQUENCE_ENROLLED) == [("Welcome", "status is new; source is website")]
    assert life.lead("mia").nurture_sequence_id == "welcome"


def test_a_lead_that_does_not_fit_stays_out(life: Life) -> None:
    life.given("welcome", mail("hello"))
    life.add("mia", lead_status=LeadStatus.CONTACTED)
    assert life.walks("mia") == {}
    assert life.passed_over("mia") == {}


def test_a_lead_enters_when_it_begins_to_fit(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll={"when": {"tags": {"any": ["keen"]}}})
    life.add("mia")
    life.happens("mia", standing.add_tag, "Keen")
    assert life.walk("mia").reason == "tags have any of keen"


def test_however_a_lead_comes_to_fit_it_stays_out_while_another_one_gets_its_letters(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll={"when": {"tags": {"any": ["keen"]}}})
    life.add("mia", secondary_email="zoe@example.org")
    life.add("zoe")
    life.happens("mia", standing.add_tag, "keen")
    life.happens("zoe", standing.add_tag, "keen")
    assert life.walks("zoe") == {}
    assert life.passed_over("zoe") == {"welcome": "lead 1 has zoe@example.org, too, and is in a sequence"}


def test_a_lead_enters_by_the_score_that_it_has_just_got(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll={"when": {"score": {"min": 20}}})
    life.add("mia", estimated_budget=300_000)
    assert life.lead("mia").lead_score == 20
    assert life.walk("mia").status is EnrollmentStatus.ACTIVE


def test_a_lead_and_its_enrollment_are_one_commit_or_nothing(life: Life) -> None:
    life.given("welcome", mail("hello"))

    def fail_half_way() -> None:
        with life.studio.change() as change:
            lead = leads.create(change, {"primary_email": "mia@example.org"}, origin="typed")
            life.studio.engine.follow(change)
            assert change.enrolled == [(lead.id, "welcome")]
            standing.add_tag(change, lead, "")

    with pytest.raises(BadValueError):
        fail_half_way()
    with life.studio.read() as session, pytest.raises(leads.LeadNotFoundError):
        leads.find(session, "mia@example.org")


def test_a_sequence_without_a_condition_enrolls_nobody(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll={})
    life.add("mia")
    assert life.walks("mia") == {}


def test_a_sequence_that_is_not_active_enrolls_nobody(life: Life) -> None:
    life.given("welcome", mail("hello"), active=False)
    life.add("mia")
    assert life.walks("mia") == {}


def test_a_saved_file_counts_only_when_it_is_applied(life: Life) -> None:
    life.write("welcome", mail("hello"))
    life.add("mia")
    assert life.walks("mia") == {}


def test_an_old_inquiry_is_passed_over_with_the_reason(life: Life) -> None:
    life.given("welcome", mail("hello"))
    life.add("mia", enrolling=False)
    assert life.walks("mia") == {}
    assert life.passed_over("mia") == {"welcome": "it was imported without --enroll"}


def test_an_old_inquiry_does_not_wake_because_its_phone_was_corrected(life: Life) -> None:
    life.given("welcome", mail("hello"))
    life.add("mia", enrolling=False)
    life.set("mia", primary_phone="+442079460000")
    life.happens("mia", standing.add_tag, "keen")
    assert life.walks("mia") == {}


def test_an_old_inquiry_that_leaves_the_condition_and_comes_back_enters(life: Life) -> None:
    life.given("welcome", mail("hello"))
    life.add("mia", enrolling=False)
    life.happens("mia", standing.set_status, LeadStatus.CONTACTED)
    assert life.passed_over("mia") == {}
    life.happens("mia", standing.set_status, LeadStatus.NEW)
    assert life.walk("mia").status is EnrollmentStatus.ACTIVE


def test_of_two_that_fit_the_higher_priority_enrolls_and_the_other_passes_over(life: Life) -> None:
    life.write("any", mail("hello"), priority=1)
    life.write("best", mail("hello"), priority=9)
    life.apply()
    life.add("mia")
    assert set(life.walks("mia")) == {"best"}
    assert life.passed_over("mia") == {"any": "'best' has the higher priority"}
    life.set("mia", primary_phone="+442079460000")
    assert set(life.walks("mia")) == {"best"}


def test_of_two_that_fit_with_one_priority_the_reason_claims_no_higher_one(life: Life) -> None:
    life.write("any", mail("hello"), priority=5)
    life.write("best", mail("hello"), priority=5)
    life.apply()
    life.add("mia")
    assert life.passed_over("mia") == {"best": "'any' has the same priority and comes first"}
    life.set("mia", primary_phone="+442079460000")


def test_of_equal_priorities_one_enrolls(life: Life) -> None:
    life.write("b", mail("hello"))
    life.write("a", mail("hello"))
    life.apply()
    life.add("mia")
    assert set(life.walks("mia")) == {"a"}


def test_sequences_that_share_enroll_beside_the_first(life: Life) -> None:
    for name, priority, exclusive in [("best", 9, True), ("good", 5, True), ("beside", 1, False), ("along", 3, False)]:
        life.write(name, mail("hello"), priority=priority, exclusive=exclusive)
    life.apply()
    life.add("mia")
    assert set(life.walks("mia")) == {"best", "beside", "along"}


def test_the_default_sequence_takes_those_whom_no_other_fits(life: Life) -> None:
    life.write("welcome", mail("hello"), enroll={"when": {"source": ["referral"]}})
    life.write("others", mail("hello"), enroll={}, default=True, priority=50)
    life.apply()
    life.add("mia", lead_source="referral")
    life.add("zoe")
    assert set(life.walks("mia")) == {"welcome"}
    assert set(life.walks("zoe")) == {"others"}
    assert life.walk("zoe", "others").reason == "no other sequence fits"


def test_the_default_sequence_leaves_those_alone_who_walk_already(life: Life) -> None:
    life.write("welcome", mail("hello", delay="5d"))
    life.write("others", mail("hello"), enroll={}, default=True)
    life.apply()
    life.add("mia")
    life.happens("mia", standing.set_status, LeadStatus.CONTACTED)
    assert set(life.walks("mia")) == {"welcome"}


def test_once_through_is_never_again(life: Life) -> None:
    life.given("welcome", tag("greeted"))
    life.add("mia")
    life.tick()
    life.clock.advance(900 * DAY)
    life.happens("mia", standing.set_status, LeadStatus.CONTACTED)
    life.happens("mia", standing.set_status, LeadStatus.NEW)
    assert life.walk("mia").pass_number == 1
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED


@pytest.mark.parametrize(("pause", "passes"), [(30 * DAY - HOUR, 1), (30 * DAY, 2)])
def test_a_sequence_can_be_walked_again_after_its_pause(life: Life, pause: timedelta, passes: int) -> None:
    life.given("welcome", mail("hello"), enroll=NEW | {"again": "30d"})
    life.add("mia")
    life.tick()
    life.clock.advance(pause)
    life.happens("mia", standing.set_status, LeadStatus.CONTACTED)
    life.happens("mia", standing.set_status, LeadStatus.NEW)
    life.tick()
    assert life.walk("mia").pass_number == passes
    assert life.sent("mia") == ["hello"] * passes


def test_a_lead_never_walks_the_same_sequence_twice_at_once(life: Life) -> None:
    life.given("welcome", mail("hello", delay="90d"), enroll=NEW | {"again": "1d"})
    life.add("mia")
    life.clock.advance(30 * DAY)
    life.happens("mia", standing.set_status, LeadStatus.CONTACTED)
    life.happens("mia", standing.set_status, LeadStatus.NEW)
    assert life.walk("mia").pass_number == 1


def test_marketing_needs_consent(life: Life) -> None:
    life.given("news", mail("hello"), purpose="marketing")
    life.add("mia")
    life.add("zoe", consent_marketing=True)
    assert life.walks("mia") == {}
    assert set(life.walks("zoe")) == {"news"}


@pytest.mark.parametrize("what", ["opted out", "bounced", "booked", "lost"])
def test_who_would_leave_at_once_does_not_enter(life: Life, what: str) -> None:
    life.given("later", mail("hello"), enroll={"when": {"tags": {"any": ["keen"]}}})
    life.add("mia")
    happenings = {
        "opted out": (standing.opt_out, "by mail"),
        "bounced": (standing.bounce, "550 no such user"),
        "booked": (standing.convert, 240_000),
        "lost": (standing.lose, "too dear"),
    }
    life.happens("mia", *happenings[what])
    life.happens("mia", standing.add_tag, "keen")
    assert life.walks("mia") == {}


def test_the_end_of_one_sequence_can_be_the_beginning_of_another(life: Life) -> None:
    life.write("welcome", tag("greeted"))
    life.write("next", mail("more"), enroll={"when": {"tags": {"any": ["greeted"]}}})
    life.apply()
    life.add("mia")
    report = life.tick()
    assert life.sent("mia") == ["more"]
    assert report.counts["enrolled"] == 1
