"""What the check lets pass without a word has no hole, whatever is known of a lead and whatever is not."""

from datetime import date
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from letter_filling import text_of

from leadnurture.config import Config
from leadnurture.sequences.merge_fields import faults_in

NAMES = [
    "lead.wedding_venue", "lead.wedding_date", "lead.guests", "lead.first_name", "lead.tags", "lead.primary_email",
    "lead.clientQuestions.colour", "couple_names", "owner.address", "owner.phone", "studio.public_url", "today",
]  # fmt: skip
NAME = st.sampled_from(NAMES)
TESTS = st.recursive(
    st.one_of(
        NAME,
        st.builds("{} is defined".format, NAME),
        st.builds("{} {} {}".format, NAME, st.sampled_from(["==", "!="]), NAME | st.just("'Hall'")),
        st.builds("lead.guests {}".format, st.sampled_from(["< 50", ">= 50", "!= 50", "in [50, 80]", "not in [0]"])),
        st.builds("lead.wedding_date {} today".format, st.sampled_from(["<", ">", "=="])),
        st.sampled_from(
            ["'Hall' in lead.wedding_venue", "lead.wedding_venue | length > 3", "lead.first_name is upper"]
        ),
    ),
    lambda inner: (
        st.builds("not ({})".format, inner)
        | st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner)
    ),
    max_leaves=4,
)
EXPRESSIONS = st.recursive(
    NAME | st.just("'word'"),
    lambda inner: st.one_of(
        st.builds("({}) or ({})".format, inner, inner),
        st.builds("({}) and ({})".format, inner, inner),
        st.builds("({}) | default({})".format, inner, inner),
        st.builds("({}) if {} else ({})".format, inner, TESTS, inner),
        st.builds("({}) | upper".format, inner),
        st.just("lead.wedding_date | date or 'soon'"),
        st.just("lead.tags | join(', ')"),
    ),
    max_leaves=4,
)
LETTERS = st.recursive(
    st.builds("{{{{ {} }}}}".format, EXPRESSIONS) | st.just("words"),
    lambda inner: st.one_of(
        st.builds("{}\n{}".format, inner, inner),
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, TESTS, inner, inner),
        st.builds("{{% if {} %}}{}{{% elif {} %}}{}{{% endif %}}".format, TESTS, inner, TESTS, inner),
        st.builds("{{% for tag in lead.tags %}}{{{{ tag }}}}{}{{% endfor %}}".format, inner),
        st.builds("{{% set mine = {} %}}{{{{ mine }}}}{}".format, EXPRESSIONS, inner),
    ),
    max_leaves=4,
)
FACTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "wedding_venue": st.sampled_from(["Hall", "The Barn", ""]),
        "wedding_date": st.just(date(2028, 6, 3)),
        "estimated_guest_count": st.sampled_from([0, 50, 80]),
        "couple_name_bride": st.just("Mia Lund"),
        "couple_name_groom": st.just("Tom Berg"),
        "tags": st.sampled_from([["vip"], ["vip", "diary"]]),
        "custom_fields": st.just({"colour": "green"}),
    },
)
CONFIG = Config.model_validate(
    {"studio": {"name": "Hart"}, "owner": {"name": "Holly Hart", "email": "h@hart.example", "phone": "+442079460000"}}
)


@given(LETTERS, FACTS)
def test_a_letter_without_a_warning_can_be_filled_for_every_lead(words: str, facts: dict[str, Any]) -> None:
    assume(not list(faults_in(words, CONFIG)))
    assert "None" not in text_of(f"Hello. {words}", CONFIG, **facts)
