"""Rights of a PostgreSQL role that reads and writes the rows of a service and changes no table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy.dialects import postgresql

_quoted = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]  # SQLAlchemy's own


def grants(schema: str, tables: Mapping[str, str], role: str) -> Iterator[str]:
    """Statements that give the role exactly these rights, by table, in place of those it had."""
    place, to = _quoted(schema), _quoted(role)
    yield f"GRANT USAGE ON SCHEMA {place} TO {to}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {place} TO {to}"
    for table, rights in sorted(tables.items()):
        yield f"REVOKE ALL ON {place}.{_quoted(table)} FROM {to}"
        yield f"GRANT {rights} ON {place}.{_quoted(table)} TO {to}"
