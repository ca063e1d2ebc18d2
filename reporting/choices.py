"""Words that reports and the runs that make them are described with."""

from django.db.models import TextChoices


class ReportKind(TextChoices):
    """Whom a report is for. Small numbers are hidden in all but the first."""

    HT = "ht", "Head teacher report"
    LGB = "lgb", "Report to the local governing body"
    TRUSTEE = "trustee", "Report to the trustees"


class ReportStatus(TextChoices):
    DRAFT = "draft", "Draft"
    READY = "ready", "Ready for review"
    PUBLISHED = "published", "Published"
    SUPERSEDED = "superseded", "Superseded"


UNPUBLISHED = (ReportStatus.DRAFT, ReportStatus.READY)
OUT = (ReportStatus.PUBLISHED, ReportStatus.SUPERSEDED)


class Part(TextChoices):
    """The sections of a school's report, in their order; each may have a comment."""

    ROLL = "roll", "Who is on roll"
    STANDARDS = "standards", "Progress in core areas"
    OTHER = "other", "Progress in other strands"
    GROUPS = "groups", "Progress by route and by group"
    PLACES = "places", "Pupils in area resource bases"
    TARGETS = "targets", "Plans and termly targets"
    WIDER = "wider", "Wider progress"
    ATTENDANCE = "attendance", "Attendance"
    BEHAVIOUR = "behaviour", "Behaviour and suspensions"
    SAFEGUARDING = "safeguarding", "Safeguarding"
    MODERATION = "moderation", "Moderation"
    QUALITY = "quality", "Quality of education"
    MEETINGS = "meetings", "Pupil progress meetings"
    COMPLIANCE = "compliance", "Statutory compliance"
    TRAINING = "training", "Training and its impact"
    CELEBRATIONS = "celebrations", "Celebrations"
    NEXT = "next", "Next steps"


class TrustPart(TextChoices):
    """The sections that only the report to the trustees has; it shares others with the schools'."""

    SCHOOLS = "schools", "Schools and ARBs side by side"
    AREAS = "areas", "Core areas by school"
    RISKS = "risks", "Risks"
    PHASES = "phases", "School improvement"


class Counted(TextChoices):
    """What a school counts in a term without saying of whom."""

    INCIDENTS = "incidents", "Behaviour incidents recorded"
    HOLDS = "holds", "Physical interventions"
    SUSPENSIONS = "suspensions", "Suspensions"
    SESSIONS_LOST = "sessions_lost", "Sessions lost to suspension"
    EXCLUSIONS = "exclusions", "Permanent exclusions"
    BULLYING = "bullying", "Bullying incidents"
    PREJUDICE = "prejudice", "Prejudice-related incidents"
    CONCERNS = "concerns", "Safeguarding concerns recorded"
    REFERRALS = "referrals", "Referrals to children's social care"
    PROTECTION_PLANS = "protection_plans", "Pupils with a child protection plan"
    IN_NEED = "in_need", "Pupils with a child in need plan"
    EARLY_HELP = "early_help", "Pupils with early help"
    ALLEGATIONS = "allegations", "Allegations about adults referred to the LADO"
    PREVENT = "prevent", "Prevent referrals"
    MISSING = "missing", "Pupils missing education"


BEHAVIOUR = (
    Counted.INCIDENTS,
    Counted.HOLDS,
    Counted.BULLYING,
    Counted.PREJUDICE,
    Counted.SUSPENSIONS,
    Counted.SESSIONS_LOST,
    Counted.EXCLUSIONS,
)
SAFEGUARDING = tuple(each for each in Counted if each not in BEHAVIOUR)


class Purpose(TextChoices):
    """What a run is to make."""

    DRAFT = "draft", "Make the draft"
    PUBLISH = "publish", "Publish the draft"


class RunState(TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = (RunState.QUEUED, RunState.RUNNING)

# The pages on which schools and ARBs are compared, by the name of their address.
COMPARED_BY = {
    "compare": "Overview",
    "compare_sizes": "By size",
    "compare_strands": "Strands",
    "compare_terms": "Over time",
    "compare_gains": "Gains",
    "compare_groups": "Groups",
    "compare_learning": "Learning from each other",
    "compare_inside": "Inside a school, an ARB or a class",
}
