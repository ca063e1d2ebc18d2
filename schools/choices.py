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
