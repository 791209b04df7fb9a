from __future__ import annotations

from onwatch_sql.grants import grants


def test_a_role_gets_these_rights_and_no_others() -> None:
    assert [*grants("catalog", {"audit_log": "SELECT, INSERT"}, "Onwatch Runs")] == [
        'GRANT USAGE ON SCHEMA catalog TO "Onwatch Runs"',
        'GRANT USAGE ON ALL SEQUENCES IN SCHEMA catalog TO "Onwatch Runs"',
        'REVOKE ALL ON catalog.audit_log FROM "Onwatch Runs"',
        'GRANT SELECT, INSERT ON catalog.audit_log TO "Onwatch Runs"',
    ]
