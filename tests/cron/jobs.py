"""Jobs with names as people give them."""

from datetime import timedelta
from pathlib import Path

from leadnurture.cron.job import Job, job_for

NASTY = (
    "Holly's studio",
    'the "big" one',
    "100% weddings",
    "%h and %%",
    "Bräute & Élise 婚礼",
    "back\\slash",
    "two\\\\slashes",
    "a\\%b",
    "ends in \\",
    "$HOME and `pwd` and $(pwd)",
    "semi;colon > file",
    "{braces} [and] *stars*?",
    "=equals",
    "~tilde",
    "#hash",
    "!bang",
    "  two  spaces  ",
)


def job(
    name: str = "studio",
    *,
    program: tuple[str, ...] = ("/opt/leadnurture/bin/leadnurture",),
    environment: tuple[tuple[str, str], ...] = (),
    every: timedelta = timedelta(minutes=5),
    by_hand: bool = False,
) -> Job:
    return job_for(Path("/home/holly") / name, program, environment, every, by_hand=by_hand)
