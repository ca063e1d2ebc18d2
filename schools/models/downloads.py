"""The log of downloads: who took which file out of the application, and when."""

from typing import Self

from django.db import models

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TrustOwned
from schools.choices import FileFormat


class DownloadQuerySet(models.QuerySet["Download"]):
    """Downloads, narrowed to the person who asks."""

    def visible_to(self, access: Access) -> Self:
        """Keep all for who may look into the log, else none."""
        return self if access.reach(Permission.SEE_DOWNLOADS).whole_trust else self.none()


class Download(TrustOwned):
    """One file that was sent to one person. The application adds rows, and changes none.

    Whoever reads the log may see no pupils, so `what` names none.
    """

    person = models.ForeignKey("schools.User", models.PROTECT, related_name="+")
    what = models.CharField(max_length=200, help_text="The thing in words, without a pupil's name")
    kind = models.CharField(max_length=40, help_text="What sort of thing it is, in one word")
    thing_id = models.BigIntegerField(help_text="The id of the thing in its own table")
    format = models.CharField(max_length=4, choices=FileFormat)
    at = models.DateTimeField(auto_now_add=True)

    objects = DownloadQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["trust", "-at", "-id"], name="download_by_time"),
            models.Index(fields=["trust", "person", "-at"], name="download_by_person"),
            models.Index(fields=["trust", "kind", "thing_id"], name="download_by_thing"),
        )

    def __str__(self) -> str:
        return f"{self.what} ({self.get_format_display()})"
