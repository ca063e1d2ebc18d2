from pupils.models.operations import SavedOperation
from pupils.models.placements import Placement, Route
from pupils.models.plans import Outcome, Plan, TermlyTarget
from pupils.models.provision import AttendanceTotal, Provision, ProvisionReview
from pupils.models.pupils import Pupil
from pupils.models.requests import PlacementRequest

__all__ = [
    "AttendanceTotal",
    "Outcome",
    "Placement",
    "PlacementRequest",
    "Plan",
    "Provision",
    "ProvisionReview",
    "Pupil",
    "Route",
    "SavedOperation",
    "TermlyTarget",
]
