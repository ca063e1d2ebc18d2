from pupils.models.attendance import AttendanceTotal
from pupils.models.class_lists import ClassListCheck, ClassListLine
from pupils.models.operations import SavedOperation
from pupils.models.peps import TermlyPEP
from pupils.models.placements import Placement, Route
from pupils.models.plans import Outcome, Plan, TermlyTarget
from pupils.models.provision import Provision, ProvisionReview
from pupils.models.pupils import Pupil
from pupils.models.requests import PlacementRequest
from pupils.models.reviews import AnnualReview, ReviewAdvice, ReviewStep
from pupils.models.support import PupilNeeds, SupportPlan

__all__ = [
    "AnnualReview",
    "AttendanceTotal",
    "ClassListCheck",
    "ClassListLine",
    "Outcome",
    "Placement",
    "PlacementRequest",
    "Plan",
    "Provision",
    "ProvisionReview",
    "Pupil",
    "PupilNeeds",
    "ReviewAdvice",
    "ReviewStep",
    "Route",
    "SavedOperation",
    "SupportPlan",
    "TermlyPEP",
    "TermlyTarget",
]
