from reporting.models.reports import Report, ReportRun

__all__ = ["Report", "ReportRun"]
