"""What a pupil is given beside the core areas: given, changed, ended, and reviewed each term."""

import datetime as dt
import re

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from parrcs.core.access import Role
from pupils.choices import ProvisionKind
from pupils.measures import Attendance
from pupils.models import Placement, Provision, ProvisionReview
from pupils.selectors.pupils import pupil_file
from pupils.services.provision import ProvisionRefused, end_provision, review_provision
from tests.factories.pupils import PlacementFactory
from tests.pupils.conftest import seen, words, wrong

GIVEN = {
    "kind": "music_therapy",
    "aim": "Takes turns with an adult.",
    "how_often": "Tuesdays, 30 minutes",
    "starts_on": "2026-09-14",
    "ends_on": "",
}


@pytest.fixture
def dance(world):
    """Dancing of the first pupil of Curlew, since February 2026."""
    return Provision.objects.create(
        pupil=world.pupils[0],
        kind=ProvisionKind.DANCE,
        aim="Moves in time",
        how_often="Mondays",
        starts_on=dt.date(2026, 2, 2),
    )


def page_of(pupil):
    return reverse("pupil", args=[pupil.pk])


def test_an_inclusion_lead_gives_a_provision_and_the_teacher_reviews_it(world, sign_in):
    lead, teacher, pupil = sign_in(Role.INCLUSION_LEAD), sign_in(Role.TEACHER), world.pupils[0]
    empty = words(teacher.get(page_of(pupil)))
    assert "The inclusion lead or the head adds it." in empty
    response = lead.post(reverse("provision_add", args=[pupil.pk]), GIVEN, follow=True)
    assert response.redirect_chain == [(page_of(pupil) + "#provision", 302)]
    page = words(response)
    assert "The provision is saved." in page
    assert "Music therapy Tuesdays, 30 minutes · from 14 September 2026" in page
    assert "Not reviewed yet." in page
    provision = Provision.objects.get(pupil=pupil)
    review = reverse("provision_review_term", args=[pupil.pk, provision.pk, world.term.pk])
    assert lead.get(review).status_code == 403
    said = {"progress": "2", "comment": "Takes a turn."}
    page = words(teacher.post(review, said, follow=True))
    assert "The review for Autumn 2026 is saved." in page
    assert "Autumn 2026 Some Takes a turn." in page
    # Saying it again replaces it, and history keeps what was said.
    teacher.post(review, said | {"progress": "4"} | seen(teacher.get(review)))
    assert ProvisionReview.objects.get(provision=provision).progress == 4
    assert apps.get_model("pupils", "ProvisionReviewEvent").objects.get().progress == 2
    assert "Takes a turn." in teacher.get(review).content.decode()


def test_it_is_changed_and_ended_and_stays_on_the_page(world, sign_in, dance):
    head, pupil = sign_in(Role.HEAD), world.pupils[0]
    change = reverse("provision_change", args=[pupil.pk, dance.pk])
    assert 'value="Mondays"' in head.get(change).content.decode()
    asked = GIVEN | {"kind": "dance", "starts_on": "2026-02-02"}
    head.post(change, asked | seen(head.get(change)))
    dance.refresh_from_db()
    assert (dance.aim, dance.how_often) == ("Takes turns with an adult.", "Tuesdays, 30 minutes")
    end = reverse("provision_end", args=[pupil.pk, dance.pk])
    page = words(head.post(end, {"ends_on": "2026-10-23"} | seen(head.get(end)), follow=True))
    assert "The last day is saved." in page
    assert "Nothing at present." in page
    assert "Ended 1 Dance Tuesdays, 30 minutes · from 2 February 2026 to 23 October 2026" in page
    # The day by which it has ended is the last on which it holds.
    head.post(end, {"ends_on": "2026-11-21"} | seen(head.get(end)))
    assert "Nothing at present." not in words(head.get(page_of(pupil)))


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"kind": "wish"}, ["id_kind"]),
        ({"aim": " "}, ["id_aim"]),
        ({"aim": "x" * 301}, ["id_aim"]),
        ({"starts_on": ""}, ["id_starts_on"]),
        ({"starts_on": "2016-03-13"}, ["id_starts_on"]),
        ({"ends_on": "2026-09-13"}, ["id_ends_on"]),
        ({"ends_on": "soon"}, ["id_ends_on"]),
    ],
)
def test_a_wrong_provision_is_not_kept(world, sign_in, change, fields):
    head, pupil = sign_in(Role.HEAD), world.pupils[0]
    response = head.post(reverse("provision_add", args=[pupil.pk]), GIVEN | change)
    assert wrong(response) == fields
    assert "Tuesdays, 30 minutes" in response.content.decode()
    assert not Provision.objects.exists()


