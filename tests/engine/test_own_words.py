"""`personalization`: names that a step gives to lines of its own, filled for each lead."""

from studio_life import DAY, Life, mail

OWN = {"programName": "All-day album", "venue": "{{ lead.wedding_venue }}"}


def test_the_subject_and_the_letter_say_what_the_names_stand_for(life: Life) -> None:
    words = {"subject": "{{ programName }} at {{ venue }}", "body": "Our **{{ programName }}** at {{ venue }}."}
    life.given("welcome", mail("hello", personalization=OWN, **words))
    life.add("mia", wedding_venue="Heath & <Moor>")
    life.tick()
    (message,) = life.messages()
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert message["Subject"] == "All-day album at Heath & <Moor>"
    assert plain.get_content() == "Our All-day album at Heath & <Moor>.\r\n"
    assert "Heath &amp; &lt;Moor&gt;" in html.get_content()


def test_a_hole_in_one_holds_the_letter_and_says_which(life: Life) -> None:
    life.given("welcome", mail("hello", personalization=OWN, body="{{ programName }}{{ venue }}"))
    life.add("mia")
    life.tick()
    assert life.sent() == []
    reason = life.walk("mia").held_reason or ""
    assert reason.startswith("venue: 'lead.wedding_venue' has no value for this lead")
    life.set("mia", wedding_venue="Heath")
    life.later(DAY)
    assert life.sent() == ["hello"]


def test_the_names_of_one_step_mean_nothing_in_the_next(life: Life) -> None:
    mine, other = {"word": "first"}, {"word": "second"}
    steps = (mail("a", subject="{{ word }}", personalization=mine), mail("b", subject="{{ word }}", delay="1d"))
    life.given("welcome", steps[0], steps[1] | {"personalization": other})
    life.add("mia")
    life.tick()
    life.later(DAY)
    assert life.sent() == ["first", "second"]
