"""The reports that there are: one module each, named here and nowhere else."""

from reporting.choices import ReportKind
from reporting.reports import ht

BUILDERS = {ReportKind.HT: ht.ht_report}
