"""A contact in a host school reads the pupils and the agreement of their ARB, and nothing else.

The walk opens every address of the application, with the ids of the contact's own ARB and with
those of the school that its pupils are registered at, where most pupils are none of theirs.
"""

import pytest
from django.apps import apps
from django.urls import reverse

from assessment.models import Evidence, Note, TestScore
from parrcs.core.access import Role
from pupils.models import Outcome, Placement, PlacementRequest, Plan, Provision, TermlyTarget
from schools.models import ARB, ARBFunding, JointVisit, Lease, SafeguardingContact
from tests.architecture.matrix import csv_files, ours
from tests.architecture.rows import a_row_everywhere
from tests.architecture.things import ids_of
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.factories.schools import ARBFactory, ClassGroupFactory

# All that opens for a host link. Whoever adds to this lets a host read more about children.
OF_THE_SCHOOL = {
    *("arb", "early_years", "early_years_pdf", "early_years_file", "favicon", "home"),
    *("attendance", "attendance_chart", "attendance_file"),
    # Of notices only their own.
    *("notices", "pupils", "pupils_file", "school", "schools", "schools_file", "trusts"),
}
OF_THE_ARB = OF_THE_SCHOOL | {
    *("cell_record", "class_aims", "class_aims_file", "class_celebration", "evidence"),
    *("class_tracker", "class_tracker_pdf", "class_tracker_file"),
    # What the tracker of the class says, added up by core area.
    *("class_year", "class_year_pdf", "class_year_file"),
    *("pupil", "pupil_overview", "pupil_record", "pupil_record_file"),
    *("pupil_tracker", "pupil_tracker_pdf", "pupil_tracker_file", "targets", "targets_file"),
    *("achievements", "achievements_file", "class_list", "class_list_file", "pupil_celebration"),
}


def of_the_arb(world):
    """Return the ids of an address for a pupil and class of the ARB."""
    pupil = world.arb_pupils[0]
    return ids_of(world, other_school=False) | {
        "pupil_id": pupil.pk,
        "class_group_id": world.arb_class.pk,
        "note_id": Note.objects.filter(pupil=pupil).order_by("pk")[0].pk,
        "evidence_id": Evidence.objects.get(note__pupil=pupil).pk,
        "target_id": TermlyTarget.objects.get(pupil=pupil, term=world.term).pk,
        "plan_id": Plan.objects.get(pupil=pupil).pk,
        "outcome_id": Outcome.objects.get(plan__pupil=pupil).pk,
        "provision_id": Provision.objects.get(pupil=pupil).pk,
        "score_id": TestScore.objects.get(pupil=pupil).pk,
    }


@pytest.fixture
def walked(world, sign_in):
    """Every address that a host link opened, with its pages: of the ARB, and of its school."""
    a_row_everywhere(world)
    beside = ARBFactory(school=world.school, host=world.host, name="Beside ARB")
    group = ClassGroupFactory(
        school=world.school, arb=beside, year=world.term.year, name="Beside class"
    )
    neighbour = PupilFactory(first_name="Nea", last_name="Besideson")
    PlacementFactory(
        pupil=neighbour,
        school=world.school,
        arb=beside,
        class_group=group,
        route=world.routes["formal"],
    )
    SafeguardingContact.objects.create(
        arb=beside, side="host", name="Bea Besideson", role="DSL", telephone="01736 555 777"
    )
    Lease.objects.update(covers="Two rooms")
    client = sign_in(Role.HOST_LINK)
    own = of_the_arb(world)
    school = ids_of(world, other_school=False)  # pupils and classes outside the ARB
    pages = {}
    for whose, ids in (("own", own), ("school", school)):
        for address in ours():
            if address.name == "invitation":
                continue
            response = client.get(address.url(ids))
            content = b"".join(response) if response.streaming else response.content
            content = b"\n".join(csv_files(content))
            pages[whose, address.name] = (response.status_code, content.decode("utf-8", "ignore"))
    return pages


def test_what_opens_is_a_list_that_somebody_has_to_lengthen(walked):
    for whose, expected in (("own", OF_THE_ARB), ("school", OF_THE_SCHOOL)):
        opened = {n for (w, n), (status, _) in walked.items() if w == whose and status < 400}
        assert opened == expected, whose


def test_no_page_names_a_pupil_who_is_not_in_the_arb(world, walked):
    there = set(Placement.objects.filter(arb=world.arb).values_list("pupil", flat=True))
    others = [*world.pupils, *world.other_pupils]
    assert not there & {each.pk for each in others}
    names = {each.last_name for each in others} | {each.upn for each in others}
    for (whose, name), (_, page) in walked.items():
        for hidden in (*names, "Besideson", "Beside", "01736 555 777", "Other ARB"):
            assert hidden not in page, (whose, name)


def test_no_page_tells_of_requests_of_the_formula_or_of_what_was_written(world, walked):
    assert PlacementRequest.objects.filter(arb=world.arb, child="Quentin Asked").exists()
    assert ARBFunding.objects.get(arb=world.arb).split.host == 75
    assert JointVisit.objects.get(arb=world.arb).words == "Seen"
    page = walked["own", "arb"][1]
    assert "£75.00" in page
    assert "Ray Hall" in page
    assert "Two rooms" in page
    for (whose, name), (_, text) in walked.items():
        for hidden in ("Quentin", "1,000.00", "925.00", "7.50", "7.5 %"):
            assert hidden not in text, (whose, name)
    assert "Seen" not in page


def test_no_address_lets_a_host_link_write(world, sign_in):
    a_row_everywhere(world)
    client = sign_in(Role.HOST_LINK)
    own = of_the_arb(world)
    tables = [
        model
        for model in apps.get_models()
        if model._meta.app_label in {"schools", "pupils", "assessment", "reporting"}
    ]
    before = {model: sorted(map(str, model._default_manager.values_list())) for model in tables}
    for address in ours():
        if address.name != "invitation":
            client.post(address.url(own), {"remove": "yes"})
    for model in tables:
        assert sorted(map(str, model._default_manager.values_list())) == before[model], model


def test_the_arb_next_door_is_not_there(world, walked, sign_in):
    beside = ARB.objects.get(name="Beside ARB")
    assert sign_in(Role.HOST_LINK).get(reverse("arb", args=[beside.pk])).status_code == 404
