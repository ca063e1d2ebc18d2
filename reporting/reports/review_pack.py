"""The pack for an annual review: sections in the order of a form, each made of a building block."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from unicodedata import normalize

from assessment.models import Achievement
from assessment.selectors.celebrating import achievements_of
from assessment.selectors.pupil_overview import Overview, overview
from parrcs.core.access import Access
from parrcs.core.names import plain
from parrcs.core.written import in_written
from pupils.choices import ReviewBlock
from pupils.measures import TargetSuccess, target_success
from pupils.models import AnnualReview, Outcome, Plan, Pupil, TermlyTarget
from pupils.selectors.pupils import PupilFile
from pupils.selectors.review_forms import ReviewFormFile, ReviewSection
from pupils.selectors.support import Support, support_of
from pupils.selectors.targets import targets_of
from reporting.selectors.benchmarks import National, national_attendance

# What is older was in the pack of the review before.
_MOST_ACHIEVEMENTS = 8


@dataclass(frozen=True)
class TargetsOfOutcome:
    """An outcome of the plan with the targets towards it, the latest term first."""

    outcome: Outcome
    targets: Sequence[TermlyTarget]
    success: TargetSuccess


@dataclass(frozen=True)
class ReviewPack:
    """All that a pack shows; `sections` are those of the form, with their templates."""

    file: PupilFile
    review: AnnualReview
    form: ReviewFormFile
    overview: Overview
    outcomes: Sequence[TargetsOfOutcome]
    achievements: Sequence[Achievement]
    support: Support | None
    national: National | None

    @property
    def plan(self) -> Plan:
        """The plan under review."""
        plan: Plan = self.review.plan
        return plan

    @property
    def name(self) -> str:
        """Whom it is about: by initials, of a pupil who is protected."""
        pupil = self.file.pupil
        return _initials(pupil) if pupil.protected else str(pupil)

    @property
    def sections(self) -> list[tuple[ReviewSection, str]]:
        """The sections with the template of each."""
        return [(each, BLOCKS[each.block]) for each in self.form.sections]


BLOCKS: Mapping[ReviewBlock, str] = {
    block: f"reporting/review/_{block.value}.html" for block in ReviewBlock
}


def review_pack(
    access: Access, *, file: PupilFile, review: AnnualReview, form: ReviewFormFile
) -> ReviewPack:
    """Gather what the pack of a review shows, as far as the person sees the pupil."""
    placed = file.placement
    return ReviewPack(
        file,
        review,
        form,
        overview(access, file=file),
        _outcomes(access, file, review.plan),
        list(achievements_of(access, file=file)[:_MOST_ACHIEVEMENTS]),
        support_of(access, file=file),
        national_attendance(placed.school) if placed else None,
    )


def _outcomes(access: Access, file: PupilFile, plan: Plan) -> list[TargetsOfOutcome]:
    targets: dict[int, list[TermlyTarget]] = {}
    for target in targets_of(access, file=file).filter(outcome__plan=plan):
        if target.is_due:
            targets.setdefault(target.outcome_id, []).append(target)
    found = []
    for outcome in plan.outcomes.all():
        held = targets.get(outcome.pk, [])
        success = target_success(each.judged for each in held)
        found.append(TargetsOfOutcome(outcome, held, success))
    return found


def nobody_named(page: str, protected: Sequence[Pupil]) -> str:
    """Replace the names of protected pupils by their initials in what people wrote on a page.

    A name is looked for as it is written, with any apostrophe and any accents, or all in capitals:
    many are words as well, and May between two numbers is a month.
    """
    names = {plain(word): f"{word[0]}." for pupil in protected for word in str(pupil).split()}
    if not names:
        return in_written(page, lambda text: text)
    either = "|".join(
        re.escape(escape(each, quote=False))
        for name in sorted(names, key=len, reverse=True)
        for each in (name, name.upper())
    )
    pattern = re.compile(rf"(?<!\d )\b(?:{either})\b(?! \d)")

    def unnamed(text: str) -> str:
        # Apostrophes are escaped for the sake of attributes, and this is text.
        text = normalize("NFC", text.replace("&#x27;", "'"))
        parts, end = [], 0
        for found in pattern.finditer(plain(text)):
            parts += [text[end : found.start()], _initial_of(found[0], names)]
            end = found.end()
        return "".join([*parts, text[end:]])

    return in_written(page, unnamed)


def _initial_of(found: str, names: Mapping[str, str]) -> str:
    written = unescape(found)
    return names.get(written) or next(
        initial for name, initial in names.items() if name.upper() == written
    )


def _initials(pupil: Pupil) -> str:
    return " ".join(f"{word[0]}." for word in str(pupil).split())
