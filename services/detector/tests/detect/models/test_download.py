import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from threading import Thread

import httpx
import pytest

from onwatch_detector.detect.models.download import YOLOX_TINY, DownloadFailed, ModelDownload, ModelSource

WEIGHTS = bytes(range(256)) * 400


def source(url="http://models.test/tiny.onnx", content=WEIGHTS):
    return ModelSource("tiny.onnx", url, hashlib.sha256(content).hexdigest(), len(content), "Apache-2.0")


def download(answer, **given):
    return ModelDownload(source(), transport=httpx.MockTransport(answer), **given)


def whole(request):
    return httpx.Response(200, content=WEIGHTS)


def in_pieces(content, size=1000):
    return (content[start : start + size] for start in range(0, len(content), size))


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


class CutShort(BaseHTTPRequestHandler):
    """Announces the whole file, sends half of it and closes the connection; `/moved.onnx` redirects to it."""

    def do_GET(self):
        if self.path == "/moved.onnx":
            self.send_response(302)
            self.send_header("Location", "/tiny.onnx")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(WEIGHTS)))
        self.end_headers()
        self.wfile.write(WEIGHTS[: len(WEIGHTS) // 2])

    def log_message(self, *arguments):
        pass


@pytest.fixture
def cutting_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), CutShort) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(60)
        assert not thread.is_alive()


def test_the_whole_file_is_written_to_the_folder_with_progress(tmp_path):
    reported = []
    path = download(lambda _: httpx.Response(200, content=in_pieces(WEIGHTS))).fetch(
        tmp_path / "models", lambda done, total: reported.append((done, total))
    )
    assert path == tmp_path / "models" / "tiny.onnx"
    assert path.read_bytes() == WEIGHTS
    assert left_in(path.parent) == ["tiny.onnx"]
    assert reported[-1] == (len(WEIGHTS), len(WEIGHTS))
    assert reported == sorted(reported)
    assert len(reported) > 10


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda _: httpx.Response(200, content=WEIGHTS[::-1]), "its SHA-256 is .*, expected"),
        (lambda _: httpx.Response(200, content=WEIGHTS[:-1]), "its SHA-256 is .*, expected"),
        (lambda _: httpx.Response(200, content=WEIGHTS + b"more"), "longer than the expected 102400 bytes"),
        (lambda _: httpx.Response(404), "404 Not Found"),
    ],
)
def test_a_wrong_file_is_refused_and_nothing_of_it_is_left(tmp_path, answer, reason):
    with pytest.raises(DownloadFailed, match=rf"http://models\.test/tiny\.onnx: .*{reason}"):
        download(answer).fetch(tmp_path)
    assert left_in(tmp_path) == []


def test_a_broken_connection_leaves_no_file(tmp_path, cutting_server):
    with pytest.raises(DownloadFailed, match=r"moved\.onnx: .*received 51200 bytes, expected 102400"):
        ModelDownload(source(f"{cutting_server}/moved.onnx")).fetch(tmp_path)
    assert left_in(tmp_path) == []


def test_an_unreachable_server_fails_at_once(tmp_path):
    with closing(socket()) as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: no other program can use the port
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/tiny.onnx"
        with pytest.raises(DownloadFailed, match="Connection refused"):
            ModelDownload(source(url)).fetch(tmp_path)
    assert left_in(tmp_path) == []


def test_a_download_that_takes_too_long_is_stopped(tmp_path):
    seconds = iter(range(1000))
    slow = download(
        lambda _: httpx.Response(200, content=in_pieces(WEIGHTS)), time_limit_s=30, monotonic=lambda: next(seconds)
    )
    with pytest.raises(DownloadFailed, match=r"not done within 30 s \(31000 bytes\)"):
        slow.fetch(tmp_path)
    assert left_in(tmp_path) == []


def test_a_folder_that_cannot_be_created_is_a_failure(tmp_path):
    (tmp_path / "models").write_text("a file")
    with pytest.raises(DownloadFailed, match="File exists"):
        download(whole).fetch(tmp_path / "models")


def test_a_failed_download_is_not_retried(tmp_path):
    requests = []

    def answer(request):
        requests.append(request)
        return httpx.Response(503)

    once = download(answer)
    for reason in ("503", "not retried: .*503"):
        with pytest.raises(DownloadFailed, match=reason):
            once.fetch(tmp_path)
    assert len(requests) == 1


def test_files_of_killed_downloads_are_removed_and_those_in_progress_are_not(tmp_path):
    abandoned, alive = tmp_path / "tiny.onnx.1.part", tmp_path / "tiny.onnx.2.part"
    for path in (abandoned, alive):
        path.write_bytes(b"some")
    os.utime(abandoned, (0, 0))
    download(whole).fetch(tmp_path)
    assert left_in(tmp_path) == ["tiny.onnx", "tiny.onnx.2.part"]


def test_the_default_is_permissively_licensed_and_comes_from_its_authors():
    assert YOLOX_TINY.licence == "Apache-2.0"
    assert YOLOX_TINY.url.startswith("https://github.com/Megvii-BaseDetection/YOLOX/releases/")
