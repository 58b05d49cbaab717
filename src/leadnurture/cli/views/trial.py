"""A sequence tried with one couple: each step with what would be written or done, or why it would not work."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import indented
from leadnurture.cli.views.plain import count, line, prose, word
from leadnurture.simulation.trial import Trial, TriedStep

_SHOWN_APART = frozenset({"subject", "text", "email_sent", "sms_sent", "notification_sent", "attachments"})


def trial_view(trial: Trial) -> RenderableType:
    """Show the steps, their words in full, and how many worked."""
    parts = [part for step in trial.steps for part in (*_step(step), Text(""))]
    failed = f", {trial.failed} failed" if trial.failed else ""
    return Group(*parts, Text(f"{count(len(trial.steps), 'step')}{failed}", style=colours.QUIET))


def _step(step: TriedStep) -> Iterator[RenderableType]:
    yield (
        Text(f"{step.number:>2}. ")
        .append_text(line(step.name, "bold"))
        .append(f"   {step.key}   {word(step.action)}", style=colours.QUIET)
    )
    if step.skipped_because is not None:
        told = line(f"for this couple it would be skipped now: {step.skipped_because}", colours.WAITS_FOR_YOU)
        yield indented(told, 4)
    if step.failure is not None:
        yield indented(line(f"failed: {step.failure}", colours.WRONG), 4)
    yield from (indented(part, 4) for part in _result(step))


def _result(step: TriedStep) -> Iterator[RenderableType]:
    for name, value in step.result.items():
        if name not in _SHOWN_APART:
            told = ", ".join(map(str, value)) if isinstance(value, list) else value
            yield line(f"{word(name).capitalize()}: {told}", colours.QUIET)
    if attachments := step.result.get("attachments"):
        yield line(f"Attached: {', '.join(attachments)}", colours.QUIET)
    if "subject" in step.result:
        yield line(f"Subject: {step.result['subject']}")
    if text := step.result.get("text"):
        yield Group(Text(""), prose(text))
