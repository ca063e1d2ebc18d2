"""Addresses of the app."""

from django.urls import path

from exchange.views import imports, records, retention, transfers
from parrcs.core.lists import listed

ONE = "imports/<int:import_id>"
RECORD = "pupils/<int:pupil_id>/whole-record"

urlpatterns = [
    *listed("imports/", imports.imports, name="imports"),
    *listed("transfers/", transfers.transfers, name="transfers"),
    path("imports/new/<slug:kind>/", imports.import_new, name="import_new"),
    path(
        "imports/new/<slug:kind>/<slug:template>.<slug:ending>",
        imports.import_template,
        name="import_template",
    ),
    *listed(f"{ONE}/", imports.import_page, name="import"),
    path(f"{ONE}/apply/", imports.import_apply, name="import_apply"),
    path(f"{ONE}/undo/", imports.import_undo, name="import_undo"),
    path(f"{ONE}/discard/", imports.import_discard, name="import_discard"),
    path(f"{ONE}/refused.csv", imports.import_refused, name="import_refused"),
    path(f"{ONE}/file/", imports.import_original, name="import_original"),
    path(f"{RECORD}/", records.whole_record, name="whole_record"),
    path(f"{RECORD}/<int:asked_id>/copy/", records.record_copy, name="record_copy"),
    path(f"{RECORD}/<int:asked_id>/answered/", records.record_answered, name="record_answered"),
    path(f"{RECORD}/erase/", records.pupil_erase, name="pupil_erase"),
    *listed("retention/", retention.retention, name="retention"),
    path("retention/erase/", retention.retention_erase, name="retention_erase"),
    path("retention/erasures/<int:erasure_id>/", retention.erasure, name="erasure"),
]
