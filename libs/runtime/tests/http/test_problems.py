import logging
from collections.abc import AsyncIterator
from types import MappingProxyType

import httpx
import pytest
from fastapi import FastAPI, HTTPException

from onwatch_contracts.http import PROBLEM_MEDIA_TYPE, Problem
from onwatch_runtime.http.problems import ProblemError, install_problem_handlers


class VideoNotFound(ProblemError):
    status = 404
    code = "video_not_found"
    title = "Video not found"


class Busy(ProblemError):
    status = 503
    code = "busy"
    title = "Busy"
    headers = MappingProxyType({"retry-after": "2"})


def app() -> FastAPI:
    app = FastAPI()
    install_problem_handlers(app)

    @app.get("/videos/{video_id}")
    async def video(video_id: str) -> None:
        raise VideoNotFound(f"There is no video {video_id}.")

    @app.get("/busy")
    async def busy() -> None:
        raise Busy("Try again in 2 s.")

    @app.get("/numbers/{number}")
    async def number(number: int, limit: int) -> int:
        return number + limit

    @app.get("/teapot")
    async def teapot() -> None:
        raise HTTPException(418, "short and stout", headers={"x-spout": "yes"})

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("secret")

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://onwatch.test") as client:
        yield client


def problem_of(answer: httpx.Response) -> Problem:
    assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE
    problem = Problem.model_validate_json(answer.content)
    assert problem.status == answer.status_code
    return problem


async def test_a_problem_has_title_detail_code_and_path(client: httpx.AsyncClient):
    assert problem_of(await client.get("/videos/a")) == Problem(
        title="Video not found",
        status=404,
        detail="There is no video a.",
        code="video_not_found",
        instance="/videos/a",
    )


async def test_a_problem_may_have_headers(client: httpx.AsyncClient):
    answer = await client.get("/busy")
    assert problem_of(answer).code == "busy"
    assert answer.headers["retry-after"] == "2"


async def test_an_invalid_request_names_each_field(client: httpx.AsyncClient):
    problem = problem_of(await client.get("/numbers/seven"))
    assert (problem.status, problem.code) == (422, "invalid_request")
    assert "path.number" in problem.detail
    assert "query.limit" in problem.detail


async def test_an_unknown_path_is_a_problem(client: httpx.AsyncClient):
    problem = problem_of(await client.get("/nowhere"))
    assert (problem.status, problem.code, problem.instance) == (404, "not_found", "/nowhere")


async def test_a_wrong_method_is_a_problem_that_keeps_its_headers(client: httpx.AsyncClient):
    answer = await client.post("/busy")
    assert problem_of(answer).code == "method_not_allowed"
    assert answer.headers["allow"] == "GET"


async def test_an_error_of_the_framework_keeps_its_detail_and_headers(client: httpx.AsyncClient):
    answer = await client.get("/teapot")
    assert problem_of(answer).detail == "short and stout"
    assert answer.headers["x-spout"] == "yes"


async def test_an_unexpected_error_is_logged_but_not_disclosed(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/broken")
    assert problem_of(answer).code == "internal_error"
    assert "secret" not in answer.text
    assert "GET /broken failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
