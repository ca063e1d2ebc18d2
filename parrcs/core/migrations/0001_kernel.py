"""The function that every policy rests on, the extension, and what the application may do."""

from django.db import migrations

from parrcs.core.tenancy import APPLICATION_ROLE

CURRENT_TRUST = """
CREATE FUNCTION current_trust() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('parrcs.trust_id', true), '')::bigint $$;
CREATE FUNCTION current_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('parrcs.person_id', true), '')::bigint $$;
"""

# The application role reads and writes rows; it owns nothing and truncates nothing.
# Some of Django's tables exist before this migration, the others are made after it.
GRANTS = f"""
GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APPLICATION_ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION_ROLE};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APPLICATION_ROLE};
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS btree_gist", migrations.RunSQL.noop),
        migrations.RunSQL(
            CURRENT_TRUST,
            "DROP FUNCTION current_trust(); DROP FUNCTION current_person()",
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
