"""The names in letters: an unknown one is an error, one that may be empty needs a fallback; each with its place."""

from collections.abc import Callable

import pytest
from sequence_texts import letter, step

from leadnurture.sequences.folder import Folder
from leadnurture.sequences.problems import Problem, Severity

Problems = Callable[[str], tuple[Problem, ...]]

COPES = [
    "Hello {{ lead.primary_email }}",
    "{{ lead.wedding_venue or 'your venue' }}",
    '{{ lead.wedding_venue | default("your venue") }}',
    '{{ lead.venue | d("your venue") }}',
    "{% if lead.wedding_venue and lead.wedding_venue | length > 3 %}{{ lead.wedding_venue }}{% endif %}",
    "{{ lead.services | join(' and ') if lead.services else 'your day' }}",
    "{% if lead.wedding_venue in ['Home', 'Hall'] %}{{ lead.wedding_venue }}{% endif %}",
    "{{ lead['wedding_venue'] or 'your venue' }}",
    "{{ lead.wedding_date | date or 'your day' }}",
    "{{ (lead.wedding_venue or 'your venue') | upper }}",
    "{% if lead.wedding_venue %}{{ lead.wedding_venue }}{% endif %}",
    "{% if lead.wedding_venue and lead.wedding_date %}{{ lead.wedding_venue }} {{ lead.wedding_date }}{% endif %}",
    "{% if not lead.wedding_venue %}no venue{% else %}{{ lead.wedding_venue }}{% endif %}",
    "{% if lead.guests > 100 %}{{ lead.guests }} guests{% endif %}",
    "{% if lead.wedding_venue is defined %}{{ lead.wedding_venue }}{% endif %}",
    "{% if 'Hall' in lead.wedding_venue %}{{ lead.wedding_venue }}{% endif %}",
    "{{ lead.wedding_venue if lead.wedding_venue else 'your venue' }}",
    "{{ 'your venue' if not lead.wedding_venue else lead.wedding_venue }}",
    "{% for tag in lead.tags %}{{ tag }} {{ loop.index }}{% endfor %}",
    "{% set venue = lead.wedding_venue or 'your venue' %}{{ venue }}",
    "{{ lead.clientQuestions.colour or '…' }}",
    "{{ lead.custom_fields['first dance'] or '…' }}",
    "{{couple_names or 'both of you'}}",
    "{{ currentDate + 1 day }} {{ today - 2 weeks }} {{ today | date('%A') }}",
    "{{ owner.name }} {{ owner.phone }} {{ coach.email }} {{ studio.name }} {{ days_since_inquiry }}",
    "{# lead.wedding_venue #} plain words",
]
HOLES = {
    "{{ lead.wedding_venue }}": "lead.wedding_venue",
    "{{ lead.venue }}": "lead.venue",
    "{{ lead.wedding_date | date }}": "lead.wedding_date",
    "{{ lead.wedding_venue | upper or 'x' }}": "lead.wedding_venue",
    "{{ lead.first_name }}": "lead.first_name",
    "{{ lead.custom_fields.colour }}": "lead.custom_fields.colour",
    "{{ lead.clientQuestions.colour }}": "lead.clientQuestions.colour",
    "{{ couple_names }}": "couple_names",
    "{{ owner.address }}": "owner.address",
    "{{ studio.public_url }}": "studio.public_url",
    "{{ lead.tags }}": "lead.tags",
    "{% if lead.wedding_venue %}…{% else %}{{ lead.wedding_venue }}{% endif %}": "lead.wedding_venue",
    "{% if not lead.wedding_venue %}{{ lead.wedding_venue }}{% endif %}": "lead.wedding_venue",
    "{% if lead.wedding_venue %}…{% elif lead.guests %}{{ lead.wedding_venue }}{% endif %}": "lead.wedding_venue",
    "{% if lead.wedding_venue or lead.guests %}{{ lead.wedding_venue }}{% endif %}": "lead.wedding_venue",
    "{% if not lead.wedding_venue and lead.guests %}{{ lead.wedding_venue }}{% endif %}": "lead.wedding_venue",
    "{% if lead.wedding_venue != 'Home' %}{{ lead.wedding_venue }}{% endif %}": "lead.wedding_venue",
    "{{ lead.wedding_venue if lead.guests else 'x' }}": "lead.wedding_venue",
    "{% set venue = lead.wedding_venue %}{{ venue }}": "lead.wedding_venue",
    "{% if lead.wedding_venue | length > 3 %}…{% endif %}": "lead.wedding_venue",
    "{% if lead.guests + 10 > 100 %}…{% endif %}": "lead.guests",
}
UNKNOWN = {
    "{{ lead.wedding_venu }}": ("unknown merge field 'lead.wedding_venu'", "did you mean 'lead.wedding_venue'?"),
    "{{ lead.zzz or 'x' }}": ("unknown merge field 'lead.zzz'", "a field of your own is lead.custom_fields.NAME"),
    "{{ led.couple_names }}": ("unknown merge field 'led.couple_names'", "did you mean 'lead.couple_names'?"),
    "{{ zzz }}": ("unknown merge field 'zzz'", "lead.…, owner.…, studio.… and today are known"),
    "{% if lead.budjet %}…{% endif %}": ("unknown merge field 'lead.budjet'", "did you mean 'lead.budget'?"),
    "{{ owner.nam }}": ("unknown merge field 'owner.nam'", "did you mean 'owner.name'?"),
    "{{ lead }}": ("'lead' alone is no text", "say which: lead."),
    "{{ lead.custom_fields }}": ("'lead.custom_fields' alone is no text", "say which: lead.custom_fields.NAME"),
    "{{ days }}": ("unknown merge field 'days'", None),
    "{{ lead.primary_email | uper }}": ("unknown filter 'uper'", "did you mean 'upper'?"),
    "{% if lead.tags %}{{ lead.primary_email | uper }}{% endif %}": ("unknown filter 'uper'", "did you mean 'upper'?"),
    "{% if lead.tags is emty %}…{% endif %}": ("unknown test 'emty'", None),
    "{% block a %}x{% endblock %}{% block a %}y{% endblock %}": ("the merge fields cannot be read: ", "a merge field"),
    "{{ lead.primary_email": ("the merge fields cannot be read: ", "a merge field looks like {{ lead.couple_names }}"),
    "{% if lead.tags %}": ("the merge fields cannot be read: ", "a merge field looks like {{ lead.couple_names }}"),
    "{{ 'at ' ~ lead.wedding_venue if lead.wedding_venue }}": ("an 'if' inside a merge field needs an 'else'", "{% if"),
    "{{ 'x' | center(1000000000) }}": ("unknown filter 'center'", None),
    "{{ 'x'.ljust(1000000000) }}": ("a letter cannot call 'ljust'", None),
    "{{ '{:1000000000}'.format(1) }}": ("a letter cannot call 'format'", None),
    "{% for i in range(1000000000) %}x{% endfor %}": ("unknown merge field 'range'", None),
    "{{ ''.__class__ }}": ("'__class__' is no part of the language", None),
    "{{ ('' ~ 1)['__class__'] }}": ("'__class__' is no part of the language", None),
    "{{ lead.primary_email.__class__ }}": ("'__class__' is no part of the language", None),
    "{{ couple_names.__class__ or 1 }}": ("'__class__' is no part of the language", None),
    "{{ lead.__globals__ }}": ("'__globals__' is no part of the language", None),
    "{{ lead.primary_email | attr('__class__') }}": ("unknown filter 'attr'", None),
    "{% for tag in lead.tags recursive %}x{% endfor %}": ("cannot be read: a loop cannot call itself", None),
    "{% autoescape false %}x{% endautoescape %}": ("cannot be read: autoescape is not part", None),
    "{{ {today: 1} }}": ("cannot be read: the keys of a record must be written out", None),
    "{% include 'other.md' %}": ("a letter cannot include", None),
    "{{ " + "(" * 4000 + "1" + ")" * 4000 + " }}": ("nested too deeply", None),
}


