"""SQLModel tables, one row type per word of the design. They do not validate: input is parsed before it comes here."""

from leadnurture.store.tables.appointment import Appointment
from leadnurture.store.tables.blocked_day import BlockedDay
from leadnurture.store.tables.channel_rest import ChannelRest
from leadnurture.store.tables.conversion import Conversion
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.lead_book import LeadView, MergedLead
from leadnurture.store.tables.lead_search import STATEMENTS as _SEARCH  # noqa: F401 - belongs to the schema
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.privacy import ErasedFigure, Erasure, ForgettingRule, LeadConsent, LeadOptOut, Suppression
from leadnurture.store.tables.scoring import ScoreAdjustment, ScoreLook, ScoringRule
from leadnurture.store.tables.sequence import (
    Enrollment,
    Execution,
    PassedOver,
    SequenceRow,
    SequenceStep,
    SequenceVersion,
)
from leadnurture.store.tables.source import Source
from leadnurture.store.tables.task import Task
from leadnurture.store.tables.timeline import Interaction, Touch

__all__ = [
    "Appointment",
    "BlockedDay",
    "ChannelRest",
    "Conversion",
    "Enrollment",
    "ErasedFigure",
    "Erasure",
    "Execution",
    "ForgettingRule",
    "Interaction",
    "Lead",
    "LeadConsent",
    "LeadOptOut",
    "LeadView",
    "MergedLead",
    "OutboxMessage",
    "PassedOver",
    "ScoreAdjustment",
    "ScoreLook",
    "ScoringRule",
    "SequenceRow",
    "SequenceStep",
    "SequenceVersion",
    "Source",
    "Suppression",
    "Task",
    "Touch",
]
