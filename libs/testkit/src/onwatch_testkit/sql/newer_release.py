"""The database of a service as a release after this one leaves it, by migrations that a test writes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from importlib.util import find_spec
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from onwatch_sql.contract import Contract
from onwatch_sql.database import Database

ADDS_A_COLUMN_AND_A_TABLE = """
    op.add_column("{table}", sa.Column("of_a_newer_release", sa.Text), schema=schema)
    op.create_table("newer", sa.Column("id", sa.Integer, primary_key=True), schema=schema)
"""
"""An expand step, for the name of a table."""


@dataclass(frozen=True)
class NewerDatabase(Database):
    """Has the migrations of the service, and those in a folder."""

    folder: Path = Path()

    def scripts(self) -> ScriptDirectory:
        return ScriptDirectory.from_config(self._config())

    def _config(self) -> Config:
        config = super()._config()
        package = find_spec(f"onwatch_{self.owner}")
        assert package is not None
        own = Path(str(package.origin)).parent / "migrations" / "versions"
        config.set_main_option("version_locations", f"{own}\n{self.folder}")
        config.set_main_option("path_separator", "newline")
        return config


def newer_release(database: Database, folder: Path, body: str, contract: Contract | None = None) -> NewerDatabase:
    """The database with one more migration, `ahead`, which does what the body says with `op`, `sa` and `schema`."""
    folder.mkdir(exist_ok=True)
    text = (
        "import sqlalchemy as sa\nfrom alembic import op\nfrom onwatch_sql.contract import Contract\n\n"
        f"revision, down_revision, contract = 'ahead', {database.newest_revision!r}, {contract!r}\n\n"
        f"def upgrade():\n    schema = op.get_context().version_table_schema\n{body}\n"
    )
    (folder / "ahead.py").write_text(text, encoding="utf-8")
    return NewerDatabase(**{field.name: getattr(database, field.name) for field in fields(database)}, folder=folder)
