from __future__ import annotations

import sqlalchemy as sa

from onwatch_sql.inserting import insert_new, insert_or_replace

TABLE = sa.Table(
    "t", sa.MetaData(), sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Integer, primary_key=True),
    sa.Column("value", sa.Text),
)  # fmt: skip


def test_what_is_there_stays_or_is_replaced() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        TABLE.create(connection)
        added = [
            connection.scalar(
                insert_new(connection.dialect, TABLE, {"a": 1, "b": b, "value": value}).returning(TABLE.c.value)
            )
            for b, value in ((1, "first"), (1, "second"), (2, "other"))
        ]
        assert added == ["first", None, "other"]
        assert connection.execute(sa.select(TABLE.c.value).order_by(TABLE.c.b)).scalars().all() == ["first", "other"]
        connection.execute(insert_or_replace(connection.dialect, TABLE, {"a": 1, "b": 1, "value": "third"}))
        assert connection.execute(sa.select(TABLE.c.value).order_by(TABLE.c.b)).scalars().all() == ["third", "other"]
    engine.dispose()
