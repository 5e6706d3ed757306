"""A web page on this machine, for what reads addresses."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SENTENCE = "The ferry to the island leaves at noon, the harbour master said on Monday."
PAGE = f"""<html><head><title>Ferry</title></head><body><article><h1>Ferry</h1>
<p>{SENTENCE}</p><p>It carries two hundred passengers and a library about the sea.</p>
</article></body></html>"""


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    """Serve `PAGE` and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/ferry"
        server.shutdown()
        thread.join()
