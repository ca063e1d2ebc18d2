from schools.models.agreements import (
    ARBFunding,
    ARBStaff,
    JointVisit,
    Lease,
    LeaseReminder,
    SafeguardingContact,
)
from schools.models.calendar import AcademicYear, LateEntry, Term, Window
from schools.models.compliance import PremiumActivity, PremiumPlan, StatutoryDeadline
from schools.models.downloads import Download
from schools.models.notices import Notice
from schools.models.people import Invitation, Membership, User
from schools.models.places import ARB, ClassGroup, School, Trust

__all__ = [
    "ARB",
    "ARBFunding",
    "ARBStaff",
    "AcademicYear",
    "ClassGroup",
    "Download",
    "Invitation",
    "JointVisit",
    "LateEntry",
    "Lease",
    "LeaseReminder",
    "Membership",
    "Notice",
    "PremiumActivity",
    "PremiumPlan",
    "SafeguardingContact",
    "School",
    "StatutoryDeadline",
    "Term",
    "Trust",
    "User",
    "Window",
]
