from schools.models.calendar import AcademicYear, Term, Window
from schools.models.people import Invitation, Membership, User
from schools.models.places import ARB, ClassGroup, School, Trust

__all__ = [
    "ARB",
    "AcademicYear",
    "ClassGroup",
    "Invitation",
    "Membership",
    "School",
    "Term",
    "Trust",
    "User",
    "Window",
]
