"""Words that pupils, their plans and their targets are described with."""

from django.db.models import IntegerChoices, TextChoices


class Sex(TextChoices):
    FEMALE = "F", "Female"
    MALE = "M", "Male"


class PrimaryNeed(TextChoices):
    """The primary type of special educational need, by the codes of the school census."""

    SPLD = "SPLD", "Specific learning difficulty"
    MLD = "MLD", "Moderate learning difficulty"
    SLD = "SLD", "Severe learning difficulty"
    PMLD = "PMLD", "Profound and multiple learning difficulty"
    SEMH = "SEMH", "Social, emotional and mental health"
    SLCN = "SLCN", "Speech, language and communication needs"
    HI = "HI", "Hearing impairment"
    VI = "VI", "Vision impairment"
    MSI = "MSI", "Multi-sensory impairment"
    PD = "PD", "Physical disability"
    ASD = "ASD", "Autistic spectrum disorder"
    OTH = "OTH", "Other difficulty or disorder"
    NSA = "NSA", "No specialist assessment yet"
    DS = "DS", "Down syndrome"


class PlanKind(TextChoices):
    EHCP = "ehcp", "Education, health and care plan (EHCP)"
    SEN_SUPPORT = "sen_support", "SEN support plan"
    INDIVIDUAL = "individual", "Individual support plan"
    PERSONAL = "personal", "Personal learning plan"


class AreaOfNeed(TextChoices):
    COMMUNICATION = "communication", "Communication and interaction"
    COGNITION = "cognition", "Cognition and learning"
    SEMH = "semh", "Social, emotional and mental health"
    SENSORY = "sensory", "Sensory and physical"


class TargetOutcome(IntegerChoices):
    """The trust's four-point scale for termly targets; from MET on a target counts as met."""

    NOT_YET = 1, "Not yet"
    PARTLY = 2, "Partly"
    MET = 3, "Met"
    EXCEEDED = 4, "Exceeded"


class ProvisionKind(TextChoices):
    """What pupils are given beside the core areas."""

    MUSIC_THERAPY = "music_therapy", "Music therapy"
    DANCE = "dance", "Dance"
    SWIMMING = "swimming", "Swimming"
    RIDING = "riding", "Riding"
    REBOUND = "rebound", "Rebound therapy"
    SPEECH = "speech", "Speech and language therapy"
    OCCUPATIONAL = "occupational", "Occupational therapy"
    PHYSIOTHERAPY = "physiotherapy", "Physiotherapy"
    WELLBEING = "wellbeing", "Wellbeing"
    OTHER = "other", "Other"


class WiderProgress(IntegerChoices):
    """How far a provision brought a pupil, in the words of the progress indicator."""

    NONE = 1, "None"
    SOME = 2, "Some"
    EXPECTED = 3, "Expected"
    BETTER = 4, "Better than expected"


class LADecision(TextChoices):
    """What a local authority decided on a placement request, or that a tribunal will."""

    NAMED = "named", "ARB named on the plan"
    NOT_NAMED = "not_named", "Not named"
    WITHDRAWN = "withdrawn", "Request withdrawn"
    TRIBUNAL = "tribunal", "With the tribunal"


class VoiceSymbol(TextChoices):
    """What a pupil can say of an achievement by choosing symbols (static/symbols)."""

    HAPPY = "happy", "Happy"
    PROUD = "proud", "Proud"
    FUN = "fun", "Fun"
    CALM = "calm", "Calm"
    TRIED = "tried", "I tried hard"
    MYSELF = "myself", "By myself"
    FRIENDS = "friends", "With friends"
    AGAIN = "again", "Again"


class SupportKind(TextChoices):
    """The short plans beside the plan with outcomes."""

    WELLBEING = "wellbeing", "Wellbeing plan"
    SUPPORT = "support", "Support plan"
    INDIVIDUAL = "individual", "Individual plan"


class SupportState(TextChoices):
    """How far a short plan has come."""

    IN_FORCE = "in_force", "In force"
    REVIEWED = "reviewed", "Reviewed, goes on"
    ENDED = "ended", "Ended"


class ReviewStepKind(TextChoices):
    """The steps of an annual review, in their order."""

    PAPERS = "papers", "Papers sent"
    MEETING = "meeting", "Meeting held"
    REPORT = "report", "Report sent"
    DECISION = "decision", "Decision of the LA"
    FINAL = "final", "Final plan"


class ReviewDecision(TextChoices):
    """What a local authority (LA) decides after an annual review."""

    KEEP = "keep", "Plan stays as it is"
    AMEND = "amend", "Plan is amended"
    CEASE = "cease", "Plan ends"


class Transfer(TextChoices):
    """A move for which the final plan has a day of its own."""

    PHASE = "phase", "Phase transfer: final plan by 15 February"
    POST_16 = "post_16", "Post-16: final plan by 31 March"


class ReviewBlock(TextChoices):
    """What a section of a review pack is made of."""

    PUPIL = "pupil", "About the pupil"
    OUTCOMES = "outcomes", "Outcomes with the history of targets"
    PROGRESS = "progress", "Progress by strand"
    PROVISION = "provision", "Provision"
    WIDER = "wider", "Wider progress"
    ATTENDANCE = "attendance", "Attendance"
    PUPIL_VIEWS = "pupil_views", "Views of the pupil"
    FAMILY_VIEWS = "family_views", "Views of the family"
    ADVICE = "advice", "Advice received"
    SUPPORT = "support", "Wellbeing, support and individual plans"
    NEEDS = "needs", "Medical and communication needs"
    RECOMMENDATIONS = "recommendations", "What the meeting recommends"
