from schools.models.calendar import AcademicYear, LateEntry, Term, Window
from schools.models.people import Invitation, Membership, User
from schools.models.places import ARB, ClassGroup, School, Trust

__all__ = [
    "ARB",
    "AcademicYear",
    "ClassGroup",
    "Invitation",
    "LateEntry",
    "Membership",
    "School",
    "Term",
    "Trust",
    "User",
    "Window",
]