@pytest.mark.parametrize("words", COPES)
def test_a_name_that_the_letter_can_do_without_is_right(words: str, problems_of: Problems) -> None:
    assert problems_of(letter(words)) == ()


@pytest.mark.parametrize(("words", "name"), HOLES.items())
def test_a_name_that_may_be_empty_without_a_fallback_is_a_warning(words: str, name: str, problems_of: Problems) -> None:
    (problem,) = problems_of(letter(words))
    assert (problem.message, problem.severity) == (f"{{{{ {name} }}}} can be empty", Severity.WARNING)
    assert problem.hint == f'give it a fallback: {{{{ {name} or "…" }}}}; without one the step is held for such a lead'


@pytest.mark.parametrize(("words", "told"), UNKNOWN.items(), ids=[words[:40] for words in UNKNOWN])
def test_what_nobody_knows_is_an_error(words: str, told: tuple[str, str | None], problems_of: Problems) -> None:
    (problem,) = problems_of(letter(words))
    assert problem.message.startswith(told[0]) or told[0] in problem.message
    assert told[1] is None or told[1] in (problem.hint or "")
    assert problem.severity is Severity.ERROR


TOO_MUCH = [
    "{{ 'x' * 1000000000 }}",
    "{{ 1000000000 * 'x' }}",
    "{{ [1] * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{% for a in 'x' * 1000 %}{% for b in 'x' * 1000 %}{% endfor %}{% endfor %}",
    "{% for tag in lead.tags %}{{ 'x' * 400000 }}{% endfor %}",
    "{% set a = 'xx' %}" + "{% set a = a ~ a %}" * 60,
    "{{ lead.wedding_venue | default('x') | replace('w', 'x' * 300000) }}",
]


