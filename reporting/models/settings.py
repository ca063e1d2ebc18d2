"""How a trust's reports look, and what they hide."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from parrcs.core.tenancy import TrustOwned, keep_history


@keep_history
class ReportSettings(TrustOwned):
    """The trust's own choices for all its reports; without a row, what is set here holds."""

    largest_small = models.PositiveSmallIntegerField(
        "hide counts from 1 to", default=5, help_text="5, 6 or 7"
    )
    fewest_of = models.PositiveSmallIntegerField(
        "hide shares of fewer than", default=6, help_text="6 to 10"
    )
    colour = models.CharField(
        max_length=7,
        default="#14555a",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Write a colour as #14555a.")],
        help_text="Of the title page, dark enough for white words",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["trust"], name="report_settings_once"),
            models.CheckConstraint(
                condition=Q(largest_small__range=(5, 7), fewest_of__range=(6, 10)),
                name="report_settings_hide_enough",
            ),
        )

    def __str__(self) -> str:
        return f"hides 1 to {self.largest_small}, and shares of fewer than {self.fewest_of}"
