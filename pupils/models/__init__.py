from pupils.models.attendance import AttendanceTotal
from pupils.models.operations import SavedOperation
from pupils.models.placements import Placement, Route
from pupils.models.plans import Outcome, Plan, TermlyTarget
from pupils.models.provision import Provision, ProvisionReview
from pupils.models.pupils import Pupil

__all__ = [
    "AttendanceTotal",
    "Outcome",
    "Placement",
    "Plan",
    "Provision",
    "ProvisionReview",
    "Pupil",
    "Route",
    "SavedOperation",
    "TermlyTarget",
]
