"""How long `score recalc` takes for many leads and twenty rules: `python -m benchmarks.scoring [LEADS]`.

Half of the rules count days or interactions. It is measured twice: first every score changes and gets its timeline
entry, then none does.
"""

import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from leadnurture.store.tables.timeline import Interaction
from sqlalchemy import insert

from leadnurture.clock import VirtualClock
from leadnurture.crm import rule_book
from leadnurture.crm.rule_drafts import RuleDraft
from leadnurture.engine.rescoring import Rescored, perform
from leadnurture.founding import Answers, found_studio
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import InteractionType
from leadnurture.studio import Studio

ANSWERS = Answers("Hart & Holly", "Holly Hart", "holly@hart.example", "Europe/London", "GB", "GBP", "en_GB")
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
MORE_RULES = (
    ("guests", "greater_than", "80"),
    ("email_domain", "in_list", "gmail.com,icloud.com"),
    ("wedding_location", "contains", "bath"),
    ("tags", "contains", "vip"),
    ("days_since_inquiry", "greater_than", "30"),
    ("days_since_contact", "less_than", "14"),
    ("interactions.phone_call", "greater_than", "0"),
    ("interactions.website_visit.last_30_days", "greater_than", "2"),
    ("budget_range", "equals", "5000_10000"),
)


def main(leads: int) -> None:
    """Make a studio, and measure."""
    with tempfile.TemporaryDirectory(prefix="leadnurture-bench-") as folder:
        root = Path(folder) / "studio"
        found_studio(root, ANSWERS, NOW, default=False)
        with Studio.open(root, VirtualClock(NOW)) as studio:
            _fill(studio, leads)
            for told in ("every score is new", "no score changes"):
                started, worked = time.perf_counter(), time.process_time()
                done = _recalculated(studio)
                seconds, cpu = time.perf_counter() - started, time.process_time() - worked
                print(f"{told}: {done.scores:,} of {done.leads:,} changed, {seconds:.1f} s ({cpu:.1f} s of processor)")


def _recalculated(studio: Studio) -> Rescored:
    return perform(studio.engine, lambda _: None, "measured", enrolling=False)


def _fill(studio: Studio, leads: int) -> None:
    reading = studio.reading()
    with studio.database.write() as session:
        for number, (field, operator, value) in enumerate(MORE_RULES):
            given = {"name": f"Rule {number}", "type": "engagement", "field": field, "operator": operator}
            draft = RuleDraft.model_validate({**given, "value": value, "score": 5}, context={"reading": reading})
            rule_book.add(session, draft, NOW)
        chance = Random(351)
        rows = [Lead(**_lead(number, chance)).model_dump(exclude={"id"}) for number in range(leads)]
        session.connection().execute(insert(Lead.__table__), rows)  # type: ignore[attr-defined]
        entries = [_call(chance.randint(1, leads)) for _ in range(leads)]
        session.connection().execute(insert(Interaction.__table__), entries)  # type: ignore[attr-defined]


def _lead(number: int, chance: Random) -> dict[str, object]:
    inquiry = NOW - timedelta(days=chance.randint(0, 700))
    return {
        "primary_email": f"couple{number}@{chance.choice(['gmail.com', 'icloud.com', 'example.org'])}",
        "lead_source": chance.choice(["website", "referral", "instagram"]),
        "estimated_budget": chance.choice([None, 80_000, 240_000, 600_000]),
        "estimated_guest_count": chance.choice([None, 40, 120]),
        "wedding_date": chance.choice([None, date(2027, 6, 12), date(2026, 12, 20), date(2028, 9, 2)]),
        "wedding_venue": chance.choice([None, "Kew"]),
        "wedding_location": chance.choice([None, "Bath", "Wells"]),
        "primary_phone": "+447700900142",
        "tags": chance.choice([[], ["vip"]]),
        "last_contact_at": inquiry,
        "inquiry_at": inquiry,
        "unsubscribe_token": f"token{number}",
        "created_at": inquiry,
        "updated_at": inquiry,
    }


def _call(lead_id: int) -> dict[str, object]:
    return {
        "lead_id": lead_id,
        "interaction_type": InteractionType.PHONE_CALL,
        "interaction_metadata": {},
        "follow_up_required": False,
        "created_at": NOW - timedelta(days=3),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