def test_a_review_is_for_a_term_in_which_it_ran(world, sign_in, dance):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[0]
    review = reverse("provision_review", args=[pupil.pk, dance.pk])

    def of(term):
        return reverse("provision_review_term", args=[pupil.pk, dance.pk, term.pk])

    response = teacher.get(review, follow=True)
    assert response.redirect_chain == [(of(world.term), 302)]
    page = response.content.decode()
    assert re.findall(r'href="([^"]+)"[^>]*>\w+ 20\d\d<', page) == [
        of(term) for term in (world.terms[3], world.terms[2], world.terms[1])
    ]
    assert 'name="term"' not in page
    assert teacher.get(of(world.terms[0])).status_code == 404
    assert teacher.post(of(world.terms[0]), {"progress": "3"}).status_code == 404
    assert wrong(teacher.post(of(world.term), {"progress": "5"})) == ["id_progress"]
    file = pupil_file(world.access(Role.TEACHER), pupil_id=pupil.pk)
    with pytest.raises(ProvisionRefused):
        review_provision(
            by=file.access,
            file=file,
            provision=dance,
            term=world.terms[0],
            facts={"progress": 3, "comment": ""},
            seen="",
        )
    assert not ProvisionReview.objects.exists()
    dance.starts_on = dt.date(2027, 1, 11)
    dance.save()
    assert "Nothing to review yet" in words(teacher.get(review))


def test_a_review_replaces_only_what_was_seen(world, sign_in, dance):
    teacher, head, pupil = sign_in(Role.TEACHER), sign_in(Role.HEAD), world.pupils[0]
    autumn, summer = (
        reverse("provision_review_term", args=[pupil.pk, dance.pk, term.pk])
        for term in (world.terms[3], world.terms[2])
    )
    teacher.post(summer, {"progress": "2", "comment": "Of summer."})
    # Both have the page open before either saves; the second sees what the first said.
    opened = seen(teacher.get(autumn))
    assert head.post(autumn, {"progress": "3", "comment": "By head."} | opened).status_code == 302
    mine = {"progress": "1", "comment": "By teacher."} | opened
    response = teacher.post(autumn, mine)
    page = words(response)
    assert "Somebody changed this while you had it open." in page
    assert "What stands now Progress towards the aim Expected Comment By head." in page
    assert "By teacher." in page
    assert ProvisionReview.objects.get(term=world.term).comment == "By head."
    # What stands now was shown, so the next save replaces it; and it may be sent twice.
    for _ in range(2):
        assert teacher.post(autumn, mine | seen(response)).status_code == 302
    assert [(r.term, r.comment) for r in ProvisionReview.objects.order_by("pk")] == [
        (world.terms[2], "Of summer."),
        (world.term, "By teacher."),
    ]


def test_a_change_of_provision_replaces_only_what_was_seen(world, sign_in, dance):
    lead, head, pupil = sign_in(Role.INCLUSION_LEAD), sign_in(Role.HEAD), world.pupils[0]
    change = reverse("provision_change", args=[pupil.pk, dance.pk])
    end = reverse("provision_end", args=[pupil.pk, dance.pk])
    asked = GIVEN | {"kind": "dance", "starts_on": "2026-02-02"}
    opened, ending = seen(lead.get(change)), seen(lead.get(end))
    head.post(change, asked | {"aim": "Leads a dance."} | opened)
    page = words(lead.post(change, asked | opened))
    assert "What stands now Provision Dance Aim Leads a dance." in page
    assert "Takes turns with an adult." in page
    assert "What stands now Last day left empty" in words(
        lead.post(end, {"ends_on": "2026-10-23"} | ending)
    )
    dance.refresh_from_db()
    assert (dance.aim, dance.ends_on) == ("Leads a dance.", None)


