from pupils.models.operations import SavedOperation
from pupils.models.placements import Placement, Route
from pupils.models.plans import Outcome, Plan, TermlyTarget
from pupils.models.pupils import Pupil

__all__ = [
    "Outcome",
    "Placement",
    "Plan",
    "Pupil",
    "Route",
    "SavedOperation",
    "TermlyTarget",
]
