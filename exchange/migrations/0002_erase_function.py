"""The function that erases, written from the models; see docs/adr/0018.

A later migration that brings a table, column or reference of a pupil's record ends with
`WriteEraseFunction()` too. A test compares the function with the models.
"""

from django.db import migrations

from exchange.models.erase_function import WriteEraseFunction
from parrcs.core.tenancy import APPLICATION_ROLE


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0001_initial"),
        ("reporting", "0001_initial"),
        ("assessment", "0001_initial"),
        ("pupils", "0001_initial"),
        ("schools", "0001_initial"),
    ]
    operations = [
        WriteEraseFunction(),
        # Only the function, which is the owner's, writes down that something was erased.
        migrations.RunSQL(
            f"REVOKE INSERT, UPDATE, DELETE ON exchange_erasurelog FROM {APPLICATION_ROLE}",
            f"GRANT INSERT, UPDATE, DELETE ON exchange_erasurelog TO {APPLICATION_ROLE}",
        ),
    ]
