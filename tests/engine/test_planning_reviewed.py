"""A saved plan applies exactly what was reviewed, or nothing at all."""

import pytest
from studio_life import DAY, HOUR, NEW, Life, mail, tag

from leadnurture.crm import standing
from leadnurture.engine.applying import Applied
from leadnurture.engine.planning import rehearse
from leadnurture.engine.planning_reviewed import PlanMovedError, apply_reviewed
from leadnurture.engine.planning_saved import NoPlanError, SavedPlan, read_plan, saved
from leadnurture.sequences.versions import Difference, compare


def reviewed(life: Life) -> SavedPlan:
    """Plan, save to text, and read it again."""
    with life.studio.read() as session:
        pending = compare(session, life.studio.folder.drafts(life.studio.reading()))
    plan = saved(rehearse(life.studio.engine, pending), life.clock.now())
    return read_plan(plan.model_dump_json(), "plan.json")


def apply(life: Life, plan: SavedPlan) -> list[Applied]:
    return apply_reviewed(life.studio.engine, plan, life.studio.folder.drafts(life.studio.reading()))


def refused(life: Life, plan: SavedPlan) -> list[str]:
    """Return what has moved; nothing may have been applied."""
    before = {name: walk.model_dump() for name, walk in life.walks("mia").items()}
    with pytest.raises(PlanMovedError) as told:
        apply(life, plan)
    assert {name: walk.model_dump() for name, walk in life.walks("mia").items()} == before
    assert told.value.exit_code == 12
    return [line.strip() for line in told.value.message.splitlines()[1:]]


@pytest.fixture
def planned(life: Life) -> SavedPlan:
    """Return a plan over two leads half way."""
    (life.root / "templates/b.md").write_text("Words.")
    letter = {key: value for key, value in mail("b", template="b.md", delay="2d").items() if key != "body"}
    life.given("welcome", tag("a"), letter, tag("c", delay="1d"))
    life.add("mia", couple_name_bride="Mia Smith", couple_name_groom="Leo Smith")
    life.add("zoe")
    life.tick()
    life.write("welcome", tag("a"), tag("n", delay="1d"), letter)
    return reviewed(life)


def test_it_is_applied_when_nothing_moved(life: Life, planned: SavedPlan) -> None:
    life.clock.advance(HOUR)
    assert apply(life, planned) == [Applied("welcome", Difference.CHANGED, 2, 2, 0, 0, 0)]
    assert life.walk("mia").current_step == "n"


def test_time_alone_moves_nothing(life: Life) -> None:
    life.add("mia")
    life.write("welcome", tag("a", delay="1d"), enroll=NEW | {"existing": True})
    plan = reviewed(life)
    life.clock.advance(5 * DAY)
    assert apply(life, plan)[0].enrolled == 1


def test_an_edited_file_is_refused(life: Life, planned: SavedPlan) -> None:
    life.write("welcome", tag("a"), tag("x", delay="1d"))
    told = refused(life, planned)
    assert "welcome: sequences/welcome.yaml was edited" in told


def test_an_edited_template_is_refused(life: Life, planned: SavedPlan) -> None:
    (life.root / "templates/b.md").write_text("Other words.")
    assert refused(life, planned) == ["welcome: templates/b.md was edited"]


def test_a_file_that_is_gone_is_refused(life: Life, planned: SavedPlan) -> None:
    (life.root / "sequences/welcome.yaml").unlink()
    assert "welcome: sequences/welcome.yaml is gone" in refused(life, planned)


def test_another_version_is_refused(life: Life, planned: SavedPlan) -> None:
    life.apply()
    assert refused(life, planned) == ["welcome: version 2 runs; the plan was made when version 1 did"]


def test_a_lead_that_moved_on_is_refused_by_name(life: Life, planned: SavedPlan) -> None:
    life.happens("zoe", standing.pause)
    told = refused(life, planned)
    assert told == [
        "welcome: zoe@example.org stands before the same step, but the change would mean something else",
    ]
    life.happens("zoe", standing.resume)
    life.later(2 * DAY)
    assert "welcome: Mia & Leo Smith has moved on from 'b' to 'c'" in refused(life, planned)


def test_a_lead_that_left_is_refused(life: Life, planned: SavedPlan) -> None:
    life.happens("mia", standing.opt_out, "by mail")
    assert refused(life, planned) == ["welcome: Mia & Leo Smith has left it"]


def test_a_lead_that_entered_is_refused(life: Life, planned: SavedPlan) -> None:
    life.add("eve")
    assert refused(life, planned) == ["welcome: eve@example.org has entered it"]


def test_a_lead_that_would_stay_out_or_enter_as_well_is_refused(life: Life) -> None:
    life.add("mia")
    life.write("welcome", tag("a", delay="1d"))
    life.write("more", tag("b", delay="1d"), exclusive=False, enroll=NEW | {"existing": True})
    plan = reviewed(life)
    life.add("eve")
    assert refused(life, plan) == [
        "more: eve@example.org would enter, too",
        "welcome: eve@example.org fits it now, too, and would stay out",
    ]
    life.happens("eve", standing.opt_out, "by mail")
    life.happens("mia", standing.opt_out, "by mail")
    assert refused(life, plan) == [
        "more: mia@example.org would not enter any more",
        "welcome: mia@example.org would not stay out any more",
    ]


def test_a_deletion_is_applied_once(life: Life, planned: SavedPlan) -> None:
    (life.root / "sequences/welcome.yaml").unlink()
    plan = reviewed(life)
    assert apply(life, plan)[0].cancelled == 2
    assert refused(life, plan) == ["welcome: it was deleted or applied meanwhile"]


def test_a_refused_plan_leaves_no_trace_in_the_next_apply(life: Life, planned: SavedPlan) -> None:
    life.add("eve")
    refused(life, planned)
    life.given("welcome", tag("a"), tag("other", delay="1d"))
    assert life.walk("mia").current_step == "other"


def test_files_that_the_plan_does_not_name_may_change(life: Life, planned: SavedPlan) -> None:
    life.write("unrelated", tag("a"), enroll={})
    assert [one.identity for one in apply(life, planned)] == ["welcome"]


def test_many_movements_are_cut(life: Life, planned: SavedPlan) -> None:
    life.add(*(f"lead{number}" for number in range(15)))
    told = refused(life, planned)
    assert len(told) == 11
    assert told[-1] == "… and 5 more"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"leadnurture_plan": 2}', '{"sequences": []}'])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(NoPlanError):
        read_plan(text, "plan.json")
