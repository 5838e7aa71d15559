"""How much may be sent to the terminal now: what it confirms to have shown says how fast the link is.

A link's buffers take far more than it carries in a second, so that a write that returns says nothing. What
says something is how long the terminal takes to answer a question sent behind the bytes: its shortest time
is the way there and back, the rest is a queue, in which every key's effect would wait. So the bytes on their
way are kept few enough that the queue stays short (delay-based congestion control, as TCP Vegas has it).
"""

from collections import deque

QUEUE_SECONDS = 0.2
"""A longer queue halves the window: the bytes that may be on their way."""
WINDOW = 8_192
SMALLEST, LARGEST = 512, 262_144
NARROW, WIDE = 4_096, 16_384
"""Windows below and above which a link counts as slow, and no more as slow."""
PATIENCE_SECONDS = 10.0
"""So long without a queue a slow link is given a larger window; after each disappointment twice as long."""
DEAF_SECONDS = 1.0
"""A terminal that never answered anything for so long is not asked again."""
LOST_SECONDS = 5.0
"""An answer that is later never comes."""
LIMIT_SECONDS = 0.25
"""With a limit, as much may go at once as it allows in this time."""
RATE_SECONDS = 3.0


class Link:
    """Told of every byte sent and of every answer, with the time in seconds; keeps no clock of its own."""

    def __init__(self, now: float, *, limit: float | None = None) -> None:
        """``limit``: bytes a second that are never exceeded but for one small piece at a time."""
        self._limit = limit
        self._window = float(WINDOW)
        self._way = 0
        self._asked: float | None = None
        self._after = 0
        """Of the bytes on their way those behind the question."""
        self._shortest = float("inf")
        self._filled = False
        self._deaf = self._answered = False
        self._calm_since, self._patience = now, PATIENCE_SECONDS
        self._slow = limit is not None and limit * QUEUE_SECONDS < NARROW
        self._tokens, self._counted = self._burst, now
        self._recent: deque[tuple[float, int]] = deque()

    @property
    def slow(self) -> bool:
        """Whether pictures in colour are too much for it."""
        return self._slow

    @property
    def waiting(self) -> bool:
        """Whether an answer is on its way."""
        return self._asked is not None

    def rate(self, now: float) -> float:
        """Bytes a second that were sent of late."""
        while self._recent and self._recent[0][0] < now - RATE_SECONDS:
            self._recent.popleft()
        return sum(size for _, size in self._recent) / RATE_SECONDS

    def room(self, now: float) -> int:
        """How many bytes may be sent; none if 0."""
        self._count(now)
        self._give_up(now)
        room = WINDOW if self._deaf else int(self._window) - self._way
        if self._limit is not None:
            room = min(room, int(self._tokens))
        self._filled = self._filled or room <= 0
        return max(0, room)

    def wait(self) -> float:
        """Seconds until it is worth to ask for room again, where no answer comes first."""
        if self._limit is not None and self._tokens <= 0:
            return max(0.01, (1 - self._tokens) / self._limit)
        return DEAF_SECONDS if not self._answered else QUEUE_SECONDS

    def sent(self, size: int, now: float) -> bool:
        """Note what was sent; returns whether to ask the terminal for an answer behind it."""
        self._count(now)
        self._tokens -= size
        self._recent.append((now, size))
        if self._deaf:
            return False
        self._way += size
        if self._asked is not None:
            self._after += size
            return False
        self._asked, self._after = now, 0
        return True

    def answered(self, now: float) -> bool:
        """Note an answer: all that was sent before its question is shown. Returns whether to ask again."""
        self._deaf, self._answered = False, True
        if self._asked is None:
            return False
        took = now - self._asked
        self._asked, self._way = (now if self._after else None), self._after
        self._after = 0
        self._shortest = took if self._window == SMALLEST else min(self._shortest, took)
        if took - self._shortest > QUEUE_SECONDS:
            self._narrow(now)
        elif self._filled:
            self._window = min(LARGEST, self._window * 2)
        elif now - self._calm_since > self._patience:
            self._window, self._calm_since = min(LARGEST, self._window * 2), now
        self._filled = False
        if self._limit is None and self._window >= WIDE:
            self._slow = False
        return self._asked is not None

    def _narrow(self, now: float) -> None:
        self._window = max(SMALLEST, self._window / 2)
        self._calm_since = now
        if not self._slow and self._window <= NARROW:
            self._slow = True
            self._patience *= 2

    def _give_up(self, now: float) -> None:
        """Believe in no answer any more that is far too late."""
        if self._asked is None:
            return
        late = now - self._asked
        if not self._answered and late > DEAF_SECONDS:
            self._deaf, self._asked, self._way, self._after = True, None, 0, 0
        elif late > LOST_SECONDS:
            self._asked, self._way, self._after = None, 0, 0
            self._narrow(now)

    @property
    def _burst(self) -> float:
        return float("inf") if self._limit is None else max(SMALLEST, self._limit * LIMIT_SECONDS)

    def _count(self, now: float) -> None:
        if self._limit is not None:
            self._tokens = min(self._burst, self._tokens + self._limit * (now - self._counted))
        self._counted = now
