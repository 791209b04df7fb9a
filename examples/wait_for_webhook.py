"""Waits until the results of a video are there, without asking again and again.   usage: wait_for_webhook.py ADDRESS

ADDRESS is where Onwatch reaches this program, like http://10.0.0.7:9000/; ONWATCH_CATALOG_WEBHOOK_TARGETS allows it.
ONWATCH_URL and ONWATCH_TOKEN name the system and a token with the role administrator.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook, WebhookVerificationError


def receive_one(port: int, secret: str) -> dict:
    """The first event that Onwatch has signed."""
    received: list[dict] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            try:
                received.append(Webhook(secret).verify(body, dict(self.headers)))
            except WebhookVerificationError:
                self.send_error(400)
            else:
                self.send_response(204)
                self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("", port), Receiver) as server:
        print("waiting", flush=True)
        while not received:
            server.handle_request()
    return received[0]


def main(address: str) -> None:
    headers = {"Authorization": f"Bearer {os.environ['ONWATCH_TOKEN']}"}
    with httpx.Client(base_url=os.environ["ONWATCH_URL"], headers=headers) as onwatch:
        new = {"url": address, "events": ["video.persisted"]}
        added = onwatch.post("/api/webhooks", json=new).raise_for_status().json()
        try:
            event = receive_one(urlsplit(address).port or 80, added["secret"])
        finally:
            onwatch.delete(f"/api/webhooks/{added['webhook']['id']}")
    print(f"{event['data']['name']}: {event['data']['totals']['total_vehicles_count']} vehicles")


if __name__ == "__main__":
    main(sys.argv[1])
