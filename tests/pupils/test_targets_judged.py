"""How targets went: judged in the editor, with a comment and a next step."""

import re
import uuid

import pytest
from django.urls import reverse

from parrcs.core.access import Role
from pupils.choices import TargetOutcome
from pupils.models import SavedOperation, TermlyTarget
from schools.models import Window
from tests.pupils.conftest import words, wrong
from tests.pupils.test_targets import address, editor
from tests.world import give_target


@pytest.fixture
def target(world):
    """A target of the first pupil for autumn 2026, whose window is open."""
    return give_target(world.pupils[0], world.term)


def sent(form, **other):
    """Return what the form would send, as the browser got it."""
    return {
        "judged": form["judged"].value() or "",
        "comment": form["comment"].value(),
        "next_step": form["next_step"].value(),
        "seen": form["seen"].value(),
        "base_version": form["base_version"].value() or "",
        "operation_id": str(form["operation_id"].value()),
    } | other


def test_a_target_is_judged_with_a_comment_and_a_next_step(world, sign_in, target):
    teacher, url = sign_in(Role.TEACHER), address("target_judge", target)
    asked = sent(
        teacher.get(url).context["form"],
        judged="2",
        comment="With one adult.\r\nNot yet with others.",
        next_step="with a second adult",
    )
    response = teacher.post(url, asked, follow=True)
    assert "Target 1 for Autumn 2026 is saved." in words(response)
    target.refresh_from_db()
    assert (target.judged, target.judged_by) == (TargetOutcome.PARTLY, world.people[Role.TEACHER])
    assert target.comment == "With one adult.\nNot yet with others."
    assert target.next_step == "with a second adult"
    version = target.version
    # The same once more, as after a reply that was lost, does nothing twice.
    assert teacher.post(url, asked).status_code == 302
    assert (TermlyTarget.objects.get().version, SavedOperation.objects.count()) == (version, 1)
    # Another comment alone leaves the judgement as it is.
    asked = sent(teacher.get(url).context["form"], comment="Better put.")
    teacher.post(url, asked)
    target.refresh_from_db()
    assert (target.comment, target.version) == ("Better put.", version)
    # The writes of a save are one change in its history.
    story = teacher.get(address("target_history", target)).context["story"]
    assert [len(change.differences) for change in story.changes] == [3]
    # And the judgement can be taken back.
    teacher.post(url, sent(teacher.get(url).context["form"], judged=""))
    target.refresh_from_db()
    assert (target.judged, target.judged_by, target.judged_at) == (None, None, None)
    assert target.comment == "Better put."


def test_what_someone_else_saved_meanwhile_is_shown_and_not_covered(world, sign_in, target):
    url = address("target_judge", target)
    first, second = sign_in(Role.TEACHER), sign_in(Role.HEAD)
    theirs = sent(first.get(url).context["form"], judged="3", comment="Seen in class.")
    mine = sent(second.get(url).context["form"], judged="1", comment="Not at lunch.")
    first.post(url, theirs)
    response = second.post(url, mine)
    said = words(response)
    assert "Somebody changed this target while you had it open." in said
    assert "What stands now : Met, by Harbour teacher Seen in class." in said
    assert ">\nNot at lunch.</textarea>" in response.content.decode()
    target.refresh_from_db()
    assert (target.judged, target.comment) == (3, "Seen in class.")
    # The person has seen it now, and puts theirs in its place.
    hidden = r'name="(seen|base_version|operation_id)" value="([^"]*)"'
    again = dict(re.findall(hidden, response.content.decode()))
    assert second.post(url, mine | again).status_code == 302
    target.refresh_from_db()
    assert (target.judged, target.comment) == (1, "Not at lunch.")
    # A conflict over the judgement alone keeps the comment out as well.
    form = second.get(url).context["form"]
    first.post(url, sent(first.get(url).context["form"], judged="4"))
    second.post(url, sent(form, judged="2", comment="Half of it."))
    target.refresh_from_db()
    assert (target.judged, target.comment) == (4, "Not at lunch.")


