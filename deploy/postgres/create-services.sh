#!/bin/bash
# One database, and in it for each service a schema that no other can see, and two roles: <service>_owner, to whom the schema
# belongs and as whom `migrate` runs, and <service>, as whom processes run, with the rights that `migrate` grants.
#
# Run as the superuser, as often as wanted: by the postgres image at its first start, by the native runner, by the tests.
#   SECRETS_DIR     folder with <service>-db-password and <service>-owner-db-password
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
    owner=${service}_owner
    run postgres --single-transaction --set service=$service --set owner=$owner \
        --set file="$secrets/$service-db-password" --set owner_file="$secrets/$service-owner-db-password" <<'SQL'
\setenv FILE :file
\set password `cat "$FILE"`
\setenv FILE :owner_file
\set owner_password `cat "$FILE"`
SELECT pg_advisory_xact_lock(hashtextextended('create-services', 0));
-- a statement that fails would be logged, with the password in it
SET LOCAL log_statement = 'none';
SET LOCAL log_min_error_statement = 'panic';
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY[:'service', :'owner']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
ALTER ROLE :"service" SET statement_timeout = '5s';
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
SELECT format('ALTER ROLE %I SET lock_timeout = ''3s''', name),
       format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''10s''', name),
       format('ALTER ROLE %I SET synchronous_commit = ''on''', name),
       format('ALTER ROLE %I IN DATABASE %I SET search_path = %I, extensions', name, :'database', :'service'),
       format('REVOKE ALL ON DATABASE %I FROM %I', :'database', name),
       format('GRANT CONNECT ON DATABASE %I TO %I', :'database', name)
  FROM unnest(ARRAY[:'service', :'owner']) AS name \gexec
-- registration takes in the survey of libraries by way of a temporary table
SELECT format('GRANT TEMPORARY ON DATABASE %I TO registration', :'database') WHERE :'service' = 'registration' \gexec
SQL
    # What the service's own role had made, in the days when there was no owner, becomes the owner's.
    run "$database" --single-transaction --set service=$service --set owner=$owner <<'SQL'
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS :"service" AUTHORIZATION :"owner";
REASSIGN OWNED BY :"service" TO :"owner";
REVOKE ALL ON SCHEMA :"service" FROM PUBLIC, :"service";
GRANT USAGE ON SCHEMA :"service" TO :"service";
SQL
done
