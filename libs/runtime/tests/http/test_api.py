from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from fastapi.exceptions import FastAPIError
from pydantic import BaseModel

from onwatch_contracts.http import PROBLEM_MEDIA_TYPE
from onwatch_runtime.http.api import Api, documented
from onwatch_runtime.http.problems import ProblemError


class NotFound(ProblemError):
    status = 404
    code = "not_found"
    title = "No such thing"


class Away(ProblemError):
    status = 503
    code = "away"
    title = "Away"


class Thing(BaseModel, extra="forbid"):
    name: str
    size: float = 1.0


def api() -> Api:
    app = Api("Toy", common=(Away,))

    @app.get("/things/{number}", responses=documented(NotFound))
    async def get_thing(number: int) -> Thing:
        raise NotFound(f"There is no thing {number}.")

    @app.put("/things/{number}")
    async def put_thing(number: int, thing: Thing) -> Thing:
        return thing

    @app.get("/things")
    async def list_things() -> list[Thing]:
        return [Thing(name="a")]

    return app


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://toy") as http:
        yield http


def answers(method: str, path: str = "/things/{number}") -> Any:
    return api().openapi()["paths"][path][method]["responses"]


def test_every_answer_is_described():
    assert set(answers("get")) == {"200", "404", "422", "503"}
    assert set(answers("put")) == {"200", "400", "413", "422", "503"}
    assert set(answers("get", "/things")) == {"200", "503"}


def test_errors_are_described_as_problem_documents():
    for method in ("get", "put"):
        for status, answer in answers(method).items():
            expected = "application/json" if status == "200" else PROBLEM_MEDIA_TYPE
            assert list(answer["content"]) == [expected], status
    models = api().openapi()["components"]["schemas"]
    assert set(models) == {"Problem", "Thing"}
    assert "detail" in models["Problem"]["properties"]


async def test_another_path_is_not_found_and_never_redirected(http: httpx.AsyncClient):
    for path in ("/things/", "/things/1/", "//things", "/"):
        answer = await http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


@pytest.mark.parametrize("size", [True, "1.5", [1], None])
async def test_a_value_of_another_type_is_not_converted(http: httpx.AsyncClient, size: Any):
    answer = await http.put("/things/1", json={"name": "a", "size": size})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["detail"].startswith("body.size: ")
    assert (await http.put("/things/1", json={"name": "a", "size": 2})).json() == {"name": "a", "size": 2.0}


async def test_an_endpoint_is_analysed_when_it_is_first_called_or_described() -> None:
    """A signature that FastAPI refuses shows that."""
    app = api()

    @app.get("/unusable")
    async def unusable(value: httpx.AsyncClient) -> None: ...

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://toy") as http:
        assert (await http.get("/things/1")).status_code == 404
        with pytest.raises(FastAPIError):
            await http.get("/unusable")
    with pytest.raises(FastAPIError):
        app.openapi()


@pytest.mark.parametrize("methods", [("HEAD", "GET", "HEAD"), ("GET", "HEAD", "GET")])
async def test_head_and_get_may_each_be_the_first_request(http: httpx.AsyncClient, methods: Sequence[str]) -> None:
    assert [(await http.request(method, "/things/1")).status_code for method in methods] == [404, 404, 404]


async def test_head_is_answered_where_get_is(http: httpx.AsyncClient):
    assert (await http.head("/things")).status_code == 200
    assert (await http.head("/things/1")).status_code == 404


async def test_a_wrong_method_is_told_every_right_one(http: httpx.AsyncClient):
    answer = await http.delete("/things/1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, PUT")
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"\\ud800": 1}', 400),
        (b'{"name": "\\ud800"}', 400),
        (b'{"name": ' + b"[" * 60_000, 400),
        (b'{"name": ' + b"7" * 60_000 + b"}", 400),
        (b"\xff\xfe", 422),
        (b'{"name": NaN}', 422),
        (b"x" * 65_537, 413),
        (b"", 422),
    ],
)
async def test_a_hostile_body_is_refused_with_a_problem_document(http: httpx.AsyncClient, body: bytes, status: int):
    answer = await http.put("/things/1", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE
