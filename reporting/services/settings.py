"""Setting how a trust's reports look and what they hide."""

from django.core.exceptions import PermissionDenied

from parrcs.core.access import Access, Permission
from reporting.models import ReportSettings


def set_report_settings(*, by: Access, colour: str, largest_small: int, fewest_of: int) -> None:
    """Keep the trust's choices; they hold for reports that are made from now on."""
    if not by.reach(Permission.MAKE_REPORTS).whole_trust:
        raise PermissionDenied
    chosen = {"colour": colour, "largest_small": largest_small, "fewest_of": fewest_of}
    ReportSettings.objects.update_or_create(trust_id=by.trust_id, defaults=chosen)
