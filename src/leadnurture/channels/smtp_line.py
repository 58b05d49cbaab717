"""One connection to an SMTP server, driven command by command.

`smtplib.sendmail` cannot tell a connection that was lost before the content from one lost after it; here the two get
different verdicts, because only the first may be sent again.
"""

import contextlib
import re
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.smtp_connection import connect
from leadnurture.channels.smtp_conversation import SmtpConversation
from leadnurture.channels.smtp_login import RefusedLoginError
from leadnurture.channels.smtp_settings import SmtpSettings
from leadnurture.channels.smtp_trouble import describe, judge
from leadnurture.channels.transport import Answer, Verdict
from leadnurture.errors import LeadnurtureError
from leadnurture.outbox_channel import Trouble

_DONE = range(200, 300)
_GO_AHEAD = range(354, 355)
# A slow uplink may take minutes for an attachment: the timeout is for each piece, not for the whole.
_PIECE = 64 * 1024


class SmtpLine:
    """A `Line` over SMTP."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._connection: SmtpConversation | None = None
        self._offered: FrozenMessage | None = None

    def offer(self, message: FrozenMessage) -> Answer:
        """Connect if needed, then MAIL and a RCPT for every recipient.

        Accepted if one that the letter is addressed to is, and none of these may be taken later: they all get it now,
        or nobody does.
        """
        answer = self._mail_from_fresh(message)
        if answer.verdict is Verdict.ACCEPTED:
            answer = replace(self._recipients(message), named=True)
        if answer.verdict is Verdict.ACCEPTED:
            self._offered = message
        return answer

    def hand_over(self) -> Answer:
        """DATA and the content; from its first byte on, silence means UNKNOWN."""
        message, self._offered = self._offered, None
        assert message is not None, "no offer was accepted"
        answer = self._ask(lambda connection: connection.docmd("DATA"), _GO_AHEAD)
        if answer.verdict is Verdict.ACCEPTED:
            send = partial(_send_content, content=message.content)
            answer = self._ask(send, lost=Verdict.UNKNOWN, garbled=Verdict.UNKNOWN)
        else:
            self.withdraw()
        return replace(answer, named=True)

    def withdraw(self) -> None:
        """Forget the message that was offered; never raises."""
        self._offered = None
        if self._connection is not None and self._ask(smtplib.SMTP.rset).verdict is not Verdict.ACCEPTED:
            self._drop()

    def close(self) -> None:
        """Say goodbye and hang up; never raises."""
        self._offered = None
        try:
            if self._connection is not None:
                with contextlib.suppress(OSError):
                    self._connection.quit()
        finally:
            self._drop()

    def _mail_from_fresh(self, message: FrozenMessage) -> Answer:
        """MAIL, on a new connection if the server hung up on the kept one: that says nothing about this message."""
        kept = self._connection is not None
        answer = self._mail_from(message)
        return self._mail_from(message) if kept and self._connection is None else answer

    def _mail_from(self, message: FrozenMessage) -> Answer:
        try:
            self._connection = self._connection or connect(self._settings)
        except LeadnurtureError as trouble:
            return Answer(Verdict.SERVER, trouble.message, trouble=_kind(trouble))
        unfit = _unfit(message, self._connection.esmtp_features, self._settings.place)
        if unfit:
            return Answer(Verdict.REFUSED, unfit)
        options = ("SMTPUTF8", "BODY=8BITMIME") if message.needs_smtputf8 else ()
        answer = self._ask(lambda connection: connection.mail(message.sender, options))
        if answer.verdict is Verdict.ACCEPTED:
            return answer
        return replace(answer, verdict=Verdict.SERVER)  # the sender is ours, and the same for every message

    def _recipients(self, message: FrozenMessage) -> Answer:
        answer = Answer(Verdict.REFUSED, "the message has no recipient")
        refused: dict[str, str] = {}
        for recipient in message.addressed:
            answer = self._ask(partial(smtplib.SMTP.rcpt, recip=recipient))
            if answer.verdict is Verdict.REFUSED:
                refused[recipient] = answer.reply
            elif answer.verdict is not Verdict.ACCEPTED:
                self.withdraw()
                return answer
        if len(refused) == len(message.addressed):
            self.withdraw()
            return Answer(Verdict.REFUSED, _together(refused) or answer.reply, refused)
        return self._copies(message, refused)

    def _copies(self, message: FrozenMessage, refused: dict[str, str]) -> Answer:
        """Ask for those who only get a copy; one that is not taken, now or ever, keeps no letter from the couple."""
        for recipient in message.copies:
            answer = self._ask(partial(smtplib.SMTP.rcpt, recip=recipient))
            if self._connection is None:
                return answer
            if answer.verdict is not Verdict.ACCEPTED:
                refused[recipient] = answer.reply
        return Answer(Verdict.ACCEPTED, _together(refused) or "all recipients are taken", refused)

    def _ask(
        self,
        command: Callable[[SmtpConversation], tuple[int, bytes]],
        wanted: range = _DONE,
        *,
        lost: Verdict = Verdict.SERVER,
        garbled: Verdict = Verdict.SERVER,
    ) -> Answer:
        """Return the server's answer to a command; a connection that can no longer be trusted is dropped."""
        assert self._connection is not None
        try:
            code, reply = command(self._connection)
        except OSError as trouble:  # smtplib's errors are OSErrors too
            self._drop()
            endless = isinstance(trouble, smtplib.SMTPResponseException)
            return Answer(garbled if endless else lost, describe(trouble, self._settings))
        except BaseException:  # interrupted: the next reply on this connection would be to this command
            self._drop()
            raise
        answer = judge(code, reply, wanted, garbled=garbled)
        if answer.verdict in (Verdict.SERVER, Verdict.UNKNOWN):
            self._drop()
        return answer

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()


def _kind(trouble: LeadnurtureError) -> Trouble:
    """Return what a conversation that did not come about says about how soon to try again."""
    return Trouble.LOGIN if isinstance(trouble, RefusedLoginError) else Trouble.UNREACHABLE


def _send_content(connection: SmtpConversation, content: bytes) -> tuple[int, bytes]:
    """Send the content, dot-stuffed (RFC 5321, 4.5.2), and the final dot; return the reply."""
    ending = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    stuffed = (b"." if content.startswith(b".") else b"") + content.replace(b"\n.", b"\n..") + ending
    for start in range(0, len(stuffed), _PIECE):
        connection.send(stuffed[start : start + _PIECE])
    return connection.last_reply()


def _together(refused: Mapping[str, str]) -> str:
    """Return what the server said to its refusals; of several, to whom it said it as well."""
    if len(refused) == 1:
        return next(iter(refused.values()))
    return "; ".join(f"{recipient}: {reply}" for recipient, reply in refused.items())


def _unfit(message: FrozenMessage, features: dict[str, str], place: str) -> str | None:
    """Return why a server with these ESMTP features can never take the message; None when it can."""
    if message.needs_smtputf8 and "smtputf8" not in features:
        return f"{place} does not take addresses with letters beyond ASCII (SMTPUTF8)"
    size = features.get("size", "")
    limit = int(size) if re.fullmatch("[0-9]{1,18}", size) else 0  # 0: no fixed limit (RFC 1870)
    if 0 < limit < len(message.content):
        return f"{place} takes {limit:,} bytes at most; the message has {len(message.content):,}"
    return None
