"""The two lenses through which pupils are counted: where they are registered, and as taught."""

from enum import StrEnum
from typing import NamedTuple

from django.db.models import Q


class Place(NamedTuple):
    """Where a pupil is counted: registered at a school, and taught there or in an ARB of it."""

    school_id: int
    arb_id: int | None


class Lens(StrEnum):
    """Which row counts the pupils of an ARB: that of their school, or that of the ARB.

    Under each lens every place belongs to one row, so that the rows of a lens add up to the
    whole and nobody counts twice. A row of an ARB counts its pupils under both lenses: where
    registered, it is a part of the row of its school.
    """

    REGISTERED = "registered"
    TAUGHT = "taught"

    @property
    def label(self) -> str:
        """The lens as a choice."""
        return _LABELS[self]

    @property
    def words(self) -> str:
        """The lens within a sentence."""
        return self.label[0].lower() + self.label[1:]

    def row_of(self, place: Place) -> Place:
        """Return the one row that counts the pupils of a place."""
        return place if self is Lens.TAUGHT else Place(place.school_id, None)

    def counts(self, place: Place, *, school_id: int | None, arb_id: int | None) -> bool:
        """Say whether the row of a school, an ARB or, without either, the trust counts a place."""
        if arb_id is not None:
            return place.arb_id == arb_id
        return school_id is None or self.row_of(place) == (school_id, None)

    def within(self, *, school_id: int | None, arb_id: int | None) -> Q:
        """Return what the placements meet that such a row counts: `counts` for the database."""
        if arb_id is not None:
            return Q(arb=arb_id)
        if school_id is None:
            return Q()
        outside_arbs = Q(arb__isnull=True) if self is Lens.TAUGHT else Q()
        return Q(school=school_id) & outside_arbs


_LABELS = {Lens.REGISTERED: "Where registered", Lens.TAUGHT: "As taught"}
