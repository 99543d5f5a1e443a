"""A mail server on loopback that does as it is told: takes letters, refuses, falls silent."""

import email
import email.policy
import socketserver
import threading


class Session(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to hand over one letter."""

    def handle(self):
        self.say("220 test")
        while line := self.rfile.readline():
            verb = line.decode().strip().upper()
            if verb == "DATA":
                self.take()
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say(self.server.reply_to(verb))

    def take(self):
        self.say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        if self.server.data_reply.startswith("2"):
            self.server.letters.append(letter)
        if self.server.at_data is not None:
            self.server.at_data.set()
            self.server.go_on.wait(self.server.patience)
        self.say(self.server.data_reply)

    def say(self, reply):
        try:
            self.wfile.write(f"{reply}\r\n".encode())
        except OSError:
            # The client was killed, or has given up waiting.
            self.server.lost += 1


class MailServer(socketserver.ThreadingTCPServer):
    """``asked`` has the client's lines in capitals.

    ``rcpt_reply`` and ``data_reply`` are whole replies. With an event as ``at_data`` the answer
    to a letter that was taken is held back until ``go_on``, for ``patience`` seconds."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.letters = []
        self.asked = []
        self.rcpt_reply = "250 ok"
        self.data_reply = "250 taken"
        self.at_data = None
        self.patience = 20
        self.go_on = threading.Event()
        self.lost = 0

    @property
    def port(self):
        return self.server_address[1]

    def reply_to(self, verb):
        self.asked.append(verb)
        return self.rcpt_reply if verb.startswith("RCPT") else "250 ok"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return super().__enter__()

    def __exit__(self, *args):
        self.go_on.set()
        self.shutdown()
        super().__exit__(*args)
