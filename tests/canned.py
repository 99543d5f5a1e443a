"""What Stripe says no to, whatever it is asked."""

import http.server
import json
import threading


class Canned:
    """An API that answers each request with the next of ``answers``: (status, code) pairs."""

    def __init__(self, answers):
        self.keys = []
        canned = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                canned.keys.append(self.headers["Idempotency-Key"])
                self.rfile.read(int(self.headers["Content-Length"]))
                status, code = answers.pop(0)
                body = json.dumps({"error": {"code": code, "message": "No.", "type": "x"}}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Silent."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def __enter__(self):
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *args):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
