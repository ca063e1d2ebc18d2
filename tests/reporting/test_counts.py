"""Bare counts of a term, and the next steps at the end of a report."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from parrcs.core.access import Role
from reporting.choices import BEHAVIOUR, SAFEGUARDING, Counted, ReportKind
from reporting.models import NextStep, TermCount
from reporting.selectors.next_steps import left_steps
from reporting.selectors.term_counts import term_counts
from reporting.services.term_counts import CountedMeanwhile, save_counts

WRITERS = {Role.HEAD, Role.ASSESSMENT_LEAD, Role.TRUST_LEAD}
FAR = dt.date(2027, 3, 1)


def at(world, name, *more, term=None):
    return reverse(name, args=(world.school.pk, (term or world.term).pk, *more))


def seen_on(client, address):
    form = client.get(address).context["form"]
    return form["seen"].value()


def count(client, address, seen=None, **numbers):
    seen = seen_on(client, address) if seen is None else seen
    return client.post(address, {**numbers, "seen": seen})


def counted(world, term=None):
    rows = TermCount.objects.filter(school=world.school, term=term or world.term)
    return {each.what: each.number for each in rows}


def test_every_count_is_of_behaviour_or_of_safeguarding():
    assert {*BEHAVIOUR, *SAFEGUARDING} == {*Counted}
    assert len(BEHAVIOUR) + len(SAFEGUARDING) == len(Counted)


def test_a_head_counts_a_term_beside_the_last(world, sign_in):
    head = sign_in(Role.HEAD)
    last, now = at(world, "term_counts", term=world.terms[2]), at(world, "term_counts")
    count(head, last, incidents="1,204", suspensions="6", exclusions="0")
    page = head.get(now).content.decode()
    assert "Numbers only, never a name or a case" in page
    assert "<b>0 of 15</b> are counted" in page
    assert "<td>1,204</td>" in page
    saved = count(head, now, incidents="980", suspensions="", exclusions="0")
    assert saved.status_code == 302
    # Empty is not counted, and 0 is a count.
    assert counted(world) == {"incidents": 980, "exclusions": 0}
    page = head.get(now).content.decode()
    assert "<b>2 of 15</b> are counted" in page
    found = term_counts(world.access(Role.HEAD), school=world.school, term=world.term)
    assert list(found) == list(Counted)
    assert found[Counted.INCIDENTS] == (980, 1204)
    assert found[Counted.SUSPENSIONS] == (None, 6)
    assert found[Counted.EXCLUSIONS] == (0, 0)
    assert found[Counted.PREVENT] == (None, None)
    # Corrected and taken away: history keeps both.
    count(head, now, incidents="", suspensions="4", exclusions="1")
    assert counted(world) == {"suspensions": 4, "exclusions": 1}
    events = apps.get_model("reporting", "TermCountEvent").objects.order_by("pgh_id")
    kept = {(each.what, each.number, each.pgh_label) for each in events}
    assert kept == {("incidents", 980, "deleted"), ("exclusions", 0, "superseded")}
    write = head.get(at(world, "write_report")).content.decode()
    assert "<b>2 of 15</b> counts are in" in write
    assert write.count("Change the counts") == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-1", "There cannot be fewer than 0"),
        ("some", "Write a whole number"),
        ("1.5", "Write a whole number"),
        ("100000", "At most 99,999 can be counted"),
        ("9" * 400, "At most 99,999 can be counted"),
        ("\0", "Null characters are not allowed"),
    ],
)
def test_what_is_no_count_is_refused_in_words(world, sign_in, typed, words):
    head = sign_in(Role.HEAD)
    refused = count(head, at(world, "term_counts"), holds=typed, incidents="7")
    assert refused.status_code == 200
    page = refused.content.decode()
    assert words in page or "Write a whole number" in page
    assert '<a href="#id_holds">' in page
    assert 'value="7"' in page
    assert counted(world) == {}


def test_two_who_count_at_once_see_both(world, sign_in, monkeypatch):
    head, lead = sign_in(Role.HEAD), sign_in(Role.ASSESSMENT_LEAD)
    address = at(world, "term_counts")
    before = seen_on(head, address)
    count(lead, address, holds="3")
    told = count(head, address, before, holds="2", incidents="9").content.decode()
    assert "Somebody changed this while you had it open" in told
    assert 'value="2"' in told
    assert "<dt>Physical interventions</dt><dd>3</dd>" in told
    assert counted(world) == {"holds": 3}
    # The same twice is nothing new.
    assert count(lead, address, before, holds="3").status_code == 302
    # At the very same moment, the constraint lets one in.
    real = QuerySet.bulk_create

    def too_late(self, rows, *args, **more):
        if self.model is TermCount:
            raise IntegrityError
        return real(self, rows, *args, **more)

    monkeypatch.setattr(QuerySet, "bulk_create", too_late)
    stands = dict.fromkeys(Counted) | {Counted.HOLDS: 3}
    with pytest.raises(CountedMeanwhile) as raised:
        save_counts(
            by=world.access(Role.HEAD),
            school=world.school,
            term=world.term,
            numbers=stands | {Counted.MISSING: 1},
            seen=seen_on(head, address),
        )
    assert raised.value.stands == stands


def step_of(**more):
    said = {"what": "Train all staff in signing", "owner": "Deputy head", "due_on": "2027-03-01"}
    return said | more


def test_next_steps_are_set_done_and_removed(world, sign_in):
    head, lead = sign_in(Role.HEAD), sign_in(Role.ASSESSMENT_LEAD)
    address = at(world, "next_steps")
    assert "No next step yet" in head.get(address).content.decode()
    for _twice in range(2):
        assert head.post(address, step_of()).status_code == 302
    head.post(address, step_of(what="Meet families", due_on="01/10/2026"))
    assert [each.what for each in NextStep.objects.all()] == [
        "Meet families",
        "Train all staff in signing",
    ]
    page = head.get(address).content.decode()
    assert "<b>0 of 2</b> done. <b>1 late</b>" in page
    step = NextStep.objects.get(what="Meet families")
    one = at(world, "next_step", step.pk)
    seen = seen_on(lead, one)
    changed = step_of(what="Meet all families", due_on="2026-10-01", done_on="2026-10-20")
    assert head.post(one, changed | {"seen": seen}).status_code == 302
    told = lead.post(one, step_of(what="Meet some", seen=seen)).content.decode()
    assert "Somebody changed this while you had it open" in told
    assert "20 October 2026" in told
    page = head.get(address).content.decode()
    assert "<b>1 of 2</b> done. None is late." in page
    asked = head.get(at(world, "next_step_remove", step.pk)).content.decode()
    assert "Meet all families" in asked
    assert NextStep.objects.count() == 2
    assert head.post(at(world, "next_step_remove", step.pk)).status_code == 302
    assert NextStep.objects.get().what == "Train all staff in signing"
    assert head.get(one).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"what": " "}, "Write what is to be done."),
        ({"what": "x" * 301}, "at most 300 characters"),
        ({"owner": ""}, "Write a name or a post."),
        ({"due_on": "soon"}, "This is not a date"),
        ({"due_on": "2062-03-01"}, "more than three years away"),
        ({"done_on": "2199-01-01"}, "This day is still to come."),
    ],
)
def test_a_step_that_cannot_be_is_refused_in_words(world, sign_in, wrong, words):
    head = sign_in(Role.HEAD)
    step = NextStep.objects.create(
        school=world.school, term=world.term, what="Meet", owner="Head", due_on=FAR
    )
    one = at(world, "next_step", step.pk)
    page = head.post(one, step_of(seen=seen_on(head, one)) | wrong).content.decode()
    assert words in page
    assert f'<a href="#step-{next(iter(wrong))}">' in page
    if "done_on" not in wrong:
        assert words in head.post(at(world, "next_steps"), step_of() | wrong).content.decode()
    assert [each.what for each in NextStep.objects.all()] == ["Meet"]


def test_what_last_term_left_is_carried_over_once(world, sign_in):
    head = sign_in(Role.HEAD)
    old = {"school": world.school, "term": world.terms[2], "owner": "Head", "due_on": FAR}
    done = NextStep.objects.create(**old, what="Done", done_on=dt.date(2026, 7, 1))
    left = [NextStep.objects.create(**old, what=what) for what in ("First", "Second", "Third")]
    page = head.get(at(world, "next_steps")).content.decode()
    assert "Not done since Summer 2026" in page
    carry = at(world, "next_steps_carry")
    assert "Choose at least one step" in head.post(carry).content.decode()
    for stray in (str(done.pk), "x", "9" * 30):
        assert "no longer there" in head.post(carry, {"steps": stray}).content.decode()
    assert head.post(carry, {"steps": [str(each.pk) for each in left[:2]]}).status_code == 302
    now = NextStep.objects.filter(term=world.term)
    assert {each.what: each.due_on for each in now} == {"First": FAR, "Second": FAR}
    # Last term's stand as they were reported, and nothing is offered twice: not what was changed
    # since, nor what was taken out again.
    assert NextStep.objects.filter(term=world.terms[2]).count() == 4
    first, second = now.get(what="First"), now.get(what="Second")
    one = at(world, "next_step", first.pk)
    head.post(one, step_of(what="First, and well", seen=seen_on(head, one)))
    head.post(at(world, "next_step_remove", second.pk))
    found = left_steps(
        world.access(Role.HEAD), school=world.school, term=world.term, kind=ReportKind.HT
    )
    assert [each.what for each in found.steps] == ["Third"]
    none = left_steps(
        world.access(Role.HEAD), school=world.school, term=world.terms[0], kind=ReportKind.HT
    )
    assert (none.term, none.steps) == (None, [])


def test_who_may_count_and_set_steps(world, foreign, sign_in):
    step = NextStep.objects.create(
        school=world.school, term=world.term, what="Meet", owner="Head", due_on=FAR
    )
    theirs = NextStep.objects.create(
        school=world.other_school, term=world.term, what="Theirs", owner="Head", due_on=FAR
    )
    for role in Role:
        client = sign_in(role)
        for address in (
            at(world, "term_counts"),
            at(world, "next_steps"),
            at(world, "next_step", step.pk),
            at(world, "next_step_remove", step.pk),
        ):
            assert client.get(address).status_code == (200 if role in WRITERS else 403), role
        if role not in WRITERS:
            assert client.post(at(world, "next_steps_carry")).status_code == 403
    head = sign_in(Role.HEAD)
    assert head.get(at(world, "next_step", theirs.pk)).status_code == 404
    assert head.post(at(world, "next_step_remove", theirs.pk)).status_code == 404
    for school in (world.other_school, foreign.school):
        for name in ("term_counts", "next_steps"):
            address = reverse(name, args=(school.pk, world.term.pk))
            assert head.get(address).status_code == 404
            assert head.post(address, step_of()).status_code == 404


def test_the_pages_cost_the_same_for_few_and_many(world, sign_in):
    head = sign_in(Role.HEAD)
    of = {"school": world.school, "owner": "Head", "due_on": timezone.localdate()}
    NextStep.objects.create(**of, term=world.term, what="One")
    NextStep.objects.create(**of, term=world.terms[2], what="Old")
    TermCount.objects.create(school=world.school, term=world.term, what="holds", number=1)

    def cost(address):
        with CaptureQueriesContext(connection) as queries:
            assert head.get(address).status_code == 200
        return len(queries)

    addresses = [at(world, "next_steps"), at(world, "term_counts"), at(world, "write_report")]
    few = [cost(each) for each in addresses]
    for n in range(30):
        NextStep.objects.create(**of, term=world.term, what=f"More {n}")
        NextStep.objects.create(**of, term=world.terms[2], what=f"Older {n}")
    for what in Counted:
        TermCount.objects.get_or_create(
            school=world.school, term=world.term, what=what, defaults={"number": 2}
        )
    assert [cost(each) for each in addresses] == few


def test_the_trust_lead_sets_steps_for_the_trustees_report(world, sign_in):
    lead, address = sign_in(Role.TRUST_LEAD), reverse("trust_next_steps", args=(world.term.pk,))
    old = {"kind": ReportKind.TRUSTEE, "term": world.terms[2], "owner": "Lead", "due_on": FAR}
    left = NextStep.objects.create(**old, what="Left")
    assert lead.post(address, step_of()).url == address
    carry = reverse("trust_next_steps_carry", args=(world.term.pk,))
    assert lead.post(carry, {"steps": str(left.pk)}).url == address
    found = NextStep.objects.filter(term=world.term, kind=ReportKind.TRUSTEE, school=None)
    assert {each.what for each in found} == {"Left", "Train all staff in signing"}
    one = reverse("trust_next_step", args=(world.term.pk, found.get(what="Left").pk))
    changed = step_of(what="Left no more", seen=seen_on(lead, one))
    assert lead.post(one, changed).url == address
    gone = reverse("trust_next_step_remove", args=(world.term.pk, found[0].pk))
    assert "Remove this step?" in lead.get(gone).content.decode()
    assert lead.post(gone).url == address
    assert found.all().count() == 1
    # They are no school's, and no head's to see.
    assert found.all().get().what not in lead.get(at(world, "next_steps")).content.decode()
    head = sign_in(Role.HEAD)
    for url in (address, one, gone, carry):
        assert head.post(url).status_code == 403
