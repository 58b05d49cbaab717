"""Messages as files: once each, whole, and only for their owner's eyes."""

import os
import resource
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from letters import letter

from leadnurture.channels.mail.message import FrozenMessage, Mailbox, freeze
from leadnurture.channels.outbox_folder import OutboxFolderTransport, file_name
from leadnurture.channels.transport import Answer, Transport, Verdict


def write(folder: Path, message: FrozenMessage) -> Answer:
    line = OutboxFolderTransport(folder).line()
    offered = line.offer(message)
    answer = line.hand_over() if offered.verdict is Verdict.ACCEPTED else offered
    line.close()
    return answer


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Make the system refuse to write more than `size` bytes to a file, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_message_becomes_one_file_with_its_bytes_and_nothing_else(tmp_path: Path, message: FrozenMessage) -> None:
    folder = tmp_path / "studio" / "outbox"
    assert write(folder, message).verdict is Verdict.ACCEPTED
    (path,) = folder.iterdir()
    assert path.read_bytes() == message.content


def test_the_file_is_private(tmp_path: Path, message: FrozenMessage) -> None:
    write(tmp_path / "outbox", message)
    (path,) = (tmp_path / "outbox").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_name_sorts_by_date_whatever_the_zone_and_tells_the_recipient(tmp_path: Path) -> None:
    early = letter(date=datetime(2026, 6, 1, 23, 30, tzinfo=ZoneInfo("Asia/Tokyo")), message_id="<b@example.com>")
    late = letter(date=datetime(2026, 6, 1, 11, 0, tzinfo=ZoneInfo("America/New_York")), message_id="<a@example.com>")
    write(tmp_path, freeze(late))
    write(tmp_path, freeze(early))
    assert names(tmp_path) == [
        "20260601T143000Z-anna-example-org-cac661116fc5f093.eml",
        "20260601T150000Z-anna-example-org-388aa267e2b92c85.eml",
    ]


def test_the_same_message_again_replaces_its_file(tmp_path: Path, message: FrozenMessage) -> None:
    write(tmp_path, message)
    write(tmp_path, message)
    assert len(names(tmp_path)) == 1


def test_two_messages_of_one_second_to_one_couple_are_two_files(tmp_path: Path, message: FrozenMessage) -> None:
    write(tmp_path, message)
    write(tmp_path, freeze(letter(message_id="<second@example.com>")))
    assert len(names(tmp_path)) == 2


@pytest.mark.parametrize("address", ["ζωή@example.org", "a/b@example.org", "x" * 64 + "@" + "y" * 60 + ".org"])
def test_any_recipient_gives_a_plain_short_name(tmp_path: Path, address: str) -> None:
    write(tmp_path, freeze(letter(to=(Mailbox(address),))))
    (name,) = names(tmp_path)
    assert name.isascii()
    assert len(name) < 110


def test_arrived_tells_what_is_in_the_folder(tmp_path: Path, message: FrozenMessage) -> None:
    transport: Transport = OutboxFolderTransport(tmp_path / "outbox")
    line = transport.line()
    line.offer(message)
    assert transport.arrived(message.message_id) is False
    line.hand_over()
    assert transport.arrived(message.message_id) is True
    assert transport.name == "outbox"


def test_arrived_does_not_guess_when_another_program_may_have_taken_the_file(
    tmp_path: Path, message: FrozenMessage
) -> None:
    transport = OutboxFolderTransport(tmp_path / "outbox")
    write(tmp_path / "outbox", message)
    (path,) = (tmp_path / "outbox").iterdir()
    path.unlink()
    assert transport.arrived(message.message_id) is None
    (tmp_path / "outbox").rmdir()
    assert transport.arrived(message.message_id) is None


def test_arrived_does_not_guess_when_the_folder_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    assert OutboxFolderTransport(tmp_path / "outbox").arrived("<a@example.com>") is None


def test_a_withdrawn_message_leaves_nothing(tmp_path: Path, message: FrozenMessage) -> None:
    line = OutboxFolderTransport(tmp_path / "outbox").line()
    line.offer(message)
    line.withdraw()
    line.close()
    assert names(tmp_path / "outbox") == []


@pytest.mark.parametrize("place", ["outbox", "outbox/deeper"])
def test_a_folder_that_cannot_be_is_the_servers_trouble(tmp_path: Path, place: str, message: FrozenMessage) -> None:
    (tmp_path / "outbox").write_text("a file")
    answer = write(tmp_path / place, message)
    assert answer.verdict is Verdict.SERVER
    assert answer.reply.startswith(f"cannot write to {tmp_path / place}: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_is_read_only_is_the_servers_trouble(tmp_path: Path, message: FrozenMessage) -> None:
    tmp_path.chmod(0o500)
    answer = write(tmp_path, message)
    tmp_path.chmod(0o700)
    assert answer == Answer(Verdict.SERVER, f"cannot write to {tmp_path}: Permission denied")


def test_a_folder_that_vanishes_after_the_offer_is_the_servers_trouble(tmp_path: Path, message: FrozenMessage) -> None:
    line = OutboxFolderTransport(tmp_path / "outbox").line()
    line.offer(message)
    shutil.rmtree(tmp_path / "outbox")
    assert line.hand_over().verdict is Verdict.SERVER


def test_a_full_disk_is_the_servers_trouble_and_leaves_nothing_half(tmp_path: Path, message: FrozenMessage) -> None:
    with files_limited_to(100):
        answer = write(tmp_path, message)
    assert answer.verdict is Verdict.SERVER
    assert answer.reply == f"cannot write to {tmp_path}: File too large"
    assert names(tmp_path) == []


def test_a_full_disk_does_not_harm_the_file_of_an_earlier_attempt(tmp_path: Path, message: FrozenMessage) -> None:
    write(tmp_path, message)
    with files_limited_to(100):
        assert write(tmp_path, message).verdict is Verdict.SERVER
    (path,) = tmp_path.iterdir()
    assert path.read_bytes() == message.content


def test_a_draft_that_a_crash_left_behind_is_not_taken_for_the_message(tmp_path: Path, message: FrozenMessage) -> None:
    write(tmp_path, message)
    (path,) = tmp_path.iterdir()
    path.rename(tmp_path / f".{path.name}.draft")  # where a crash during the write leaves it
    assert OutboxFolderTransport(tmp_path).arrived(message.message_id) is False
    write(tmp_path, message)
    assert names(tmp_path) == [path.name]


def test_what_was_not_handed_over_before_a_crash_is_known_by_its_draft_and_goes_once(
    tmp_path: Path, message: FrozenMessage
) -> None:
    transport = OutboxFolderTransport(tmp_path)
    transport.line().offer(message)  # and no more: the process dies
    assert names(tmp_path) == [f".{file_name(message)}.draft"]
    assert transport.arrived(message.message_id) is False
    write(tmp_path, message)
    assert names(tmp_path) == [file_name(message)]
