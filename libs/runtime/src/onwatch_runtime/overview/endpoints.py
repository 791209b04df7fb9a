"""Asks the ports for operators: `/readyz` and `/metrics` of each process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import httpx
from prometheus_client.parser import text_string_to_metric_families
from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp

from onwatch_runtime.overview.addresses import NoAddress, each_process
from onwatch_runtime.overview.process import Process
from onwatch_runtime.overview.samples import Sample, Samples

WITHIN = "http://localhost"  # calls of an app within this process have no address


class Readiness(BaseModel):
    """The answer of `/readyz`."""

    service: str
    ready: bool
    checks: Mapping[str, Literal["ok", "failed"]]


async def ask(urls: Sequence[str], timeout_s: float) -> list[Process]:
    """Those of each address, in their order: one, or as many as its name has. Each has so long to answer."""
    # Never by a proxy of the environment: these ports are in the network of the services.
    async with httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False) as client:
        found = await asyncio.gather(*(_ask_name(client, base_url(given), timeout_s) for given in urls))
    return [process for processes in found for process in processes]


async def ask_app(ops: ASGIApp, timeout_s: float) -> Process:
    """The process that asks, by the app of its port for operators."""
    transport = httpx.ASGITransport(ops, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport) as client:
        return replace(await _ask_one(client, WITHIN, timeout_s), url=None)


def base_url(given: str) -> str:
    """`catalog:9001` and `http://catalog:9001/readyz` are the same as `http://catalog:9001`."""
    with_scheme = given if "://" in given else f"http://{given}"
    for path in ("/readyz", "/metrics", "/healthz", "/"):
        with_scheme = with_scheme.removesuffix(path)
    return with_scheme


async def _ask_name(client: httpx.AsyncClient, url: str, timeout_s: float) -> list[Process]:
    try:
        async with asyncio.timeout(timeout_s):
            urls = await each_process(url)
    except NoAddress as error:
        return [Process(url, f"not reached: the name {error} has no address", is_absent=True)]
    except httpx.InvalidURL as error:
        return [Process(url, f"no address: {error}; expected one like http://127.0.0.1:9000")]
    except TimeoutError:
        return [Process(url, f"not reached: its name was not looked up within {timeout_s:g} s")]
    except OSError as error:
        return [Process(url, f"not reached: {error.strerror or error}")]
    return list(await asyncio.gather(*(_ask_one(client, each, timeout_s) for each in urls)))


async def _ask_one(client: httpx.AsyncClient, url: str, timeout_s: float) -> Process:
    try:
        async with asyncio.timeout(timeout_s):
            ready, metrics = await asyncio.gather(client.get(f"{url}/readyz"), client.get(f"{url}/metrics"))
    except httpx.InvalidURL as error:
        return Process(url, f"no address: {error}; expected one like http://127.0.0.1:9000")
    except (TimeoutError, httpx.TimeoutException):
        return Process(url, f"no answer within {timeout_s:g} s")
    except httpx.HTTPError as error:
        return Process(url, f"not reached: {str(error) or type(error).__name__}")
    return await asyncio.to_thread(_process_of, url, ready, metrics)


def _process_of(url: str, ready: httpx.Response, metrics: httpx.Response) -> Process:
    """503 of `/readyz` is an answer: it says which check failed. Reading metrics takes long for an event loop."""
    try:
        readiness = Readiness.model_validate_json(ready.content)
        samples = Samples(_samples_in(metrics.text)) if metrics.is_success else None
    except (ValidationError, ValueError):
        samples = None
    if samples is None:
        return Process(url, f"answers {ready.status_code}, but is no port for operators (ONWATCH_<SERVICE>_OPS_PORT)")
    return Process(url, None, _name_of(samples) or readiness.service, readiness.ready, readiness.checks, samples)


def _name_of(samples: Samples) -> str | None:
    """Of the program: the one-process mode is `all-in-one`, and answers `/readyz` as its gateway."""
    return next((sample.labels["service"] for sample in samples.named("onwatch_build_info")), None)


def _samples_in(text: str) -> list[Sample]:
    return [
        Sample(sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]
