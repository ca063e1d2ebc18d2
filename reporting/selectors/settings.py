"""The trust's own choices for its reports."""

from reporting.models import ReportSettings


def report_settings() -> ReportSettings:
    """Return how the reports of the trust that is open look and what they hide."""
    return ReportSettings.objects.first() or ReportSettings()
