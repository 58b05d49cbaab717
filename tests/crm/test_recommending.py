"""What to do next about a couple: what may not be left lying comes before what can wait, each with its reason."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadnurture.crm.recommending import NextAction, recommend
from leadnurture.crm.situation import Planned, Situation
from leadnurture.store.vocabulary import LeadStatus, Temperature

NOW = datetime(2027, 3, 10, 9, tzinfo=ZoneInfo("Europe/London"))
DAY = timedelta(days=1)
QUIET = Situation(LeadStatus.CONTACTED, 30, Temperature.COLD, NOW - 9 * DAY, last_outbound_at=NOW - DAY)
HOT = replace(QUIET, score=82, temperature=Temperature.HOT, last_outbound_at=NOW - 3 * DAY)
CASES = [
    (replace(HOT, has_phone=True), "call", "score 82 and no answer for 3 days"),
    (HOT, "write", "score 82 and no answer for 3 days"),
    (replace(HOT, last_outbound_at=NOW - 2 * DAY), "wait", "our last word was 2 days ago"),
    (replace(HOT, last_reply_at=NOW - DAY), "answer", "they wrote yesterday, and nobody has answered"),
    (replace(HOT, last_reply_at=NOW - 4 * DAY, has_phone=True), "call", "score 82 and no answer for 3 days"),
    (replace(QUIET, last_outbound_at=None), "answer", "they asked 9 days ago, and nobody has answered"),
    (
        replace(QUIET, last_outbound_at=None, step=Planned("Welcome", NOW + DAY)),
        "wait",
        "'Welcome' comes by itself tomorrow",
    ),
    (replace(HOT, task=Planned("Call Emma", NOW - DAY)), "do_task", "'Call Emma' was due yesterday"),
    (replace(QUIET, task=Planned("Call Emma", NOW + 2 * DAY)), "do_task", "'Call Emma' is due in 2 days"),
    (replace(QUIET, task=Planned("Call Emma", None)), "do_task", "'Call Emma' is to be done"),
    (replace(HOT, follow_up_at=NOW - timedelta(hours=1)), "follow_up", "the follow-up was due today"),
    (replace(QUIET, follow_up_at=NOW + 5 * DAY), "wait", "the follow-up is in 5 days"),
    (replace(HOT, meeting=Planned("Viewing", NOW + DAY)), "meet", "'Viewing' is tomorrow"),
    (replace(HOT, opted_out=True), "nothing", "they want no more messages"),
    (replace(HOT, bounced=True, has_phone=True), "call", "their address bounced"),
    (replace(HOT, bounced=True), "mend", "their address bounced"),
    (replace(HOT, trouble="no venue"), "mend", "a sequence is held: no venue"),
    (
        replace(QUIET, status=LeadStatus.PROPOSAL_SENT, last_outbound_at=NOW - 5 * DAY),
        "follow_up",
        "the proposal is out, and no answer for 5 days",
    ),
    (
        replace(QUIET, temperature=Temperature.WARM, score=50, last_outbound_at=NOW - 7 * DAY),
        "write",
        "score 50 and no answer for 7 days",
    ),
    (replace(QUIET, last_outbound_at=NOW - 45 * DAY), "close", "no answer for 45 days"),
    (replace(HOT, status=LeadStatus.WON), "record_booking", "won, but without the value of the booking"),
    (replace(HOT, status=LeadStatus.WON, has_value=True), "wait", "our last word was 3 days ago"),
    (
        replace(QUIET, status=LeadStatus.WON, has_value=True, last_outbound_at=None),
        "nothing",
        "nothing is open",
    ),
    (replace(HOT, status=LeadStatus.LOST, last_reply_at=NOW), "nothing", "the inquiry is closed as lost"),
]


@pytest.mark.parametrize(("known", "action", "reason"), CASES)
def test_what_to_do_next_and_why(known: Situation, action: str, reason: str) -> None:
    advice = recommend(known, NOW)
    assert (advice.action.value, advice.reason) == (action, reason)


def test_every_action_is_recommended_in_some_case() -> None:
    assert {action for _, action, _ in CASES} == {action.value for action in NextAction}


def test_days_are_calendar_days_of_the_owner() -> None:
    late_last_night = replace(QUIET, last_reply_at=NOW - timedelta(hours=10))
    assert recommend(late_last_night, NOW).reason == "they wrote yesterday, and nobody has answered"
