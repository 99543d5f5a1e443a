"""While Stripe does not answer, not everybody waits for it.

Each customer who presses Pay would hold a thread of the web server for as long as we are patient,
until none is left for those who only want to read. After some calls in a row without an answer the
next ones are refused at once, and now and then one is let through to see whether it is back. Each
process finds out for itself: nothing has to be shared, and nothing else can be away.
"""

import threading
import time

#: Calls in a row without an answer.
MOST = 3
#: Seconds until the next one is let through.
PAUSE = 20


class Breaker:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.close()

    def close(self) -> None:
        """It answered."""
        self._failures = 0
        self._again_at = time.monotonic()

    def fail(self) -> None:
        with self._lock:
            self._failures += 1
            self._again_at = time.monotonic() + PAUSE

    def lets_through(self) -> bool:
        """Whether to ask now. While it is away one caller in each pause hears yes."""
        with self._lock:
            if self._failures < MOST:
                return True
            if time.monotonic() < self._again_at:
                return False
            self._again_at = time.monotonic() + PAUSE
            return True


breaker = Breaker()
