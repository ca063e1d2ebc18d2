"""The columns of a list of pupils, and how each of them is read."""

from collections.abc import Callable
from typing import Any

from exchange.services.files.headings import UPN, Column
from exchange.services.kinds.values import day_of, one_of, yes_or_no
from pupils.choices import PrimaryNeed, Sex

COLUMNS = (
    UPN,
    Column(
        "last_name",
        "Last name",
        "Family name.",
        ("Legal Surname", "Legal Last Name", "Surname", "Family Name", "Preferred Surname"),
    ),
    Column(
        "first_name",
        "First name",
        "Given name.",
        (
            "Forename",
            "Legal Forename",
            "Legal First Name",
            "Given Name",
            "Preferred Forename",
            "Preferred Name",
            "Chosen Name",
        ),
    ),
    Column(
        "born_on",
        "Date of birth",
        "Such as 14/03/2016.",
        ("DOB", "D.O.B.", "Birth Date", "Born", "Born on"),
    ),
    Column("sex", "Sex", "Female or Male, or F or M.", ("Gender", "Legal Sex")),
    Column(
        "primary_need",
        "Primary need",
        f"One of {', '.join(PrimaryNeed.values)}.",
        (
            "SEN Need",
            "SEN Primary Need",
            "Primary SEN Need",
            "SEN Need Type",
            "SEN Type",
            "Need",
            "SEN Needs",
            "Primary SEN Type",
            "Primary Type of Need",
        ),
    ),
    Column(
        "pupil_premium",
        "Pupil premium",
        "Yes or no.",
        ("PP", "Pupil Premium Indicator", "Pupil Premium Eligible", "Eligible for Pupil Premium"),
    ),
    Column(
        "looked_after",
        "Looked after",
        "Child looked after (CLA): yes or no.",
        ("CLA", "LAC", "In Care", "In LEA Care", "Child Looked After", "Looked After Child"),
    ),
    Column(
        "eal",
        "EAL",
        "English as an additional language: yes or no.",
        ("English as an Additional Language", "English Additional Language", "EAL Status"),
    ),
    Column(
        "school",
        "School",
        "Registered school, by name or URN. Empty: the school that the file is sent for.",
        ("URN", "School Name", "School URN", "Registered School", "Establishment"),
    ),
    Column(
        "arb",
        "ARB",
        "Area resource base, by name; None for a pupil who is in none any more.",
        ("Area Resource Base", "Resource Base", "Resourced Provision", "Base"),
    ),
    Column(
        "class_group",
        "Class",
        "Class of the school or ARB, by name.",
        ("Class Name", "Reg Group", "Registration Group", "Reg", "Form", "Tutor Group"),
    ),
    Column(
        "route",
        "Route",
        "Personal learning route, by name.",
        ("Personal Learning Route", "Learning Route", "Pathway", "Learning Pathway"),
    ),
    Column(
        "starts_on",
        "From",
        "From when a new pupil, or a new placement, counts. Such as 01/09/2026.",
        (
            "Start",
            "Start Date",
            "Starts on",
            "Admission Date",
            "Date of Admission",
            "Entry Date",
            "Date of Entry",
            "DOA",
        ),
    ),
)
HEADINGS = {column.code: column.heading for column in COLUMNS}
_BOXES = ("pupil_premium", "looked_after", "eal")

# Other words for a sex and for needs, as `bare` writes them.
_SEXES = {"girl": "F", "boy": "M"}
_NEEDS = {
    "autism": "ASD",
    "autisticspectrumcondition": "ASD",
    "autismspectrumdisorder": "ASD",
    "downssyndrome": "DS",
    "socialemotionalandmentalhealthneeds": "SEMH",
    "speechlanguageandcommunication": "SLCN",
    "speechlanguageorcommunicationneed": "SLCN",
    "visualimpairment": "VI",
    "multisensoryimpairment": "MSI",
}

READ: dict[str, Callable[[str], Any]] = {
    "born_on": day_of,
    "sex": lambda text: one_of(text, Sex.choices, _SEXES, by_first_word=True),
    "primary_need": lambda text: one_of(text, PrimaryNeed.choices, _NEEDS, by_first_word=True),
    **dict.fromkeys(_BOXES, yes_or_no),
}
