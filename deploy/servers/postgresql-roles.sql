-- One role per service with tables, each the owner of its schema and of nothing else. Run by start-postgresql at each
-- start, as superuser; with other servers: psql -f postgresql-roles.sql, with these variables in the environment.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\getenv administrator_password POSTGRES_PASSWORD
\getenv catalog_password POSTGRESQL_CATALOG_PASSWORD
\getenv aggregator_password POSTGRESQL_AGGREGATOR_PASSWORD
BEGIN;

SELECT format('CREATE ROLE %I LOGIN', role)
FROM (VALUES ('onwatch_catalog'), ('onwatch_aggregator')) AS wanted (role)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec

SELECT format('ALTER ROLE %I PASSWORD %L', current_user, :'administrator_password') \gexec
ALTER ROLE onwatch_catalog PASSWORD :'catalog_password';
ALTER ROLE onwatch_aggregator PASSWORD :'aggregator_password';

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO onwatch_catalog, onwatch_aggregator', current_database()) \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS catalog;
CREATE SCHEMA IF NOT EXISTS analytics;
ALTER SCHEMA catalog OWNER TO onwatch_catalog;
ALTER SCHEMA analytics OWNER TO onwatch_aggregator;

-- What another role created, before there were these.
CREATE TEMPORARY VIEW owners (schema, owner) AS
VALUES ('catalog'::name, 'onwatch_catalog'::name), ('analytics', 'onwatch_aggregator');

SELECT format('ALTER TABLE %I.%I OWNER TO %I', schema, tablename, owner)
FROM owners JOIN pg_tables ON schemaname = schema WHERE tableowner <> owner \gexec

SELECT format('ALTER FUNCTION %s OWNER TO %I', p.oid::regprocedure, owner)
FROM owners JOIN pg_namespace n ON n.nspname = schema JOIN pg_proc p ON p.pronamespace = n.oid
WHERE pg_get_userbyid(p.proowner) <> owner \gexec

DROP VIEW owners;
COMMIT;
