#!/bin/bash
# One database, and in it a role and a schema for each service, none of which can see another's.
#
# Run as the superuser, as often as wanted: by the postgres image at its first start, by the native runner, by the tests.
#   SECRETS_DIR     folder with <service>-db-password
#   DATABASE        database to make (convene)
#   PGHOST, PGPORT, PGUSER, PGPASSWORD    as psql takes them; PGUSER falls back to POSTGRES_USER, then to postgres
set -euo pipefail

secrets=${SECRETS_DIR:?the folder that holds the passwords}
database=${DATABASE:-convene}
export PGUSER=${PGUSER:-${POSTGRES_USER:-postgres}}
export PGOPTIONS="--client-min-messages=warning"

run() { # DATABASE [--set NAME=VALUE]…: the statements on standard input
    psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=1 --set database="$database" --file=- --dbname "$@" >/dev/null
}

# C.UTF-8 sorts the same everywhere, so an index survives a move to another system.
run postgres <<'SQL'
SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8''', :'database')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SQL

# Roles and rights to databases belong to the whole server: two runs at once, for two databases, take turns.
run postgres --single-transaction <<'SQL'
SELECT pg_advisory_xact_lock(hashtextextended('create-services', 0));
REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
ALTER DATABASE :"database" SET timezone TO 'UTC';
SQL

# What the catalog's search needs: accents that count for nothing, words that are like others.
run "$database" --single-transaction <<'SQL'
CREATE SCHEMA IF NOT EXISTS extensions;
GRANT USAGE ON SCHEMA extensions TO PUBLIC;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;
SQL

for service in catalog registration notifications; do
    run postgres --single-transaction --set service=$service --set file="$secrets/$service-db-password" <<'SQL'
\setenv FILE :file
\set password `cat "$FILE"`
SELECT pg_advisory_xact_lock(hashtextextended('create-services', 0));
-- a statement that fails would be logged, with the password in it
SET LOCAL log_statement = 'none';
SET LOCAL log_min_error_statement = 'panic';
SELECT format('CREATE ROLE %I', :'service')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'service') \gexec
ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
ALTER ROLE :"service" SET statement_timeout = '5s';
ALTER ROLE :"service" SET lock_timeout = '3s';
ALTER ROLE :"service" SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE :"service" SET synchronous_commit = 'on';
ALTER ROLE :"service" IN DATABASE :"database" SET search_path = :"service", extensions;
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"service";
SQL
    run "$database" --single-transaction --set service=$service <<'SQL'
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS :"service" AUTHORIZATION :"service";
SQL
done
