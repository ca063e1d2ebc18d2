-- Makes both roles and the database. Run once by a superuser, with psql 15 or newer:
--     OWNER_PASSWORD=... APPLICATION_PASSWORD=... psql -f deploy/roles.sql
-- What is there already stays as it is.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv application_password APPLICATION_PASSWORD

-- The owner migrates. The application reads and writes rows, owns nothing, and is bound by the
-- policies: neither is a superuser or may bypass row-level security.
SELECT format(
    'CREATE ROLE parrcs_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD %L',
    :'owner_password'
) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'parrcs_owner') \gexec

SELECT format(
    'CREATE ROLE parrcs_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD %L',
    :'application_password'
) WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'parrcs_app') \gexec

SELECT 'CREATE DATABASE parrcs OWNER parrcs_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'parrcs') \gexec

REVOKE ALL ON DATABASE parrcs FROM PUBLIC;
GRANT CONNECT ON DATABASE parrcs TO parrcs_app;
