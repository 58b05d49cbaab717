"""Does the world outside answer: the mail server, and the services for texts and notifications?"""

import smtplib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event

from leadnurture.channels.apprise_service import Service
from leadnurture.channels.imap_overview import overview
from leadnurture.channels.mail.message import Letter, Mailbox, freeze, new_message_id
from leadnurture.channels.maildir_sent_folder import MaildirSentFolder
from leadnurture.channels.sent_folder import SentFolder, Sighting
from leadnurture.channels.short_message import notification, text_message
from leadnurture.channels.smtp_connection import connect
from leadnurture.channels.smtp_settings import check_safe
from leadnurture.channels.transport import Verdict
from leadnurture.configured_channels import mailbox_settings, notify_urls, sms_url, smtp_settings
from leadnurture.doctor.check import AmissError, Patient
from leadnurture.outbox_channel import OutboxChannel

_LOOKS, _PAUSE = 4, 1.5  # seconds between them
_PATIENCE = 10.0  # seconds: whoever asks sits before the screen
_NOBODY = "+447700900123"  # from the range that is kept free for examples; nothing is sent


def mail_server(patient: Patient) -> str:
    """Does the server take us: connection, encryption, login? Nothing is sent."""
    section = patient.settings.mail.smtp
    if patient.settings.mail.transport == "outbox" or section is None:
        return "letters go into the outbox folder"
    settings = smtp_settings(section, patient.root)
    check_safe(settings)
    connection = connect(replace(settings, timeout=min(_PATIENCE, settings.timeout)))
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    return f"{settings.place} takes us" + (f" as {settings.username}" if settings.username else "")


def mailbox(patient: Patient) -> str:
    """Can we log in to the mailbox, and are the folders there that we look into?"""
    section = patient.settings.mailbox
    if section is None:
        return "none: of a message in doubt only you can find out what became of it"
    if section.maildir is not None:
        return _maildir(patient.root / section.maildir.expanduser(), section.sent)
    settings = mailbox_settings(section, patient.root)
    found = overview(replace(settings, timeout=min(_PATIENCE, settings.timeout)))
    sent = ", ".join(f"'{folder}'" for folder in found.sent)
    return f"{settings.place} takes us as {settings.username}; sent letters are in {sent}; {found.inbox} in the inbox"


def _maildir(place: Path, sent: str | None) -> str:
    if trouble := MaildirSentFolder(place, sent, keeps_copies=False).look(()).trouble:
        raise AmissError(trouble, hint="`maildir` and `sent` in [mailbox] say where it is")
    return f"{place} has a folder for what was sent"


def texts(patient: Patient) -> str:
    """Can the URL for texts be used?"""
    studio = patient.opened
    if studio.config.sms.origin is None:
        return "no service: texts become tasks"
    return _usable(sms_url(studio.config, studio.root), OutboxChannel.SMS)


def notifications(patient: Patient) -> str:
    """Can the URLs for notifications be used?"""
    studio = patient.opened
    if studio.config.notify.origin is None:
        return "no service: run shows them"
    return _usable(notify_urls(studio.config, studio.root), OutboxChannel.NOTIFICATION)


def _usable(urls: Sequence[str], channel: OutboxChannel) -> str:
    sample = text_message("", _NOBODY, "") if channel is OutboxChannel.SMS else notification("", "", "")
    return ", ".join(Service.of(url, sample).name for url in urls)


def send_probe(patient: Patient, address: str | None) -> str:
    """Send a message to an address, or to the owner, the way that letters go; return what the server said."""
    owner = patient.settings.owner
    sender = Mailbox(owner.email, owner.name)
    letter = Letter(
        message_id=new_message_id(owner.email),
        date=patient.now.astimezone(patient.settings.studio.zone),
        sender=sender,
        to=(Mailbox(address) if address else sender,),
        subject=f"A test from {patient.settings.studio.name}",
        text="This is a test by `leadnurture doctor --send-test`. Letters to couples go the same way.\n",
    )
    line = patient.opened.engine.transport.line()
    try:
        answer = line.offer(message := freeze(letter))
        answer = line.hand_over() if answer.verdict is Verdict.ACCEPTED else answer
    finally:
        line.close()
    if answer.verdict is not Verdict.ACCEPTED:
        raise AmissError(f"the test to {message.recipients[0]} did not go: {answer.reply}", hint="check [mail]")
    told = f"sent to {message.recipients[0]} as {message.message_id}: {answer.reply}"
    return told + _found_again(patient.opened.engine.sent_folder, message.message_id)


def _found_again(folder: SentFolder | None, message_id: str) -> str:
    """Look for what was sent where recover would look for it; raises AmissError if it should be there and is not."""
    if folder is None:
        return ""
    sighting = _looked_for(folder, message_id)
    if sighting.found:
        return "; it is in the Sent folder"
    if sighting.trouble is not None:
        return f"; the Sent folder cannot be looked into: {sighting.trouble}"
    if not folder.keeps_copies:
        return "; the Sent folder has no copy, as sent_copies says"
    raise AmissError(
        "the test was sent, and the Sent folder has no copy of it",
        hint='if your provider does not file what is sent by SMTP, set sent_copies = "none" in [mailbox]',
    )


def _looked_for(folder: SentFolder, message_id: str) -> Sighting:
    """Look until it is there, some seconds long: providers take a moment to file what was sent."""
    for _ in range(_LOOKS - 1):
        if (sighting := folder.look((message_id,))).found or sighting.trouble is not None or not folder.keeps_copies:
            return sighting
        Event().wait(_PAUSE)
    return folder.look((message_id,))
