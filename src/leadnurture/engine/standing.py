"""Where leads stand with sequences, read for many at once: a spreadsheet is thousands of facts in one transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sqlmodel import Session, col, select

from leadnurture.engine.barring import RUNNING
from leadnurture.store.rows import in_parts
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, PassedOver


@dataclass(frozen=True)
class Standing:
    """The walks of some leads that had not ended when it was read, and the sequences that had passed them over."""

    walks: Mapping[int, Sequence[Enrollment]]
    passed: Mapping[int, Sequence[PassedOver]]

    @classmethod
    def of(cls, session: Session, ids: Collection[int | None]) -> Self:
        """Read it for the leads of these ids."""
        walks, passed = defaultdict[int, list[Enrollment]](list), defaultdict[int, list[PassedOver]](list)
        for some in in_parts(list(ids)):
            running = select(Enrollment).where(col(Enrollment.lead_id).in_(some), col(Enrollment.status).in_(RUNNING))
            for walk in session.exec(running.order_by(col(Enrollment.id))).all():
                walks[walk.lead_id].append(walk)
            for row in session.exec(select(PassedOver).where(col(PassedOver.lead_id).in_(some))).all():
                passed[row.lead_id].append(row)
        return cls(walks, passed)

    def running(self, lead: Lead) -> list[Enrollment]:
        """Return a lead's walks that have still not ended."""
        return [walk for walk in self.walks.get(lead.id or 0, ()) if walk.status in RUNNING]

    def passed_over(self, lead: Lead) -> Sequence[PassedOver]:
        """Return what has passed a lead over."""
        return self.passed.get(lead.id or 0, ())
