"""Builds the aggregator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from onwatch_aggregator.alerts import (
    AlertAdministration,
    AlertLoop,
    Evaluation,
    ProcessReplayer,
    SqlAlertStore,
    add_alert_routes,
)
from onwatch_aggregator.api import create_app
from onwatch_aggregator.evidence import EvidenceQueries, ProcessEvidenceMeasurer, add_evidence_routes
from onwatch_aggregator.handlers import SUBSCRIPTIONS, Handlers
from onwatch_aggregator.instruments import Instruments
from onwatch_aggregator.live import RedisLiveStore, connect_redis
from onwatch_aggregator.marks import Marking, SqlMarkStore, add_mark_routes
from onwatch_aggregator.playback import Playback, SqlLogStore, add_playback_routes
from onwatch_aggregator.recounts import ProcessRecounter, Recounter, RecountLoop, Recounts, SqlRecountStore
from onwatch_aggregator.reports import Reports, add_report_routes, load_type_scheme
from onwatch_aggregator.results import SqlResultsStore, make_engine, migrate
from onwatch_aggregator.runs import Claims, Deletion, Finishing, LeaseWatch, LogRetention, Queries, Sweep
from onwatch_aggregator.settings import AggregatorSettings
from onwatch_runtime.bus import Bus, Publisher, subscribed
from onwatch_runtime.clock import Clock, SystemClock
from onwatch_runtime.http import RequestMetrics, services_only
from onwatch_runtime.ids import NewId, new_id
from onwatch_runtime.process import Service, looping

NAME = "aggregator"


def build(
    settings: AggregatorSettings,
    *,
    bus: Bus,
    redis: Redis | None = None,
    clock: Clock = SystemClock(),  # noqa: B008 it has no state
    new_id: NewId = new_id,
    registry: CollectorRegistry | None = None,
    recounter: Recounter | None = None,
) -> Service:
    """The service. The caller closes a `redis` that it passes."""
    registry = registry or CollectorRegistry()
    client = redis or connect_redis(settings)
    engine = make_engine(settings)
    live, results = RedisLiveStore(client, settings.lifetimes), SqlResultsStore(engine)
    instruments, publisher = Instruments(registry), Publisher(bus, clock, new_id)
    finishing = Finishing(live, results, publisher, instruments)
    recount_store = SqlRecountStore(engine)
    recounts = Recounts(recount_store, results, publisher)
    recount_loop = RecountLoop(
        recount_store,
        recounter or ProcessRecounter(settings.recount_boxes_at_once, settings.parked_after_s),
        publisher,
        instruments,
    )
    alert_store = SqlAlertStore(engine)
    evaluation = Evaluation(live, results, recount_store, alert_store, ProcessReplayer(), clock)
    alert_loop = AlertLoop(evaluation, alert_store, publisher)
    handlers = Handlers(
        live, results, finishing, publisher, clock, instruments, recounts, recount_loop.wake_up, alert_loop
    )
    claims = Claims(live, results, clock, new_id, settings.lease_s, instruments, publisher)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if redis is None:
                stack.push_async_callback(client.aclose)
            stack.push_async_callback(engine.dispose)
            await migrate(settings)
            await stack.enter_async_context(subscribed(bus, SUBSCRIPTIONS, handlers))
            retention = LogRetention(results, clock, settings.log_retention_s)
            sweep = Sweep(finishing, Deletion(live, results, clock), retention, clock, settings.finish_retry_s)
            lease_watch = LeaseWatch.starting(
                live, publisher, clock, instruments, lease_s=settings.lease_s, lost_after_s=settings.lost_after_s
            )
            await stack.enter_async_context(looping(sweep, lease_watch, recount_loop, alert_loop))
            yield

    app = create_app(Queries(live, results, clock), claims)
    add_report_routes(app, Reports(recount_store, recounts, results, live, load_type_scheme(settings.type_scheme)))
    log = SqlLogStore(engine)
    add_playback_routes(app, Playback(results, log))
    measurer = ProcessEvidenceMeasurer(settings.recount_boxes_at_once, settings.parked_after_s)
    add_evidence_routes(app, EvidenceQueries(results, recount_store, log, measurer))
    add_mark_routes(app, Marking(results, SqlMarkStore(engine), clock))
    add_alert_routes(app, AlertAdministration(alert_store, evaluation, alert_loop, clock, new_id))
    guarded = services_only(app, settings.service_secret, settings.service_secret_previous)
    return Service(
        name=NAME,
        app=RequestMetrics(guarded, registry, NAME),
        lifespan=lifespan,
        checks={"bus": bus.check, "redis": live.check, "sql": results.check},
        registry=registry,
    )
