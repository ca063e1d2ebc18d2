from reporting.models.kept import KeptView as KeptView
from reporting.models.reports import Report as Report
from reporting.models.runs import ReportBatch as ReportBatch
from reporting.models.runs import ReportRun as ReportRun
from reporting.models.settings import ReportSettings as ReportSettings
from reporting.models.writing import NextStep as NextStep
from reporting.models.writing import SectionText as SectionText
from reporting.models.writing import TermCount as TermCount
