"""The agreement about an ARB: who writes it, who reads what, what is refused and what missing."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parrcs.core.access import Permission, Role
from schools.models import (
    ARBFunding,
    ARBStaff,
    JointVisit,
    Lease,
    SafeguardingContact,
)
from schools.services.agreements import remove_part, save_contact
from tests.factories.schools import ARBFactory, MembershipFactory, UserFactory
from tests.pupils.conftest import words, wrong
from tests.schools.agreed import (
    CONTACT,
    LEASE,
    STAFF,
    VISIT,
    funding,
    give_funding,
    whole_agreement,
)

CONTACT_FACTS: Any = CONTACT  # the form's names are those of the facts
PARTS = ("staff", "contact", "lease", "visit", "funding")
MODELS = (ARBStaff, SafeguardingContact, Lease, JointVisit, ARBFunding)


@pytest.fixture(autouse=True)
def now(today):
    """All of this happens in autumn 2026."""
    return today


def said(world):
    return dict(zip(PARTS, (STAFF, CONTACT, LEASE, VISIT, funding(world.term.year)), strict=True))


def arb_page(client, arb):
    response = client.get(reverse("arb", args=[arb.pk]))
    assert response.status_code == 200
    return words(response)


def send(client, world, part, data):
    return client.post(reverse(f"{part}_add", args=[world.arb.pk]), data, follow=True)


def seen_of(client, address):
    """Return the mark of what a form shows."""
    return client.get(address).context["form"].initial["seen"]


# --- Writing -------------------------------------------------------------------------------


def test_a_head_writes_the_whole_agreement_and_finds_it_on_the_page(world, sign_in):
    head = sign_in(Role.HEAD)
    empty = arb_page(head, world.arb)
    assert "Now No lead is named." in empty
    assert "Now No contact for safeguarding at the trust." in empty
    assert "Now No contact for safeguarding at Harbour Penwith High." in empty
    assert "Now No lease is recorded." in empty
    assert "No joint visit has been held. No joint visit is planned." in empty
    assert "No funding is recorded for 2026/27." in empty
    for part, data in said(world).items():
        page = words(send(head, world, part, data))
        assert "It is saved." in page
    send(head, world, "contact", CONTACT | {"side": "trust", "name": "Ola Reed", "email": ""})
    send(head, world, "visit", VISIT | {"on": "2027-03-01", "words": ""})
    page = arb_page(head, world.arb)
    assert "Missing" not in page
    assert "Morwenna Hale Lead Teacher in charge from 1 September 2026" in page
    assert (
        "Harbour Penwith High Kit Angove Designated safeguarding lead 01736 555 010"
        " dsl@penwith.example" in page
    )
    assert "Last day 31 August 2032 Notice by 31 August 2031" in page
    assert "Last joint visit 12 October 2026 Helen Carne, Kit Angove Calm starts" in page
    assert "Next 1 March 2027" in page
    # 7.5 % of 123,456.79 is 9,259.25925: to the penny, and the rest is the trust's.
    assert "2026/27 10 Band 3 £123,456.79 7.50 % £9,259.26 £114,197.53" in page


@pytest.mark.parametrize(
    ("part", "changes", "field", "says"),
    [
        ("staff", {"name": ""}, "name", "Write the name."),
        ("staff", {"ends_on": "2026-08-01"}, "ends_on", "This is before the first day."),
        ("staff", {"person_id": "999999999"}, "person_id", "Choose one of the list."),
        ("contact", {"side": ""}, "side", "Choose the side."),
        ("contact", {"telephone": "call me"}, "telephone", "Write a telephone number"),
        ("contact", {"telephone": "", "email": ""}, "telephone", "Enter a telephone number or"),
        ("contact", {"email": "nobody"}, "email", "Write an e-mail address"),
        ("lease", {"ends_on": "2022-09-01"}, "ends_on", "The lease ends after it has started."),
        ("lease", {"notice_by": "2033-01-01"}, "notice_by", "Notice is given while the lease"),
        ("lease", {"ends_on": "soon"}, "ends_on", "This is not a date."),
        ("lease", {"covers": "x" * 1001}, "covers", "This has 1001 characters"),
        ("visit", {"who": ""}, "who", "Write who takes part."),
        ("funding", {"year_id": "0"}, "year_id", "Choose a year of the calendar."),
        ("funding", {"places": "-1"}, "places", "This cannot be below 0."),
        ("funding", {"amount": "a lot"}, "amount", "Write a number, such as 12,345.60."),
        ("funding", {"amount": "10.005"}, "amount", "at most two places after the point"),
        ("funding", {"amount": "1e400"}, "amount", "too large"),
        ("funding", {"share": "100.01"}, "share", "A percentage is 100 at most."),
        (
            "funding",
            {"share_by": "amount", "share": "123456.80"},
            "share",
            "The host gets no more than the formula amount.",
        ),
        ("funding", {"share_by": ""}, "share_by", "Choose which of the two leads."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_stored(
    world, sign_in, part, changes, field, says
):
    response = send(sign_in(Role.HEAD), world, part, said(world)[part] | changes)
    assert wrong(response) == [f"id_{field}"]
    assert says in words(response)
    for name, value in changes.items():
        if value and name not in ("person_id", "year_id"):
            assert str(value)[:400] in response.content.decode(), "what was typed is kept"
    assert not any(model.objects.exists() for model in MODELS)


@pytest.mark.parametrize(
    ("part", "field", "says"),
    [
        ("lease", "starts_on", "Another lease of this ARB holds on some of these days."),
        ("visit", "on", "There is a joint visit on this day already."),
        ("funding", "year_id", "The funding of this year is recorded already."),
    ],
)
def test_what_there_can_be_once_only_is_refused_a_second_time(world, sign_in, part, field, says):
    head = sign_in(Role.HEAD)
    send(head, world, part, said(world)[part])
    response = send(head, world, part, said(world)[part])
    assert wrong(response) == [f"id_{field}"]
    assert says in words(response)


def test_two_who_correct_the_same_contact_see_each_other(world, sign_in):
    head, lead = sign_in(Role.HEAD), sign_in(Role.TRUST_LEAD)
    send(head, world, "contact", CONTACT)
    contact = SafeguardingContact.objects.get()
    address = reverse("contact_change", args=[world.arb.pk, contact.pk])
    seen = seen_of(head, address)
    lead.post(address, CONTACT | {"seen": seen, "telephone": "01736 555 999"})
    response = head.post(address, CONTACT | {"seen": seen, "name": "Kit Angove-Rowe"})
    assert "Somebody changed this while you had it open." in words(response)
    assert "Telephone 01736 555 999" in words(response)
    contact.refresh_from_db()
    assert (contact.name, contact.telephone) == ("Kit Angove", "01736 555 999")
    again = response.context["form"]["seen"].value()
    head.post(address, CONTACT | {"seen": again, "name": "Kit Angove-Rowe"})
    contact.refresh_from_db()
    assert (contact.name, contact.telephone) == ("Kit Angove-Rowe", "01736 555 010")
    assert contact.events.count() == 2


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_removed_after_asking_once_more(world, sign_in, part):
    head = sign_in(Role.HEAD)
    send(head, world, part, said(world)[part])
    model = MODELS[PARTS.index(part)]
    address = reverse(f"{part}_change", args=[world.arb.pk, model.objects.get().pk])
    assert head.get(address).status_code == 200
    assert "Remove this?" in words(head.post(address, {"remove": "ask"}))
    assert model.objects.exists()
    assert "It is removed." in words(head.post(address, {"remove": "yes"}, follow=True))
    assert not model.objects.exists()


def test_an_account_is_offered_from_who_works_there_and_shows_its_address(world, sign_in):
    head = sign_in(Role.HEAD)
    assistant = UserFactory(name="Perran Oates", email="perran@harbour.example")
    MembershipFactory(person=assistant, role=Role.TEACHER, class_group=world.arb_class)
    elsewhere = UserFactory(name="Somebody Elsewhere")
    MembershipFactory(person=elsewhere, role=Role.TEACHER, class_group=world.other_class)
    form = head.get(reverse("staff_add", args=[world.arb.pk])).context["form"]
    names = [name for _, name in form.fields["person_id"].choices]
    assert "Perran Oates" in names
    assert not {"Somebody Elsewhere", "Harbour governor", "Harbour host link"} & set(names)
    send(head, world, "staff", STAFF | {"person_id": str(assistant.pk)})
    assert (
        "mailto:perran@harbour.example"
        in head.get(reverse("arb", args=[world.arb.pk])).content.decode()
    )
    # Who has left the school stays chosen for as long as the row says so.
    assistant.memberships.update(ended_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    row = ARBStaff.objects.get()
    form = head.get(reverse("staff_change", args=[world.arb.pk, row.pk])).context["form"]
    assert (assistant.pk, "Perran Oates") in form.fields["person_id"].choices


# --- Who reads and writes what -------------------------------------------------------------


def test_the_permissions_are_those_of_heads_and_trust_leads_and_some_to_read(world):
    def holders(permission):
        return {role for role in Role if world.access(role).may(permission)}

    assert holders(Permission.MANAGE_ARBS) == {Role.HEAD, Role.TRUST_LEAD}
    assert holders(Permission.READ_AGREEMENTS) == {Role.HEAD, Role.TRUST_LEAD, Role.HOST_LINK}
    assert holders(Permission.SEE_REQUESTS) == {Role.HEAD, Role.TRUST_LEAD, Role.INCLUSION_LEAD}


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.HEAD, Role.TRUST_LEAD)])
def test_nobody_else_writes_any_of_it(world, sign_in, role):
    client = sign_in(role)
    for part, data in said(world).items():
        assert send(client, world, part, data).status_code == 403
    assert not any(model.objects.exists() for model in MODELS)
    with pytest.raises(PermissionDenied):
        save_contact(by=world.access(role), arb=world.arb, row=None, facts=CONTACT_FACTS)


def test_the_head_of_an_arb_writes_there_and_nowhere_else(world):
    lead = UserFactory()
    MembershipFactory(person=lead, role=Role.HEAD, arb=world.arb)
    beside = ARBFactory(school=world.school, host=world.host, name="Beside ARB")
    world.people[Role.HEAD] = lead
    access = world.access(Role.HEAD)
    facts = CONTACT_FACTS
    row = save_contact(by=access, arb=world.arb, row=None, facts=facts)
    for arb in (beside, ARBFactory(school=world.other_school, host=world.host)):
        with pytest.raises(PermissionDenied):
            save_contact(by=access, arb=arb, row=None, facts=facts)
        with pytest.raises(PermissionDenied):
            remove_part(by=access, arb=arb, row=row)
    # A part is changed under its own ARB only.
    with pytest.raises(Exception, match="removed this meanwhile"):
        save_contact(by=world.access(Role.TRUST_LEAD), arb=beside, row=row, facts=facts, seen="")


def test_each_role_reads_its_part_of_the_page(world, sign_in, now):
    whole_agreement(world.arb, world.term.year, today=now)
    for role, reads, not_read in (
        (Role.TRUST_LEAD, ["£925.00", "Seen and agreed", "Two rooms"], []),
        (Role.HOST_LINK, ["£75.00", "Two rooms", "Both"], ["£925", "£1,000", "7.5", "Seen and"]),
        (Role.ASSESSMENT_LEAD, ["Morwenna Hale", "Kit host"], ["Two rooms", "£", "Seen and"]),
        (Role.TRUST_ADMIN, ["Morwenna Hale", "Kit host"], ["Two rooms", "£", "Seen and"]),
    ):
        page = arb_page(sign_in(role), world.arb)
        for text in reads:
            assert text in page, role
        for text in not_read:
            assert text not in page, role
        if role != Role.TRUST_LEAD:
            assert "Add" not in page.replace("Add a class", ""), role


def test_the_host_is_told_plainly_that_nobody_is_named_on_its_side(world, sign_in):
    page = arb_page(sign_in(Role.HOST_LINK), world.arb)
    assert "Harbour Penwith High Missing Nobody is named on this side." in page
    assert "Missing or due" not in page


# --- What is missing or due ----------------------------------------------------------------


def test_nothing_is_said_of_an_agreement_that_lacks_nothing(world, sign_in, now):
    whole_agreement(world.arb, world.term.year, today=now)
    assert "Missing or due" not in arb_page(sign_in(Role.HEAD), world.arb)


@pytest.mark.parametrize(
    ("ends", "notice", "follows", "says", "says_not"),
    [
        ("2027-11-21", None, False, "The lease ends on 21 November 2027.", "Now The lease"),
        ("2027-11-22", None, False, None, "The lease ends"),
        ("2027-02-21", None, False, "Now The lease ends on 21 February 2027.", "zzz"),
        ("2032-08-31", "2027-05-01", False, "Notice is due by 1 May 2027.", "The lease ends"),
        ("2027-02-21", "2026-11-20", False, "The lease ends on", "Notice is due"),
        ("2027-02-21", "2027-01-01", True, None, "The lease ends"),
        ("2026-11-20", None, False, "Now The lease ended on 20 November 2026.", "ends on"),
    ],
)
def test_a_lease_is_due_a_year_before_it_ends_until_another_follows(
    world, sign_in, now, ends, notice, follows, says, says_not
):
    whole_agreement(world.arb, world.term.year, today=now)
    Lease.objects.update(
        starts_on=dt.date(2020, 1, 1),
        ends_on=ends,
        notice_by=notice,
    )
    if follows:
        next_day = dt.date.fromisoformat(ends) + dt.timedelta(days=1)
        Lease.objects.create(
            arb=world.arb, starts_on=next_day, ends_on=dt.date(2040, 1, 1), covers="The same"
        )
    response = sign_in(Role.HEAD).get(reverse("arb", args=[world.arb.pk]))
    found = words(response).partition("Missing or due")[2].partition("Lead and staff")[0]
    assert says_not not in found
    assert (says in found) if says else not found


@pytest.mark.parametrize(
    ("last", "text", "says"),
    [
        ("2025-11-20", "Seen", "The last joint visit was on 20 November 2025."),
        ("2025-11-21", "Seen", None),
        ("2026-11-01", "", "Nothing is written on the visit of 1 November 2026."),
    ],
)
def test_a_joint_visit_is_due_each_year_and_is_written_up(world, sign_in, now, last, text, says):
    whole_agreement(world.arb, world.term.year, today=now)
    JointVisit.objects.filter(on__lt=now).update(on=last, words=text)
    page = arb_page(sign_in(Role.HEAD), world.arb)
    assert (says in page) if says else "Missing or due" not in page


def test_the_page_costs_the_same_however_much_is_agreed(world, sign_in, now):
    head = sign_in(Role.HEAD)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            arb_page(head, world.arb)
        return len(seen)

    whole_agreement(world.arb, world.term.year, today=now)
    few = queries()
    for n in range(30):
        day = now - dt.timedelta(days=400 + n)
        ARBStaff.objects.create(
            arb=world.arb, name=f"N{n}", role="R", starts_on=day, person=UserFactory()
        )
        JointVisit.objects.create(arb=world.arb, on=day, who="Both", words="Seen")
    give_funding(world.arb, world.terms[0].year)
    assert queries() == few
