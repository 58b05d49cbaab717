"""Telling the owner something that no couple and no step is about, through the services of `[notify]`."""

from pathlib import Path

from leadnurture.channels.apprise_transport import AppriseTransport
from leadnurture.channels.short_message import notification
from leadnurture.channels.transport import Answer, Verdict
from leadnurture.config import Config, place_of
from leadnurture.configured_channels import notify_urls
from leadnurture.locate import CONFIG_NAME
from leadnurture.worker.alarm import Notice


def tell_owner(root: Path, config: Config, notice: Notice) -> Answer | None:
    """Send a notice; None where no service is configured. Whatever happens is an answer: nothing is raised."""
    origin = config.notify.origin
    if origin is None:
        return None
    transport = AppriseTransport(
        lambda: notify_urls(config, root), lambda: place_of(root / CONFIG_NAME, "notify", origin)
    )
    line = transport.line()
    try:
        message = notification(config.owner.email, notice.title, notice.words)
        answer = line.offer(message)
        return line.hand_over() if answer.verdict is Verdict.ACCEPTED else answer
    except Exception as error:  # noqa: BLE001 - the run that failed is what matters
        return Answer(Verdict.SERVER, f"{type(error).__name__}")
    finally:
        line.close()
