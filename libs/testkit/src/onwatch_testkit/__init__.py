"""Test support, shipped as a distribution so that every member tests with the same code.

Fakes: `clock` (a clock that the test advances), `ids` (predictable ids), `executors` (without threads), `blob_engine`
(detects the vehicles of its own clips exactly), `recorder` (handlers that record messages), `websocket` (a client for
ASGI apps without a network), `sample_videos`.
Faults: `fault_injector` (crash at any step of a process), `tcp_proxy` (cut, slow or blocked connections), `servers`
(private RabbitMQ, Redis and PostgreSQL that can be stopped, killed and paused).
Suites that every adapter passes: `bus_suite`, `sql.database_suite`.
The whole system: `system` (in one process, on a fake clock), `api_client` (a client of a system that runs elsewhere).
Others: `golden` (expected output in files), `threads`, `report` (end of the test report), `door_contract` (a rule for
import-linter).

Fixtures (pytest11 plug-ins): `clock`, `ids`, `memory_bus`, `exported_spans`, `golden`, `shared_dir`, `clip`, `site`,
`chromium`, `rabbit_server`, `redis_server`, `postgres_server`; for services with tables `database`, `empty_database`,
`postgres`, `postgres_with_tables`, `on_postgresql`.
"""
