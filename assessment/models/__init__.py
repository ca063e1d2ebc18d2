from assessment.models.aims import Aim
from assessment.models.celebrating import Achievement
from assessment.models.judgements import Baseline, Judgement
from assessment.models.records import Evidence, Note, TestScore
from assessment.models.reminders import Reminder
from assessment.models.streams import (
    CoreArea,
    Expectation,
    Point,
    PointMapping,
    Strand,
    StrandMapping,
    Stream,
)

__all__ = [
    "Achievement",
    "Aim",
    "Baseline",
    "CoreArea",
    "Evidence",
    "Expectation",
    "Judgement",
    "Note",
    "Point",
    "PointMapping",
    "Reminder",
    "Strand",
    "StrandMapping",
    "Stream",
    "TestScore",
]
