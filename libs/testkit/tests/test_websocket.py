"""The WebSocket client without a network."""

import asyncio

import pytest
from fastapi import FastAPI, WebSocket
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketDisconnect

from onwatch_testkit.websocket import ABNORMAL_CLOSURE, Closed, Refused, connect


def echo_app() -> FastAPI:
    app = FastAPI()

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        try:
            while (text := await socket.receive_text()) != '"bye"':
                await socket.send_text(text)
        except WebSocketDisconnect:
            return
        await socket.close(4000)

    @app.websocket("/frames")
    async def frames(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_bytes(await socket.receive_bytes())

    @app.websocket("/closed-door")
    async def closed_door(socket: WebSocket) -> None:
        await socket.send_denial_response(PlainTextResponse("not from there", 403))

    @app.websocket("/headers")
    async def headers(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_json({"origin": socket.headers["origin"]})

    @app.websocket("/broken")
    async def broken(socket: WebSocket) -> None:
        await socket.accept()
        raise ZeroDivisionError

    return app


async def test_json_passes_in_both_directions():
    async with connect(echo_app(), "/echo") as viewer:
        await viewer.send({"type": "hello"})
        assert await viewer.receive() == {"type": "hello"}


async def test_binary_frames_pass_in_both_directions():
    async with connect(echo_app(), "/frames") as viewer:
        await viewer.send(b"picture")
        assert await viewer.receive() == b"picture"


async def test_headers_reach_the_app():
    async with connect(echo_app(), "/headers", [("Origin", "http://page.test")]) as viewer:
        assert await viewer.receive() == {"origin": "http://page.test"}


async def test_a_close_by_the_app_has_its_code():
    async with connect(echo_app(), "/echo") as viewer:
        await viewer.send('"bye"')
        with pytest.raises(Closed) as closed:
            await viewer.receive()
    assert closed.value.code == 4000


async def test_a_refusal_has_its_status_and_text():
    with pytest.raises(Refused) as refused:
        async with connect(echo_app(), "/closed-door"):
            pytest.fail("the door is closed")
    assert (refused.value.status, refused.value.body) == (403, b"not from there")


async def test_an_error_of_the_app_ends_the_wait_and_is_raised_at_the_close():
    async def visit() -> None:
        async with connect(echo_app(), "/broken") as viewer:
            with pytest.raises(Closed) as closed:
                await viewer.receive()
            assert closed.value.code == ABNORMAL_CLOSURE

    with pytest.raises(ZeroDivisionError):
        await visit()


async def test_received_frames_are_available_without_waiting():
    async with connect(echo_app(), "/echo") as viewer:
        await viewer.send({"number": 1})
        assert await viewer.receive() == {"number": 1}
        assert viewer.received() == []


async def test_a_client_that_reads_nothing_blocks_the_app():
    sending = asyncio.Event()
    sent = asyncio.Event()

    app = FastAPI()

    @app.websocket("/slow")
    async def slow(socket: WebSocket) -> None:
        await socket.accept()
        await socket.receive_text()
        sending.set()
        await socket.send_text("1")
        sent.set()

    async with connect(app, "/slow") as viewer:
        viewer.stall()
        await viewer.send("go")
        await sending.wait()
        await asyncio.sleep(0)
        assert not sent.is_set()
        viewer.flow()
        assert await viewer.receive() == 1


async def test_closing_is_idempotent():
    async with connect(echo_app(), "/echo") as viewer:
        await viewer.close()
        await viewer.close()
