"""Writing the comments of a report: whoever comes second is told, and nothing is overwritten."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from parrcs.core.access import Access, Permission
from reporting.choices import ReportKind
from reporting.models import SectionText
from schools.models import School, Term


class WrittenMeanwhile(Exception):
    """Somebody saved another text since: `theirs` stands, `mine` is kept nowhere yet."""

    def __init__(self, theirs: SectionText, mine: str) -> None:
        super().__init__("Somebody else has saved other words here meanwhile.")
        self.theirs = theirs
        self.mine = mine


@transaction.atomic
def save_comment(
    *,
    by: Access,
    school: School | None,
    term: Term,
    kind: ReportKind,
    section: str,
    text: str,
    base_version: int,
) -> SectionText | None:
    """Save the comment of a section; return it as it stands, None: still without any words.

    `base_version` is the version that the text was written over, 0 for none. The same text twice
    is saved once, as after an answer that was lost. Raises `WrittenMeanwhile`.
    """
    if not by.reach(Permission.WRITE_REPORTS).covers(school_id=school.pk if school else None):
        raise PermissionDenied
    place: dict[str, object] = {
        "school": school,
        "term": term,
        "kind": kind,
        "section": section,
    }
    held = _of(by, place)
    if held is None:
        if not text:
            return None
        try:
            with transaction.atomic():
                return SectionText.objects.create(**place, text=text, **_mark(by))
        except IntegrityError:  # somebody was first
            held = _of(by, place)
            if held is None:
                raise
    if held.text == text:
        return held
    if held.version != base_version:
        raise WrittenMeanwhile(held, text)
    changed = {"text": text, "version": held.version + 1, **_mark(by)}
    for name, value in changed.items():
        setattr(held, name, value)
    held.save(update_fields=["text", "version", "changed_by", "changed_at"])
    return held


def _of(by: Access, place: dict[str, object]) -> SectionText | None:
    """Return the comment, held against other changes."""
    rows = SectionText.objects.visible_to(by).filter(**place)
    return rows.select_related("changed_by").select_for_update(of=("self",)).first()


def _mark(by: Access) -> dict[str, object]:
    return {"changed_by_id": by.person_id, "changed_at": timezone.now()}
