"""Words that reports and the runs that make them are described with."""

from django.db.models import TextChoices


class ReportKind(TextChoices):
    HT = "ht", "Head teacher report"


class ReportStatus(TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"


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
