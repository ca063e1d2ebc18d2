"""Whom a person may send to another school, and which common transfer files there were."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from exchange.models import Transfer
from parrcs.core.access import Access, Permission
from pupils.models import Placement, Plan
from pupils.selectors.lists import Chosen, pupil_list
from pupils.selectors.pupils import PupilFile, pupil_file, pupil_files
from schools.models import ARB, ClassGroup, School

# What a group is called in an address: of whom it is, and the id.
CLASS, LEAVERS, ARB_LEAVERS, PUPIL = "class", "leavers", "arb-leavers", "pupil"


@dataclass(frozen=True)
class Group:
    """Pupils who can be sent together: a class, the leavers of a school or ARB, or one pupil."""

    key: str
    name: str
    school: School
    arb: ARB | None = None


@dataclass(frozen=True)
class SentFile:
    """A file that somebody downloaded, with how many pupils were in it."""

    school: School
    to: str
    number: int
    pupils: int
    sent_by: str
    sent_at: dt.datetime

    @property
    def name(self) -> str:
        """What the file was called."""
        return file_name(self.school, self.to, self.number)


def file_name(school: School, to: str, number: int) -> str:
    """Return what a common transfer file is called: from where, to where, and the how manieth."""
    return f"{school.la_code}{school.establishment_number}_CTF_{to}_{number:03}.xml"


def groups_to_send(access: Access) -> dict[str, list[Group]]:
    """Return whom the person may send, under a heading each: leavers first, then classes."""
    reach = access.reach(Permission.IMPORT)
    today = timezone.localdate()
    schools = School.objects.visible_to(access).filter(of_trust=True)
    arbs = ARB.objects.visible_to(access).select_related("school", "host")
    classes = ClassGroup.objects.visible_to(access).filter(
        year__starts_on__lte=today, year__ends_on__gte=today
    )
    if not reach.whole_trust:
        schools = schools.filter(pk__in=reach.school_ids)
        arbs = arbs.filter(pk__in=reach.arb_ids)
        classes = classes.filter(Q(school__in=reach.school_ids) | Q(arb__in=reach.arb_ids))
    else:
        arbs = arbs.none()
    of_classes: dict[str, list[Group]] = {}
    for each in classes.select_related("school", "arb").order_by("school__name", "name"):
        place = str(each.arb or each.school)
        group = Group(f"{CLASS}-{each.pk}", each.name, each.school, each.arb)
        of_classes.setdefault(place, []).append(group)
    leavers = [Group(f"{LEAVERS}-{s.pk}", f"Leavers of {s}", s) for s in schools.order_by("name")]
    leavers += [Group(f"{ARB_LEAVERS}-{a.pk}", f"Leavers of {a}", a.school, a) for a in arbs]
    return {"Who have left the trust": leavers, **of_classes}


def one_to_send(access: Access, *, pupil_id: int) -> Group | None:
    """Return a pupil as a group of one; None for one who is not the person's to send."""
    file = pupil_file(access, pupil_id=pupil_id)
    if file is None or file.placement is None or not file.lets(access, Permission.IMPORT):
        return None
    place = file.placement
    return Group(f"{PUPIL}-{pupil_id}", str(file.pupil), place.school, place.arb)


def pupils_to_send(access: Access, *, group: Group, since: dt.date) -> list[PupilFile]:
    """Return the pupils of a group by name; of leavers those whose last day was since then.

    A pupil who has moved on within the trust is no leaver: the school they are in sends the file.
    """
    kind, _, pk = group.key.rpartition("-")
    if kind == PUPIL:
        found = [int(pk)]
    elif kind == CLASS:
        rows = pupil_list(access, chosen=Chosen(class_group_id=int(pk)))
        found = list(
            rows.filter(starts_on__lte=timezone.localdate()).values_list("pupil", flat=True)
        )
    else:
        later = Placement.objects.filter(
            pupil=OuterRef("pupil"), starts_on__gt=OuterRef("starts_on")
        )
        place = {"arb": int(pk)} if kind == ARB_LEAVERS else {"school": int(pk)}
        left = pupil_list(access, chosen=Chosen(left=True)).filter(
            ~Exists(later), ends_on__gte=since, **place
        )
        found = list(left.values_list("pupil", flat=True))
    files = pupil_files(access, pupil_ids=found)
    sent = (files[each] for each in found if each in files)
    return [each for each in sent if each.lets(access, Permission.IMPORT)]


def plans_in_force(access: Access, *, pupil_ids: Sequence[int]) -> QuerySet[Plan]:
    """Return the plans that hold today, the last of each pupil last."""
    today = timezone.localdate()
    return (
        Plan.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today),
            starts_on__lte=today,
            pupil__in=pupil_ids,
            trust=access.trust_id,
        )
        .order_by("starts_on")
        .only("pupil", "kind", "starts_on")
    )


def sent_files(access: Access) -> list[SentFile]:
    """Return the files that were downloaded out of the person's places, the latest first."""
    rows = list(
        Transfer.objects.visible_to(access)
        .order_by("-sent_at", "-number")
        .values_list("school", "to", "number", "sent_by__name", "sent_at")
        .annotate(pupils=Count("pk"))
    )
    schools = School.objects.in_bulk({school for school, *_ in rows})
    return [
        SentFile(schools[school], to, number, pupils, by, at)
        for school, to, number, by, at, pupils in rows
    ]
