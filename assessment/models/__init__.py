from assessment.models.judgements import Baseline, Judgement
from assessment.models.streams import CoreArea, Expectation, Point, Strand, Stream

__all__ = [
    "Baseline",
    "CoreArea",
    "Expectation",
    "Judgement",
    "Point",
    "Strand",
    "Stream",
]
