"""What the demo's pupils achieved this year, who may be shown on photos, and who is protected."""

import datetime as dt
import random

from assessment.models import Achievement, CoreArea
from pupils.choices import ProvisionKind, VoiceSymbol
from pupils.models import Placement, Pupil
from reporting.services.demo.drawings import drawing
from schools.choices import RoleChoice
from schools.models import Membership

# What, in which area, and what the pupil says of it.
_STORIES = (
    ("Asked a friend to play, with a picture card", "communication", "I said play!"),
    ("Read a whole book aloud to the class", "reading", "All the pages."),
    ("Wrote a letter home and posted it", "writing", "Gran got it."),
    ("Counted out the snack for everyone", "number", "One for you, one for me."),
    ("Waited for a turn on the swing", "personal-social", ""),
    ("Swam a width without armbands", ProvisionKind.SWIMMING, "I did not sink."),
    ("Rode twice around the paddock", ProvisionKind.RIDING, "Again!"),
    ("Played the drum in assembly", ProvisionKind.MUSIC_THERAPY, "Loud."),
    ("Danced on the stage for the families", ProvisionKind.DANCE, ""),
)
_SHARE, _CONSENT, _PROTECTED, _PHOTOS = 0.4, 0.7, 0.02, 0.15
_DAYS = 150  # so that the term before has some too
_DRAWINGS = ("sun", "rain", "tower", "beans")


def save_celebrating(*, on: dt.date, rng: random.Random) -> None:
    """Give pupils on roll consent or none, and some of them an achievement; needs `in_trust`."""
    teachers = dict(
        Membership.objects.filter(role=RoleChoice.TEACHER)
        .order_by("-pk")
        .values_list("class_group", "person")
    )
    areas = {area.code: area.pk for area in CoreArea.objects.all()}
    placed = Placement.objects.on(on).select_related("pupil", "class_group").order_by("pupil")
    pupils, achievements = [], []
    for placement in placed:
        pupil = placement.pupil
        pupil.protected = rng.random() < _PROTECTED
        if rng.random() < _CONSENT:
            pupil.photo_consent_on = max(placement.starts_on, on - dt.timedelta(days=400))
            pupil.photo_consent_by = rng.choice(("Mother, on the form", "Father, on the form"))
        pupils.append(pupil)
        writer = teachers.get(placement.class_group_id or 0)
        if writer is None or rng.random() >= _SHARE:
            continue
        what, area, voice = rng.choice(_STORIES)
        wider = area in ProvisionKind.values
        if not wider and area not in areas:
            continue
        with_photo = pupil.photo_may_be_shown and rng.random() < _PHOTOS
        photo = drawing(rng.choice(_DRAWINGS)) if with_photo else None
        achievements.append(
            Achievement(
                pupil=pupil,
                achieved_on=max(placement.starts_on, on - dt.timedelta(days=rng.randint(2, _DAYS))),
                what=what,
                core_area_id=None if wider else areas[area],
                wider=area if wider else "",
                voice=voice,
                symbols=" ".join(rng.sample(VoiceSymbol.values, rng.randint(0, 2))),
                photo=photo.content if photo else None,
                photo_small=photo.thumbnail if photo else None,
                photo_kind=photo.kind if photo else "",
                written_by_id=writer,
            )
        )
    fields = ["protected", "photo_consent_on", "photo_consent_by"]
    Pupil.objects.bulk_update(pupils, fields, batch_size=500)
    Achievement.objects.bulk_create(achievements, batch_size=200)
