"""Writing a report: comments that nobody's save overwrites, and what stands beside them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from reporting.choices import Part, ReportKind, ReportStatus
from reporting.measures.reading import reading_of, syllables_of
from reporting.models import SectionText
from reporting.selectors.writing import comments_of
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import MembershipFactory, UserFactory
from tests.reporting.conftest import stored

WRITERS = {Role.HEAD, Role.ASSESSMENT_LEAD, Role.TRUST_LEAD}
SCRIPT = {"Accept": "application/json"}


def page_of(world, section=None, *, school=None, term=None):
    place = ((school or world.school).pk, (term or world.term).pk)
    if section is None:
        return reverse("write_report", args=place)
    return reverse("comment", args=(*place, section))


def save(client, address, text, base_version=0, **more):
    return client.post(address, {"text": text, "base_version": base_version} | more, headers=SCRIPT)


def texts(world):
    return {each.section: (each.text, each.version) for each in SectionText.objects.all()}


def shown(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_head_writes_section_by_section_and_finds_it_again(world, sign_in):
    head = sign_in(Role.HEAD)
    page = shown(head, page_of(world))
    assert f"<b>0 of {len(Part)}</b> sections have words" in page
    for part in Part:
        assert f'id="comment-{part.value}"' in page
    first = save(head, page_of(world, "standards"), "  Reading is up.\r\n\r\nWriting is not.  ")
    assert first.json() == {
        "result": "saved",
        "version": 1,
        "words": first.json()["words"],
        "reading": "6 words.",
    }
    assert first.json()["words"].startswith("Saved at ")
    again = save(head, page_of(world, "standards"), "Reading is up. Writing follows.", 1)
    assert again.json()["version"] == 2
    assert texts(world) == {"standards": ("Reading is up. Writing follows.", 2)}
    page = shown(head, page_of(world))
    assert "<b>1 of 17</b> sections have words" in page
    assert "Reading is up. Writing follows.</textarea>" in page
    assert "Saved by Harbour head on" in page
    # All of it taken away again is a save like any other; nothing at all is none.
    assert save(head, page_of(world, "standards"), " ", 2).json()["version"] == 3
    assert save(head, page_of(world, "roll"), " ").json()["version"] == 0
    assert texts(world) == {"standards": ("", 3)}
    page = shown(head, page_of(world))
    assert "<b>0 of 17</b> sections have words" in page


def test_two_editors_lose_nothing(world, sign_in):
    head, lead = sign_in(Role.HEAD), sign_in(Role.ASSESSMENT_LEAD)
    address = page_of(world, "attendance")
    save(head, address, "Better than last year.")
    save(lead, address, "Better, but for Year 9.", 1)
    answer = save(head, address, "Better than ever.", 1)
    assert answer.status_code == 409
    said = answer.json()
    assert said["words"].startswith("Harbour assessment lead saved this on ")
    assert (said["theirs"], said["version"]) == ("Better, but for Year 9.", 2)
    assert texts(world) == {"attendance": ("Better, but for Year 9.", 2)}
    kept = save(head, address, "Better than ever, but for Year 9.", said["version"])
    assert kept.json()["version"] == 3
    # Both begin with nothing there: the second is told as well.
    address = page_of(world, "places")
    assert save(lead, address, "Two bases.").json()["version"] == 1
    assert save(head, address, "One base.").status_code == 409
    # The same words, as after an answer that was lost, are saved once.
    assert save(lead, address, "Two bases.").json()["version"] == 1


def test_without_a_script_both_texts_stand_on_the_page(world, sign_in):
    head, lead = sign_in(Role.HEAD), sign_in(Role.ASSESSMENT_LEAD)
    address = page_of(world, "targets")
    saved = head.post(address, {"text": "Most are met.", "base_version": 0})
    assert saved.status_code == 302
    assert saved.url == f"{page_of(world)}#targets"
    save(lead, address, "Most are met <b>early</b>.", 1)
    page = head.post(address, {"text": "Nearly all are met.", "base_version": 1}).content.decode()
    assert "Nearly all are met.</textarea>" in page
    assert "Most are met &lt;b&gt;early&lt;/b&gt;." in page
    assert 'name="base_version" value="2"' in page
    assert "Somebody else has saved other words here" in page
    kept = head.post(address, {"text": "Nearly all are met.", "base_version": 2, "keep": "mine"})
    assert kept.status_code == 302
    assert texts(world) == {"targets": ("Nearly all are met.", 3)}
    # The draft goes under what stands there.
    used = {"text": "Well done.", "base_version": 3, "use": "draft", "draft": "64 % were met."}
    assert head.post(address, used).status_code == 302
    assert texts(world)["targets"][0] == "Well done.\n\n64 % were met."


def test_what_cannot_be_is_said_and_kept_on_the_page(world, sign_in):
    head = sign_in(Role.HEAD)
    address = page_of(world, "roll")
    long = "word " * 900
    answer = save(head, address, long)
    assert answer.status_code == 400
    assert answer.json()["words"] == "This has 4499 characters; at most 4000 fit."
    page = head.post(address, {"text": long, "base_version": 0}).content.decode()
    assert "at most 4000 fit" in page
    assert long.strip() in page
    for data in (
        {"text": "x\0y"},
        {"text": "x", "base_version": "first"},
        {"text": "x", "base_version": -1},
        {"text": "x", "base_version": 10**12},
        {"text": "x" * 3999, "use": "draft", "draft": "more"},
    ):
        assert head.post(address, data, headers=SCRIPT).status_code == 400, data
        assert head.post(address, data).status_code == 200, data
    assert texts(world) == {}
    assert head.post(page_of(world, "none-such"), {"text": "x"}).status_code == 404
    assert save(head, address, "x" * 4000).status_code == 200


def test_who_may_write(world, foreign, sign_in):
    for role in Role:
        client = sign_in(role)
        for address in (page_of(world), page_of(world, "roll")):
            assert client.get(address).status_code == (200 if role in WRITERS else 403), role
        answer = save(client, page_of(world, "groups"), f"By {role}.", len(texts(world)))
        assert (answer.status_code in {200, 409}) == (role in WRITERS), role
    arb_lead = UserFactory(name="Arb Lead")
    MembershipFactory(person=arb_lead, role=Role.HEAD, arb=world.arb)
    client = Client()
    client.force_login(arb_lead)
    assert client.get(page_of(world)).status_code == 403
    assert save(client, page_of(world, "groups"), "Mine.").status_code == 403
    head = sign_in(Role.HEAD)
    for school in (world.other_school, foreign.school, world.host):
        assert head.get(page_of(world, school=school)).status_code == 404
        assert save(head, page_of(world, "groups", school=school), "x").status_code == 404


def test_the_report_to_the_trustees_is_the_trust_leads_to_write(world, foreign, sign_in):
    address = reverse("trust_comment", args=(world.term.pk, "standards"))
    lead = sign_in(Role.TRUST_LEAD)
    assert "report to the trustees" in shown(lead, address)
    assert save(lead, address, "Across the trust.").json()["version"] == 1
    page = reverse("trust_write_report", args=(world.term.pk,))
    assert "<b>1 of 11</b> sections have words" in shown(lead, page)
    kept = lead.post(address, {"text": "All across.", "base_version": 1})
    assert kept.url == f"{page}#standards"
    found = SectionText.objects.get()
    assert (found.kind, found.school, found.text) == (ReportKind.TRUSTEE, None, "All across.")
    assert "All across." not in shown(lead, page_of(world))
    for role in WRITERS - {Role.TRUST_LEAD}:
        client = sign_in(role)
        assert client.get(address).status_code == client.get(page).status_code == 403
        assert save(client, address, "x").status_code == 403
    assert (
        save(lead, reverse("trust_comment", args=(world.term.pk, "roll")), "x").status_code == 404
    )
    theirs = reverse("trust_comment", args=(foreign.term.pk, "standards"))
    assert save(lead, theirs, "x").status_code == 404


def test_last_terms_comment_stands_beside_as_it_was_published(world, sign_in):
    head = sign_in(Role.HEAD)
    last = world.terms[2]
    save(head, page_of(world, "standards", term=last), "As it was written.")
    save(head, page_of(world, "roll", term=last), "Forty on roll.")
    page = shown(head, page_of(world, "standards"))
    assert "As it was written." in page
    assert "that report was not published" in page
    # A report of old, without sections, says nothing of them.
    sections = [{"code": "standards", "comment": "As governors read it."}, {"code": "roll"}]
    stored(world, ReportStatus.PUBLISHED, term=last, snapshot={"sections": sections})
    page = shown(head, page_of(world, "standards"))
    assert "As governors read it." in page
    assert "As it was published." in page
    assert "As it was written." not in page
    assert "Forty on roll." not in shown(head, page_of(world, "roll"))
    with in_trust(world.trust.pk):
        boxes = comments_of(
            world.access(Role.HEAD), school=world.school, term=world.terms[0], kind=ReportKind.HT
        )
    assert {each.last for each in boxes.values()} == {None}


def test_names_and_small_numbers_are_said_at_the_top(world, sign_in):
    pupil, elsewhere = world.pupils[0], world.other_pupils[0]
    pupil.first_name, pupil.last_name = "Zoë", "O\N{RIGHT SINGLE QUOTATION MARK}Neil"
    pupil.save()
    elsewhere.first_name, elsewhere.last_name = "Tomos", "Carne"
    elsewhere.save()
    grace = PupilFactory(first_name="Grace", last_name="Hill")
    PlacementFactory(pupil=grace, school=world.school, route=world.routes["formal"])
    head = sign_in(Role.HEAD)
    assert "Look at these" not in shown(head, page_of(world))
    save(head, page_of(world, "standards"), "Zoe O'Neil's reading is up. 41 of 60 in Year 4 read.")
    save(head, page_of(world, "behaviour"), "Two pupils were suspended. Zoë was not.")
    save(head, page_of(world, "places"), "Grace was said before lunch. Zoë Lowe, deputy, leads.")
    save(head, page_of(world, "next"), "Tomos Carne moves to us.")
    page = shown(head, page_of(world))
    looked = page[page.index("Look at these") : page.index("Sections")]
    for words, mark in (
        ("“Zoe O&#x27;Neil&#x27;s” is the name of a pupil", "Must change"),
        ("“Zoë” is the name of a pupil", "Must change"),
        ("“Two pupils were suspended.” may be a small number", "Look again"),
        ("“Grace” is also the first name of a pupil", "Look again"),
        ("“Zoë” is also the first name of a pupil", "Look again"),
    ):
        line = next((each for each in looked.split("<li>") if words in each), "")
        assert mark in line, words
    assert looked.count("<li>") == 5
    # A head does not learn here who is a pupil of another school; the trust lead is told.
    assert "Tomos" not in looked
    assert "“Tomos Carne” is the name of a pupil" in shown(sign_in(Role.TRUST_LEAD), page_of(world))


def test_the_page_costs_the_same_for_few_and_many(world, sign_in):
    head = sign_in(Role.HEAD)
    save(head, page_of(world, "roll"), "Here.")

    def cost(address):
        with CaptureQueriesContext(connection) as queries:
            shown(head, address)
        return len(queries)

    addresses = (page_of(world), page_of(world, "roll"))
    few = [cost(each) for each in addresses]
    for part in Part:
        save(head, page_of(world, part.value), "Words.", 1 if part == Part.ROLL else 0)
        save(head, page_of(world, part.value, term=world.terms[2]), "Words of old.")
    for _ in range(30):
        PlacementFactory(pupil=PupilFactory(), school=world.school, route=world.routes["formal"])
    assert [cost(each) for each in addresses] == few
    assert few[1] <= 20


@pytest.mark.parametrize(
    ("text", "words", "age"),
    [
        ("", 0, None),
        ("Nine of ten.", 3, None),
        # 24 words in 4 sentences, 24 syllables: 0.39 * 6 + 11.8 - 15.59 is below 0.
        ("The cat sat on the mat. " * 4, 24, 5),
        # 20 words in 1 sentence, 5 syllables each on average: far above.
        ("Communication " * 20, 20, 18),
    ],
)
def test_the_reading_age_is_that_of_flesch_and_kincaid(text, words, age):
    assert reading_of(text) == (words, age)


def test_syllables_are_groups_of_vowels_without_silent_endings():
    said = {"judged": 1, "needed": 2, "table": 2, "communication": 5, "made": 1, "68": 1, "the": 1}
    assert {word: syllables_of(word) for word in said} == said


def test_the_hint_speaks_in_words():
    assert reading_of("").hint == ""
    assert reading_of("One").hint == "1 word."
    assert reading_of("The cat sat on the mat. " * 4).hint == "About 20 words, reads at age 5."
    assert "shorter sentences" in reading_of("Communication " * 20).hint


@given(st.text(max_size=300))
def test_any_text_has_a_reading(text):
    found = reading_of(text)
    assert found.words >= 0
    assert found.age is None or 5 <= found.age <= 18
