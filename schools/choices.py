"""Words that a school, its calendar and its people are described with."""

from django.db.models import TextChoices


class SchoolKind(TextChoices):
    SPECIAL = "special", "Special"
    MAINSTREAM = "mainstream", "Mainstream"


class Season(TextChoices):
    AUTUMN = "autumn", "Autumn"
    SPRING = "spring", "Spring"
    SUMMER = "summer", "Summer"


class Side(TextChoices):
    """On whose side of an agreement about an ARB somebody stands."""

    TRUST = "trust", "The trust"
    HOST = "host", "The host school"


class ShareBy(TextChoices):
    """What leads where part of an ARB's funding is passed to the host."""

    PERCENT = "percent", "A percentage of the formula amount"
    AMOUNT = "amount", "A fixed sum"


class LeaseDay(TextChoices):
    """The days of a lease that people are reminded of."""

    END = "end", "The lease ends"
    NOTICE = "notice", "Notice is due"


class FileFormat(TextChoices):
    """How a file was written that left the application."""

    PDF = "pdf", "PDF"
    XLSX = "xlsx", "XLSX"
    CSV = "csv", "CSV"
    ZIP = "zip", "ZIP"


class Premium(TextChoices):
    """Grants for which a school publishes what it does with them."""

    PUPIL = "pupil", "Pupil premium"
    SPORT = "sport", "PE and sport premium"


class PremiumAim(TextChoices):
    """What an activity serves: a tier of the pupil premium, or a key area of PE and sport."""

    TEACHING = "teaching", "High-quality teaching"
    TARGETED = "targeted", "Targeted academic support"
    WIDER = "wider", "Wider strategies"
    CONFIDENCE = "confidence", "Confidence, knowledge and skills of staff in PE"
    ACTIVITY = "activity", "All pupils regularly active"
    PROFILE = "profile", "PE and sport raise the whole school"
    RANGE = "range", "A broader range of sports for all pupils"
    SPORT = "sport", "More competitive sport"


AIMS: dict[str, tuple[PremiumAim, ...]] = {
    Premium.PUPIL: (PremiumAim.TEACHING, PremiumAim.TARGETED, PremiumAim.WIDER),
    Premium.SPORT: (
        PremiumAim.CONFIDENCE,
        PremiumAim.ACTIVITY,
        PremiumAim.PROFILE,
        PremiumAim.RANGE,
        PremiumAim.SPORT,
    ),
}


class RoleChoice(TextChoices):
    """The roles of `parrcs.core.access.Role` with the words shown for them."""

    TEACHER = "teacher", "Class teacher"
    ASSESSMENT_LEAD = "assessment_lead", "Assessment lead"
    INCLUSION_LEAD = "inclusion_lead", "Inclusion lead (SENDCO)"
    HEAD = "head", "Head"
    HOST_LINK = "host_link", "Host link"
    GOVERNOR = "governor", "Governor"
    TRUSTEE = "trustee", "Trustee"
    MODERATOR = "moderator", "Moderator"
    QA_REVIEWER = "qa_reviewer", "QA reviewer"
    TRUST_LEAD = "trust_lead", "Trust lead"
    TRUST_ADMIN = "trust_admin", "Trust administrator"

    @property
    def words(self) -> str:
        """The role within a sentence."""
        label = str(self.label)
        return label if label[1].isupper() else label[0].lower() + label[1:]
