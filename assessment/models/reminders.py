"""Reminders of a window that closes while judgements are still to be made."""

from django.db import models

from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history


@keep_history
class Reminder(TrustOwned):
    """A reminder to the teachers of a class; without a person, the calendar sent it."""

    term = TenantForeignKey("schools.Term", related_name="+")
    class_group = TenantForeignKey("schools.ClassGroup", related_name="reminders")
    left = models.PositiveIntegerField(help_text="Judgements still to be made when it was sent")
    sent_on = models.DateField()
    sent_at = models.DateTimeField(auto_now_add=True)
    sent_by = models.ForeignKey(
        "schools.User", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-sent_at",)
        constraints = (
            # Two workers, or an impatient second press, must not write to anybody twice a day.
            models.UniqueConstraint(
                fields=["trust", "term", "class_group", "sent_on"], name="reminder_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"reminder of {self.class_group_id} on {self.sent_on}"
