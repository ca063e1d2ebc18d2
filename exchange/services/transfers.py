"""Common transfer files that go out: made for who asks, written down, and not kept."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from exchange.models import Transfer
from exchange.selectors.transfers import Group, file_name, plans_in_force, pupils_to_send
from exchange.services.files.ctf_writing import Establishment, Transferred, write_ctf
from parrcs.core.access import Access, Permission
from pupils.choices import PlanKind
from pupils.models import Plan
from pupils.selectors.pupils import PupilFile, school_year_start
from schools.models import School

# Where the file goes to a school that is not known yet.
UNKNOWN = "XXXXXXX"
_PROVISION = {PlanKind.EHCP: "E", PlanKind.SEN_SUPPORT: "K", PlanKind.INDIVIDUAL: "K"}


class TransferRefused(Exception):
    """A file that cannot be made; says why in words, and which part of what was asked is wrong."""

    def __init__(self, part: str | None, words: str) -> None:
        super().__init__(words)
        self.part = part


@dataclass(frozen=True)
class TransferFile:
    """A common transfer file, by its name."""

    name: str
    content: bytes
    pupils: int


@transaction.atomic
def make_transfer(
    *, by: Access, group: Group, since: dt.date, to: str, protected_too: bool
) -> TransferFile:
    """Return the file of a group of pupils, and write down who got it, when, and where it goes.

    `to` is LA and establishment number, or nothing. Raises `TransferRefused`, and then nothing is
    written down.
    """
    school = group.school
    here = {"school_id": school.pk, "arb_id": group.arb.pk if group.arb else None}
    if not by.reach(Permission.IMPORT).covers(**here):
        raise PermissionDenied
    if not (school.la_code and school.establishment_number):
        raise TransferRefused(
            "who",
            f"{school} has no LA and establishment number, which the file says. They come with"
            " the register of schools.",
        )
    files = pupils_to_send(by, group=group, since=since)
    _check(files, protected_too=protected_too)
    to = to or UNKNOWN
    # One after the other, so that no two files get the same number.
    School.objects.select_for_update().get(pk=school.pk)
    last = Transfer.objects.filter(school=school, to=to).aggregate(last=Max("number"))["last"] or 0
    now = timezone.now()
    Transfer.objects.bulk_create(
        Transfer(
            pupil=each.pupil,
            school=school,
            arb=each.placement.arb if each.placement else None,
            to=to,
            number=last + 1,
            sent_by_id=by.person_id,
            sent_at=now,
        )
        for each in files
    )
    plans = {
        plan.pupil_id: plan
        for plan in plans_in_force(by, pupil_ids=[each.pupil.pk for each in files])
    }
    content = write_ctf(
        [_transferred(each, plans) for each in files],
        source=Establishment(school.la_code, school.establishment_number, school.name),
        destination=Establishment(to[:3], to[3:]),
        school_year=school_year_start(timezone.localdate()).year + 1,
        made_at=timezone.localtime(now),
    )
    return TransferFile(file_name(school, to, last + 1), content, len(files))


def _check(files: Sequence[PupilFile], *, protected_too: bool) -> None:
    if not files:
        raise TransferRefused("who", "There is nobody in this group, so there is no file.")
    without = [str(each.pupil) for each in files if not each.pupil.upn]
    if without:
        raise TransferRefused(
            "who",
            f"{', '.join(without)} {'has' if len(without) == 1 else 'have'} no UPN, without which"
            " nobody can be transferred. Add it on the page of the pupil.",
        )
    protected = [str(each.pupil) for each in files if each.pupil.protected]
    if protected and not protected_too:
        raise TransferRefused(
            "protected_too",
            f"{', '.join(protected)} {'is' if len(protected) == 1 else 'are'} protected. Tick this"
            " if the school that gets the file is to know of them, or send the others by class.",
        )


def _transferred(file: PupilFile, plans: Mapping[int, Plan]) -> Transferred:
    pupil, plan = file.pupil, plans.get(file.pupil.pk)
    provision = _PROVISION.get(PlanKind(plan.kind), "N") if plan else "N"
    return Transferred(
        upn=pupil.upn,
        last_name=pupil.last_name,
        first_name=pupil.first_name,
        born_on=pupil.born_on,
        sex=pupil.sex,
        looked_after=pupil.looked_after,
        need=pupil.primary_need,
        provision=provision,
        since=plan.starts_on if plan and provision != "N" else None,
    )