def test_where_nothing_can_be_judged_a_comment_still_can(world, sign_in, target):
    teacher, url = sign_in(Role.TEACHER), address("target_judge", target)
    open_form = sent(teacher.get(url).context["form"], judged="3")
    Window.objects.filter(term=world.term).update(closes_on="2026-11-01")
    response = teacher.get(url)
    assert "The judgement stays as it is. The window for Autumn 2026 closed on" in words(response)
    assert 'name="judged"' not in response.content.decode()
    seen = response.context["form"]["seen"].value()
    teacher.post(url, {"comment": "Seen at home.", "next_step": "", "seen": seen})
    target.refresh_from_db()
    assert (target.comment, target.judged) == ("Seen at home.", None)
    teacher.post(url, open_form | {"seen": target.comment_seen})
    assert TermlyTarget.objects.get().judged is None
    world.pupils[0].placements.update(class_group=None)
    assert "is in no class in Autumn 2026" in words(sign_in(Role.HEAD).get(url))


@pytest.mark.parametrize(
    "change",
    [
        {"comment": "x" * 501},
        {"next_step": "x" * 301},
        {"judged": "5"},
        {"judged": "x"},
        {"base_version": "x"},
        {"operation_id": "not an id"},
        {"comment": "a\x00b"},
        {"seen": "x" * 65},
    ],
)
def test_nothing_wrong_is_stored(world, sign_in, target, change):
    teacher, url = sign_in(Role.TEACHER), address("target_judge", target)
    asked = sent(teacher.get(url).context["form"], **({"judged": "2", "comment": "kept"} | change))
    response = teacher.post(url, asked)
    assert response.status_code == 200
    assert "problem" in words(response)
    target.refresh_from_db()
    assert (target.judged, target.comment, target.version) == (None, "", 0)


def test_the_piece_for_the_side_sheet_saves_in_place(world, sign_in, target):
    teacher, url = sign_in(Role.TEACHER), address("target_comment", target)
    htmx = {"HX-Request": "true"}
    piece = teacher.get(url, headers=htmx).content.decode()
    assert piece.lstrip().startswith("<section")
    (seen,) = re.findall(r'name="seen" value="(\w+)"', piece)
    asked = {"comment": "Almost.", "next_step": "two cards", "seen": seen}
    saved = words(teacher.post(url, asked, headers=htmx))
    assert "Saved" in saved
    target.refresh_from_db()
    assert (target.comment, target.next_step, target.version) == ("Almost.", "two cards", 0)
    # A judgement made in the grid meanwhile is no conflict: they are two things.
    teacher.post(
        reverse("judge", args=[world.class_group.pk, world.term.pk]),
        {
            "pupil": target.pupil_id, "strand": None, "target": target.pk, "point": 3,
            "base_version": None, "operation_id": str(uuid.uuid4()),
            "person": world.people[Role.TEACHER].pk, "trust": world.trust.pk,
        },
        content_type="application/json",
    )  # fmt: skip
    asked = {"comment": "Done.", "next_step": "two cards", "seen": target.comment_seen}
    teacher.post(url, asked, headers=htmx)
    target.refresh_from_db()
    assert (target.comment, target.judged) == ("Done.", 3)
    stale = teacher.post(url, asked | {"comment": "Old.", "seen": seen}, headers=htmx)
    assert "Somebody changed this target" in words(stale)
    assert "What stands now Done." in words(stale)
    assert "Old." in stale.content.decode()
    assert wrong(teacher.post(url, asked | {"comment": "x" * 501})) == [
        f"comment-{target.pk}-comment"
    ]
    target.refresh_from_db()
    assert target.comment == "Done."
    # Without JavaScript it is a page, and leads back to the editor.
    page = teacher.get(url)
    assert "Target 1" in words(page)
    (seen,) = re.findall(r'name="seen" value="(\w+)"', page.content.decode())
    response = teacher.post(url, asked | {"comment": "Once more.", "seen": seen})
    assert response.url.startswith(editor(world.pupils[0], world.term))


def test_the_grids_side_sheet_has_a_place_for_it(world, sign_in, target):
    target.comment = "Said about it."
    target.save()
    url = reverse("cell_record", args=[target.pupil_id]) + f"?target={target.pk}"
    piece = sign_in(Role.TEACHER).get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Said about it." in piece
    assert address("target_comment", target) in piece
    reads = sign_in(Role.INCLUSION_LEAD).get(url).content.decode()
    assert "Said about it." in reads
    assert address("target_comment", target) not in reads
