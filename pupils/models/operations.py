"""What a browser has asked to save, so that asking again does nothing twice."""

from django.db import models

from parrcs.core.tenancy import TrustOwned


class SavedOperation(TrustOwned):
    """One save, known by the id that the browser gave it.

    Its primary key is the version of what it wrote: it only grows, so a version that a
    teacher saw can never come back with another value behind it. Nothing is ever changed
    here, so it keeps no history.
    """

    operation_id = models.UUIDField()
    person = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    asked = models.JSONField(help_text="What was asked for, to refuse the same id for another save")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["trust", "operation_id"], name="operation_once"),
        )

    def __str__(self) -> str:
        return str(self.operation_id)
