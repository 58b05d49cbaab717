"""How a channel is told of that is left alone because its server was in trouble. Light: an idle `run` needs it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

    from leadnurture.store.due import Rest

AT_ONCE = "→ try at once: leadnurture run --once --try-now"
_NAMES = {"email": "e-mail", "sms": "texting", "notification": "notifying you"}


def told_rest(rest: "Rest", zone: "tzinfo | None") -> str:
    """Return a line about a channel that is left alone; its instants in `zone`."""
    times = f"after {rest.failures} failures" if rest.failures > 1 else "after a failure"
    letters = "1 message waits" if rest.messages == 1 else f"{rest.messages} messages wait"
    until = f"{rest.until.astimezone(zone):%a %d %b %H:%M}"
    return f"{_NAMES[rest.channel]} rests until {until} {times} ({rest.trouble}); {letters}: {rest.reason}"
