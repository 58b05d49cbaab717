"""A channel whose server is in trouble, and until when it is left alone."""

from datetime import datetime

from sqlmodel import Field

from leadnurture.outbox_channel import OutboxChannel, Trouble
from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row


class ChannelRest(Row, table=True):
    """One channel's rest, begun by its server's trouble and ended by its first good answer.

    It holds for the configuration it was noted under (`configuration`, see `locate.configuration_mark`): a changed one
    is tried at once.
    """

    __tablename__ = "channel_rests"

    channel: OutboxChannel = Field(primary_key=True, sa_type=word(OutboxChannel))
    trouble: Trouble = Field(sa_type=word(Trouble))
    reason: str  # the server's words
    failures: int  # in a row
    since: datetime = Field(sa_type=Instant)  # the first of them
    until: datetime = Field(sa_type=Instant)  # when it is tried again
    configuration: str = Field(max_length=40)