@pytest.mark.parametrize("words", TOO_MUCH)
def test_a_text_that_would_never_be_filled_is_an_error_in_its_line(words: str, problems_of: Problems) -> None:
    (problem,) = problems_of(letter(f"Hello,\n\n{words}\n"))
    assert (problem.message, problem.place.line) == ("filling this is more work than a letter can be", 9)
    assert problem.severity is Severity.ERROR


def test_a_name_in_a_block_is_told_in_its_own_line(problems_of: Problems) -> None:
    (problem,) = problems_of(letter("Hello,\n\nsee you at {{ lead.wedding_venu }}.\n"))
    assert (problem.file, problem.place.line, problem.text) == (
        "sequences/welcome.yaml",
        9,
        "      see you at {{ lead.wedding_venu }}.",
    )


def test_a_name_in_one_line_is_told_at_its_key(problems_of: Problems) -> None:
    (problem,) = problems_of(letter("Hello.\n", subject="For {{ lead.wedding_venu }}"))
    assert (problem.place.line, problem.place.column) == (5, 14)


def test_a_name_in_a_folded_block_is_told_at_its_key(problems_of: Problems) -> None:
    folded = letter("Hello\nand welcome\nto {{ lead.wedding_venu }}\n").replace("body: |", "body: >")
    (problem,) = problems_of(folded)
    assert (problem.place.line, problem.text) == (6, "    body: >")


def test_a_name_in_a_template_is_told_in_the_template(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "hello.md").write_text("Hello,\n\nsee you at {{ lead.wedding_venue }}\nin {{ lead.zzz }}.\n")
    found = problems_of(step("id: hello\naction: send_email\nsubject: Hello\ntemplate: hello.md"))
    assert [(problem.file, problem.place.line, problem.text, problem.severity.value) for problem in found] == [
        ("templates/hello.md", 3, "see you at {{ lead.wedding_venue }}", "warning"),
        ("templates/hello.md", 4, "in {{ lead.zzz }}.", "error"),
    ]


def test_a_template_of_two_steps_is_told_once(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "hello.md").write_text("{{ lead.zzz }}\n")
    two = "".join(
        f"  - id: {key}\n    action: send_email\n    subject: Hello\n    template: hello.md\n    delay: 1d\n"
        for key in ("a", "b")
    )
    assert len(problems_of(f"name: Welcome\nsteps:\n{two}")) == 1


def test_the_texts_of_tasks_are_checked_too(problems_of: Problems) -> None:
    found = problems_of(step('id: a\naction: create_task\ntitle: "{{ lead.zzz }}"\ndescription: "{{ lead.yyy }}"'))
    assert [problem.place.line for problem in found] == [5, 6]
