"""Never twice, never to somebody who left, never too soon: whatever happens, in whatever order."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio_life import DAY, HOUR, MINUTE, START, Life, mail, tag

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads, standing, timeline
from leadnurture.store.vocabulary import LeadStatus
from leadnurture.studio import Studio

Operation = Callable[[Life], object]
NAMES = st.sampled_from(["mia", "zoe"])


def _forward(by: timedelta) -> Operation:
    return lambda life: life.later(by)


def _happens(name: str, what: Callable[..., object], *given: object) -> Operation:
    return lambda life: life.happens(name, what, *given)


def _applied(sequence: str, keys: list[str], delay: str, active: bool) -> Operation:
    steps = [mail(f"{sequence}-{key}", delay=delay) if key < "e" else tag(key, delay=delay) for key in keys]

    def apply(life: Life) -> None:
        life.write(sequence, *steps, exclusive=False, active=active)
        life.apply()

    return apply


def _outbox(broken: bool) -> Operation:
    def change(life: Life) -> None:
        away, here = life.root / "outbox-away", life.root / "outbox"
        if broken and here.is_dir():
            here.rename(away)
            here.write_text("a file where the folder should be")
        elif here.is_file():
            here.unlink()
            away.rename(here)

    return change


MOVES = st.sampled_from([MINUTE, HOUR, 5 * HOUR, DAY, 3 * DAY, 40 * DAY, -HOUR, -2 * DAY])
DELAYS = st.sampled_from(["0m", "1h", "1d"])
STEPS = st.permutations("abcdef").map(lambda keys: keys[:4])
STATUSES = st.sampled_from([LeadStatus.NEW, LeadStatus.CONTACTED])
OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    MOVES.map(_forward),
    st.builds(_applied, st.just("welcome"), STEPS, DELAYS, st.booleans()),
    st.builds(_applied, st.just("beside"), STEPS, DELAYS, st.just(True)),
    st.builds(_happens, NAMES, st.just(timeline.reply), st.just("Yes!")),
    st.builds(_happens, NAMES, st.just(standing.opt_out), st.just("by mail")),
    st.builds(_happens, NAMES, st.sampled_from([standing.pause, standing.resume])),
    st.builds(_happens, NAMES, st.just(standing.set_status), STATUSES),
    st.builds(_happens, NAMES, st.just(leads.update), st.just({"wedding_venue": "Barn Hall"})),
    st.just(Life.decide),
    st.just(Life.tick),
    st.booleans().map(_outbox),
)


@contextmanager
def _studio(founded: Path, root: Path) -> Iterator[Life]:
    shutil.copytree(founded, root)
    (root / "outbox").mkdir()
    clock = VirtualClock(START)
    with Studio.open(root, clock) as studio:
        life = Life(root, clock, studio)
        life.given("welcome", *[mail(f"welcome-{key}", delay="1h") for key in "abc"], exclusive=False)
        life.add("mia", "zoe")
        yield life
    shutil.rmtree(root)


@settings(max_examples=20)
@given(st.lists(OPERATIONS, max_size=20))
def test_no_letter_goes_twice_or_too_soon_or_to_who_has_left(
    founded: Path, tmp_path_factory: pytest.TempPathFactory, operations: list[Operation]
) -> None:
    with _studio(founded, tmp_path_factory.mktemp("life") / "studio") as life:
        left: dict[str, int] = {}
        for operation in operations:
            operation(life)
            for name in ("mia", "zoe"):
                if life.lead(name).opt_out_date is not None:
                    left.setdefault(name, len(life.sent(name)))
        life.clock.set(START + 400 * DAY)
        _outbox(broken=False)(life)
        for _ in range(12):
            life.later(5 * HOUR)
        for name in ("mia", "zoe"):
            letters = [
                (str(message["To"]), str(message["Subject"])) for message in life.messages() if name in message["To"]
            ]
            assert len(letters) == len(set(letters)), "a letter went twice"
            assert left.get(name, len(letters)) == len(letters), "a letter went after they had opted out"
            sent = sorted(message.sent_at for message in life.queue(name) if message.sent_at is not None)
            assert all(after - before >= 4 * HOUR for before, after in pairwise(sent)), "two letters within the gap"
