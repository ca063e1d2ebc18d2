"""Placement requests for an ARB: recorded, answered, decided by the LA, and linked to a pupil."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from parrcs.core.access import Role
from pupils.models import Placement, PlacementRequest, Pupil
from pupils.services.requests import link_pupil, remove_request
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import ARBFactory
from tests.pupils.conftest import TODAY, words, wrong
from tests.schools.agreed import give_funding

REQUEST = {
    "child": "J. T.",
    "born_on": "2019-03-04",
    "primary_need": "SLCN",
    "authority": "Kernow Council",
    "requested_on": "2026-10-01",
    "wanted_from": "2027-01-05",
    "response": "",
    "responded_on": "",
    "decision": "",
    "decided_on": "",
}
ANSWERED = {"response": "We can meet the needs.", "responded_on": "2026-10-12"}
NAMED = ANSWERED | {"decision": "named", "decided_on": "2026-11-02"}


def add(client, world, **changes):
    return client.post(reverse("request_add", args=[world.arb.pk]), REQUEST | changes, follow=True)


def page_of(client, world):
    return words(client.get(reverse("arb_requests", args=[world.arb.pk])))


def change(client, row, **changes):
    address = reverse("request_change", args=[row.arb_id, row.pk])
    seen = client.get(address).context["form"].initial["seen"]
    return client.post(address, REQUEST | {"seen": seen} | changes, follow=True)


def test_a_request_from_the_asking_to_the_pupil_on_roll(world, sign_in):
    give_funding(world.arb, world.term.year, places=3)
    head = sign_in(Role.HEAD)
    assert "No request yet" in page_of(head, world)
    assert "The request is saved." in words(add(head, world))
    page = page_of(head, world)
    assert "1 open, 1 of them without our response · 0 decided" in page
    # Two pupils since September, and three places.
    assert "Today 2 of 3 Census day of Autumn 2026, 1 October 2026 2 of 3" in page
    assert "J. T. born 4 March 2019 · Speech, language and communication needs" in page
    row = PlacementRequest.objects.get()
    change(head, row, **ANSWERED)
    page = page_of(head, world)
    assert "1 open · 0 decided" in page
    assert "Our response, 12 October 2026 We can meet the needs." in page
    change(head, row, **NAMED)
    page = page_of(head, world)
    assert "0 open · 1 decided" in page
    assert "The LA's decision, 2 November 2026 ARB named on the plan" in page

    link = reverse("request_link", args=[world.arb.pk, row.pk])
    assert "No pupil of Harbour Tide ARB was born on 4 March 2019." in words(head.get(link))
    twin, elsewhere = (PupilFactory(born_on=dt.date(2019, 3, 4)) for _ in range(2))
    for pupil, arb in ((twin, world.arb), (elsewhere, None)):
        PlacementFactory(
            pupil=pupil,
            school=world.school,
            arb=arb,
            route=world.routes["formal"],
            starts_on=dt.date(2027, 1, 5),
        )
    assert wrong(head.post(link, {"pupil": elsewhere.pk})) == ["id_pupil"]
    assert f"Linked to {twin}." in words(head.post(link, {"pupil": twin.pk}, follow=True))
    assert f"On roll as {twin}" in page_of(head, world)
    # What a link rests on does not change under it.
    assert wrong(change(head, row, **NAMED, born_on="2019-03-05")) == ["id_born_on"]
    response = change(head, row, **NAMED | {"decision": "withdrawn"})
    assert "Take the link away first." in words(response)
    head.post(link, {"pupil": ""})
    change(head, row, **NAMED | {"decision": "withdrawn"})
    row.refresh_from_db()
    assert (row.decision, row.pupil) == ("withdrawn", None)
    assert row.events.count() == 5


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"child": ""}, "child", "Write the initials or the name."),
        ({"born_on": "2026-10-01"}, "born_on", "The child was born before the request."),
        ({"requested_on": "2026-11-22"}, "requested_on", "This day is still to come."),
        ({"primary_need": "XX"}, "primary_need", "Choose one of the list."),
        ({"response": "Yes"}, "responded_on", "Enter the day of the response."),
        ({"responded_on": "2026-10-03"}, "response", "Write what we answered."),
        (ANSWERED | {"responded_on": "2026-09-30"}, "responded_on", "not before the request"),
        ({"decision": "named"}, "decided_on", "Enter the day of the decision."),
        ({"decided_on": "2026-10-03"}, "decision", "Choose what was decided."),
        (NAMED | {"decided_on": "2026-09-30"}, "decided_on", "not before the request"),
        ({"decision": "refused", "decided_on": "2026-10-03"}, "decision", "Choose one of"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_stored(
    world, sign_in, changes, field, says
):
    response = add(sign_in(Role.HEAD), world, **changes)
    assert f"id_{field}" in wrong(response)
    assert says in words(response)
    assert not PlacementRequest.objects.exists()


def test_two_who_record_at_once_see_each_other(world, sign_in):
    head, lead = sign_in(Role.HEAD), sign_in(Role.TRUST_LEAD)
    add(head, world)
    row = PlacementRequest.objects.get()
    address = reverse("request_change", args=[world.arb.pk, row.pk])
    seen = head.get(address).context["form"].initial["seen"]
    change(lead, row, **NAMED)
    response = head.post(address, REQUEST | ANSWERED | {"seen": seen})
    assert "Somebody changed this while you had it open." in words(response)
    assert "The LA's decision ARB named on the plan" in words(response)
    row.refresh_from_db()
    assert row.decision == "named"


def test_a_request_recorded_by_mistake_is_removed_after_asking(world, sign_in):
    head = sign_in(Role.HEAD)
    add(head, world)
    address = reverse("request_change", args=[world.arb.pk, PlacementRequest.objects.get().pk])
    assert "Remove this request?" in words(head.post(address, {"remove": "ask"}))
    assert "The request is removed." in words(head.post(address, {"remove": "yes"}, follow=True))
    assert not PlacementRequest.objects.exists()


def test_what_the_tribunal_has_stays_open(world, sign_in):
    head = sign_in(Role.HEAD)
    add(head, world, **NAMED | {"decision": "tribunal"})
    assert "1 open · 0 decided" in page_of(head, world)


@pytest.mark.parametrize("role", Role)
def test_who_reads_and_who_writes(world, sign_in, role):
    add(sign_in(Role.TRUST_LEAD), world, **NAMED)
    row = PlacementRequest.objects.get()
    reads = role in (Role.HEAD, Role.INCLUSION_LEAD, Role.TRUST_LEAD)
    writes = role in (Role.HEAD, Role.TRUST_LEAD)
    client = sign_in(role)
    listed = client.get(reverse("arb_requests", args=[world.arb.pk]))
    assert listed.status_code == (200 if reads else 403)
    assert ("Record a request" in words(listed)) == writes
    own = [world.arb.pk, row.pk]
    for name, args in (
        ("request_add", own[:1]),
        ("request_change", own),
        ("request_link", own),
    ):
        expected = 200 if writes else 403
        assert client.get(reverse(name, args=args)).status_code == expected, name
    if not writes:
        access = world.access(role)
        with pytest.raises(PermissionDenied):
            link_pupil(by=access, arb=world.arb, row=row, pupil=None)
        with pytest.raises(PermissionDenied):
            remove_request(by=access, arb=world.arb, row=row)
        assert change_is_refused(client, own)


def change_is_refused(client, own):
    """Say whether every write answers 403 and leaves the row."""
    before = PlacementRequest.objects.get().words_seen
    answers = [
        client.post(reverse("request_add", args=own[:1]), REQUEST),
        client.post(reverse("request_change", args=own), REQUEST | {"child": "Other"}),
        client.post(reverse("request_change", args=own), {"remove": "yes"}),
        client.post(reverse("request_link", args=own), {"pupil": ""}),
    ]
    return {each.status_code for each in answers} == {
        403
    } and PlacementRequest.objects.get().words_seen == before


def test_a_request_is_not_there_under_another_arb(world, sign_in):
    add(sign_in(Role.HEAD), world)
    row = PlacementRequest.objects.get()
    beside = ARBFactory(school=world.school, host=world.host)
    for name in ("request_change", "request_link"):
        address = reverse(name, args=[beside.pk, row.pk])
        assert sign_in(Role.HEAD).get(address).status_code == 404


def test_only_a_named_child_is_linked(world, sign_in):
    head = sign_in(Role.HEAD)
    add(head, world, born_on=str(world.arb_pupils[0].born_on))
    row = PlacementRequest.objects.get()
    link = reverse("request_link", args=[world.arb.pk, row.pk])
    assert "Record its decision first." in words(head.get(link))
    head.post(link, {"pupil": world.arb_pupils[0].pk})
    row.refresh_from_db()
    assert row.pupil is None


# --- The list of ARBs, and places in use -----------------------------------------------------


def test_the_arbs_that_need_a_look_come_first(world, sign_in, counted):
    from tests.schools.agreed import whole_agreement  # noqa: PLC0415  # for this story only

    lead = sign_in(Role.TRUST_LEAD)
    well = ARBFactory(school=world.other_school, host=world.host, name="A well kept ARB")
    whole_agreement(well, world.term.year, today=TODAY)
    add(lead, world)
    page = words(lead.get(reverse("arbs")))
    assert "1 of 2 has something that cannot wait; it stands first." in page
    assert page.index("Harbour Tide ARB") < page.index("A well kept ARB")
    assert "2 of places not recorded census: 2 Requests for Harbour Tide ARB 1 undecided" in page
    assert "no lease nobody A well kept ARB" in page
    assert "1 placement request without our response." in page
    assert "A well kept ARB at Harbour Penwith High Nothing 0 of 10 census: 0" in page
    assert page.rstrip().endswith("Morwenna Hale")

    with counted() as few:
        lead.get(reverse("arbs"))
    for n in range(28):
        arb = ARBFactory(school=world.school, host=world.host, name=f"More {n}")
        whole_agreement(arb, world.term.year, today=TODAY)
        PlacementFactory(
            pupil=PupilFactory(), school=world.school, arb=arb, route=world.routes["formal"]
        )
    with counted() as many:
        lead.get(reverse("arbs"))
    assert len(many) == len(few)


def test_a_head_lists_their_own_arbs_and_nobody_else_lists_any(world, sign_in):
    ARBFactory(school=world.other_school, host=world.host, name="Far ARB")
    page = words(sign_in(Role.HEAD).get(reverse("arbs")))
    assert "Harbour Tide ARB" in page
    assert "Far ARB" not in page
    for role in Role:
        if role not in (Role.HEAD, Role.TRUST_LEAD):
            assert sign_in(role).get(reverse("arbs")).status_code == 403


def test_places_in_use_follow_the_pupils_on_the_census_day_and_today(world, sign_in):
    """Worked by hand: two there all term; one came, one left and one moved out between."""
    give_funding(world.arb, world.term.year, places=2)
    route = world.routes["formal"]

    def stay(pupil, arb, starts, ends=None):
        PlacementFactory(
            pupil=pupil, school=world.school, arb=arb, route=route, starts_on=starts, ends_on=ends
        )

    september, half = dt.date(2026, 9, 1), dt.date(2026, 11, 2)
    came, left, moved = (PupilFactory() for _ in range(3))
    stay(came, world.arb, half)
    stay(left, world.arb, september, half)
    stay(moved, world.arb, september, half - dt.timedelta(days=1))
    stay(moved, None, half)
    for role in (Role.HEAD, Role.INCLUSION_LEAD, Role.TRUST_LEAD):
        page = page_of(sign_in(role), world)
        # Census: the two, who left, who moved. Today: the two, who came.
        assert "Today 3 of 2 Census day of Autumn 2026, 1 October 2026 4 of 2" in page
    assert "3 pupils in 2 funded places." in words(sign_in(Role.HEAD).get(reverse("arbs")))
    assert Placement.objects.filter(arb=world.arb).count() == 5
    assert Pupil.objects.filter(placements__arb=world.arb).distinct().count() == 5
