"""nginx in one process, which stores what is uploaded by PUT, and at another port passes it on to the first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onwatch_testkit.servers import HOST, Server, free_port
from onwatch_testkit.servers.ports import first_response
from onwatch_testkit.servers.programs import first_program

CONFIGURATION = """
daemon off; master_process off; pid nginx.pid; error_log stderr;
events {{}}
http {{
  access_log off; client_max_body_size 0; client_body_temp_path bodies;
  server {{ listen {host}:{port}; location / {{ root files; dav_methods PUT; }} }}
  server {{
    listen {host}:{passing_port};
    location / {{ proxy_pass http://{host}:{port}; proxy_http_version 1.1; proxy_request_buffering off; }}
  }}
}}
"""


class Nginx(Server):
    name = "nginx"
    debian_package = "nginx-light"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.passing_port = free_port()

    @classmethod
    def program(cls) -> Path | None:
        debian = Path("/usr/sbin/nginx")  # not in everybody's PATH
        return debian if debian.exists() else first_program("nginx")

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def _prepare(self) -> None:
        for name in ("files", "bodies"):
            (self.folder / name).mkdir()
        text = CONFIGURATION.format(host=HOST, port=self.port, passing_port=self.passing_port)
        (self.folder / "nginx.conf").write_text(text)

    def _command(self) -> Sequence[str | Path]:
        return [self.installed(), "-p", self.folder, "-c", "nginx.conf", "-e", "stderr"]

    def _is_ready(self, pid: int) -> bool:
        return b"Server: nginx" in first_response(self.port, b"HEAD / HTTP/1.0\r\n\r\n")
