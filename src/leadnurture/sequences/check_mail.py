"""What can be wrong with a mail beside its words: the step that it answers, and names that none of its texts uses."""

from collections.abc import Iterator
from dataclasses import replace

from jinja2 import TemplateSyntaxError

from leadnurture.sequences.actions.send_email import SendEmail
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.merge_fields import names_in
from leadnurture.sequences.problems import Problem, Severity
from leadnurture.sequences.step import Step
from leadnurture.sequences.suggestions import nearest
from leadnurture.sequences.words import words_of


def mail_problems(draft: Draft, number: int, step: Step) -> Iterator[Problem]:
    """Yield the problems of a step of a draft that was read; `number` counts from 0. Nothing for other actions."""
    if isinstance(step, SendEmail):
        if step.reply_to_step is not None:
            yield from _answer(draft, number, step, step.reply_to_step)
        yield from _unused(draft, number, step)


def _answer(draft: Draft, number: int, step: SendEmail, key: str) -> Iterator[Problem]:
    place = ("steps", number, "reply_to_step")
    steps = draft.sequence.steps if draft.sequence else ()
    earlier = {one.id: one for one in steps[:number]}
    mails = [one.id for one in earlier.values() if isinstance(one, SendEmail)]
    if key not in {one.id for one in steps}:
        yield draft.parsed.problem(place, f"there is no step '{key}'", _meant(key, steps, mails))
    elif key not in earlier:
        hint = "a mail can only answer one that went out before it"
        yield draft.parsed.problem(place, f"step '{key}' does not come before '{step.id}'", hint)
    elif key not in mails:
        hint = f"mails before it: {', '.join(mails)}" if mails else "no step before it sends a mail"
        yield draft.parsed.problem(place, f"step '{key}' sends no mail (it is {earlier[key].action})", hint)
    elif step.subject is not None:
        message = "mail programs show an answer with a subject of its own as a new conversation"
        hint = f"leave 'subject' out: it goes on under that of '{key}'"
        problem = draft.parsed.problem(("steps", number, "subject"), message, hint)
        yield replace(problem, severity=Severity.WARNING)


def _meant(key: str, steps: tuple[Step, ...], mails: list[str]) -> str | None:
    renamed = next((one.id for one in steps if one.was == key), None)
    if renamed is not None:
        return f"it is called '{renamed}' now"
    near = nearest(key, mails)
    return f"did you mean '{near}'?" if near else f"mails before it: {', '.join(mails)}" if mails else None


def _unused(draft: Draft, number: int, step: SendEmail) -> Iterator[Problem]:
    own = step.own_names()
    texts = [text for text in step.texts() if text not in own]
    if not own or any(text.template in draft.unreadable for text in texts if text.template):
        return
    try:
        used = set[str]().union(*(names_in(words_of(text, draft.templates)) for text in texts))
    except (TemplateSyntaxError, RecursionError):  # told where it is
        return
    for text in own:
        if text.path[-1] not in used:
            message = f"no text of this step uses '{text.path[-1]}'"
            problem = draft.parsed.problem(
                ("steps", number, *text.path), message, "take it out, or write it in {{ … }}"
            )
            yield replace(problem, severity=Severity.WARNING)
