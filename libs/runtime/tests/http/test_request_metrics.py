import httpx
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from onwatch_runtime.http.request_metrics import RequestMetrics


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def test_requests_are_counted_by_method_and_status_and_unknown_methods_as_one():
    registry = CollectorRegistry()
    app = RequestMetrics(Starlette(routes=[Route("/hello", hello)]), registry, "catalog")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://onwatch") as http:
        for method, path in (("GET", "/hello"), ("GET", "/other"), ("BREW", "/hello"), ("STEEP", "/hello")):
            await http.request(method, path)
    requests = {
        (sample.labels["method"], sample.labels["status"]): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "onwatch_catalog_http_requests_total"
    }
    assert requests == {("GET", "200"): 1, ("GET", "404"): 1, ("other", "405"): 2}
    assert registry.get_sample_value("onwatch_catalog_http_request_seconds_count", {"method": "GET"}) == 2
