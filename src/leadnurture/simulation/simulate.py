"""The two questions that a simulation answers: what will this couple get, and what will the whole studio send."""

from collections.abc import Sequence
from datetime import datetime

from leadnurture.sequences.folder import Draft
from leadnurture.simulation import preparing
from leadnurture.simulation.happenings import Happening
from leadnurture.simulation.playing import OnMoment, end_of, play
from leadnurture.simulation.recording import Recorder
from leadnurture.simulation.stage import Stage, staged
from leadnurture.simulation.transcript import Transcript
from leadnurture.studio import Studio


def simulate_lead(
    studio: Studio, draft: Draft, lead_id: int, start: datetime, days: int, happenings: Sequence[Happening] = ()
) -> Transcript:
    """Return what one lead would go through from `start` on, the sequence being as its file is now.

    The draft must have been found right, and the lead must exist. Nothing outside the copy changes. The lead is alone
    in it, so that a transcript does not hang on who else is in the studio. Raises UnreachableLeadError.
    """
    with staged(studio, start) as stage:
        preparing.keep_only(stage.engine, lead_id)
        recorder = _recorder(stage)
        preparing.let_count(stage.engine, draft)
        notes = preparing.bring_in(stage.engine, lead_id, draft.identity)
        if draft.sequence is not None and not draft.sequence.active:
            notes.append(f"'{draft.identity}' is switched off in its file; here it is on")
        end = end_of(start, days, studio.config.studio.zone)
        play(stage, recorder, end, lambda _: None, lead_id, happenings)
        return _transcript(studio, start, end, recorder, notes)


def simulate_all(studio: Studio, start: datetime, days: int, on_moment: OnMoment) -> Transcript:
    """Return all that the studio would do from `start` on by what is applied; `on_moment` is told how far it is."""
    with staged(studio, start) as stage:
        recorder = _recorder(stage)
        end = end_of(start, days, studio.config.studio.zone)
        play(stage, recorder, end, on_moment)
        return _transcript(studio, start, end, recorder, [])


def _recorder(stage: Stage) -> Recorder:
    return Recorder(stage.engine.database, stage.engine.config.studio.zone)


def _transcript(studio: Studio, start: datetime, end: datetime, recorder: Recorder, notes: list[str]) -> Transcript:
    zone = studio.config.studio.zone
    return Transcript(start.astimezone(zone), end.astimezone(zone), tuple(recorder.entries), tuple(notes))