def test_a_provision_that_is_gone_is_said_to_be(world, sign_in, dance):
    file = pupil_file(world.access(Role.HEAD), pupil_id=world.pupils[0].pk)
    Provision.objects.filter(pk=dance.pk).delete()
    with pytest.raises(ProvisionRefused, match="no longer there"):
        end_provision(
            by=file.access, file=file, provision=dance, ends_on=dt.date(2026, 10, 23), seen=""
        )


def test_what_was_reviewed_stays_within_its_dates(world, sign_in, dance):
    head, pupil = sign_in(Role.HEAD), world.pupils[0]
    ProvisionReview.objects.create(
        provision=dance, term=world.term, progress=3, reviewed_by=world.people[Role.HEAD]
    )
    end = reverse("provision_end", args=[pupil.pk, dance.pk])
    response = head.post(end, {"ends_on": "2026-07-22"})
    assert wrong(response) == ["id_ends_on"]
    assert "It is reviewed for Autumn 2026" in words(response)
    change = reverse("provision_change", args=[pupil.pk, dance.pk])
    assert wrong(head.post(change, GIVEN | {"starts_on": "2027-01-11"})) == ["id_starts_on"]
    dance.refresh_from_db()
    assert (dance.starts_on, dance.ends_on) == (dt.date(2026, 2, 2), None)


def test_who_the_pupil_has_left_neither_sees_nor_gives_what_came_later(world, sign_in, dance):
    pupil = world.pupils[0]
    Placement.objects.filter(pupil=pupil).update(ends_on=dt.date(2026, 10, 23))
    head = sign_in(Role.HEAD)
    add = reverse("provision_add", args=[pupil.pk])
    assert wrong(head.post(add, GIVEN | {"starts_on": "2026-10-24"})) == ["id_starts_on"]
    PlacementFactory(
        pupil=pupil,
        school=world.other_school,
        class_group=world.other_class,
        route=world.routes["formal"],
        starts_on=dt.date(2026, 10, 24),
    )
    later = Provision.objects.create(
        pupil=pupil, kind="riding", aim="Sits upright", starts_on=dt.date(2026, 11, 2)
    )
    page = head.get(page_of(pupil))
    assert "Moves in time" in words(page)
    assert later.aim not in words(page)
    assert head.get(reverse("provision_change", args=[pupil.pk, dance.pk])).status_code == 403
    file = pupil_file(world.access(Role.HEAD), pupil_id=pupil.pk)
    with pytest.raises(PermissionDenied):
        review_provision(
            by=file.access,
            file=file,
            provision=dance,
            term=world.term,
            facts={"progress": 3, "comment": ""},
            seen="",
        )


def test_a_provision_is_that_of_its_pupil(world, sign_in, dance):
    teacher = sign_in(Role.TEACHER)
    other = reverse("provision_review", args=[world.pupils[1].pk, dance.pk])
    assert teacher.get(other).status_code == 404
    assert teacher.get(reverse("provision_add", args=[world.pupils[0].pk])).status_code == 403
    unseen = reverse("provision_review", args=[world.other_pupils[0].pk, dance.pk])
    assert teacher.get(unseen).status_code == 404


@pytest.mark.parametrize(
    ("possible", "attended", "percent", "persistent", "severe"),
    [
        (190, 172, 90.526, False, False),
        (190, 171, 90.0, True, False),
        (100, 51, 51.0, True, False),
        (100, 50, 50.0, True, True),
        (0, 0, None, False, False),
    ],
)
def test_absence_is_persistent_from_a_tenth_and_severe_from_a_half(
    possible, attended, percent, persistent, severe
):
    found = Attendance(possible, attended)
    assert found.percent == (percent if percent is None else pytest.approx(percent, abs=0.001))
    assert (found.persistently_absent, found.severely_absent) == (persistent, severe)
