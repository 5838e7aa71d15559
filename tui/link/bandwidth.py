"""How much may be sent to the terminal now: what it confirms to have shown says how fast the link is.

A link's buffers take far more than it carries in a second, so that a write that returns says nothing. What
says something is how long the terminal takes to answer a question sent behind the bytes: its shortest time
is the way there and back, the rest is a queue, in which every key's effect would wait. So the bytes on their
way are kept few enough that the queue stays short (delay-based congestion control, as TCP Vegas has it).
"""

from collections import deque

MOST_KBPS = 1_000_000
"""The largest limit that can be set, in kilobits a second."""
QUEUE_SECONDS = 0.2
"""The window, the most that may be on its way, is what fills the way and then takes so long to be shown."""
NOTICED_SECONDS = 0.05
"""A shorter queue is none: threads and processes wait for each other that long."""
FAR, NEAR = 8_192, 65_536
"""The first window to a terminal over SSH, and to one on this machine."""
SMALLEST, LARGEST = 512, 262_144
NARROW, WIDE = 2_048, 16_384
"""Windows below and above which a link counts as slow, and no more as slow."""
SURELY_SECONDS = 1.0
"""What took so long was no hiccup."""
BOLD, CAREFUL = 2.0, 1.25
"""How a window grows that was full and made no queue: until there was one for the first time, and then."""
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

    def __init__(self, now: float, *, limit: float | None = None, window: int = FAR) -> None:
        """``limit``: bytes a second that are never exceeded but for one small piece at a time."""
        self._limit = limit
        self._window = float(window)
        self._way = 0
        self._asked: float | None = None
        self._ahead = self._after = 0
        """Of the bytes on their way those before the question, and those behind it."""
        self._shortest = float("inf")
        self._filled, self._growth = False, BOLD
        self._deaf = self._answered = False
        self._calm_since, self._patience = now, PATIENCE_SECONDS
        self._slow = limit is not None and limit * QUEUE_SECONDS <= NARROW
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

    def room(self, now: float, share: float = 1.0) -> int:
        """How many bytes may be sent, of that share of the window; none if 0."""
        self._count(now)
        self._give_up(now)
        room = FAR if self._deaf else int(max(SMALLEST, self._window * share)) - self._way
        if self._limit is not None:
            room = min(room, int(self._tokens))
        return max(0, room)

    def wait(self) -> float:
        """Seconds until it is worth to ask for room again, where no answer comes first."""
        if self._limit is not None and self._tokens <= 0:
            return max(0.01, (1 - self._tokens) / self._limit)
        return DEAF_SECONDS if not self._answered else QUEUE_SECONDS

    def sent(self, size: int, now: float, *, more: bool = False) -> bool:
        """Note what was sent, and whether there was more than room for it.

        Returns whether to ask the terminal for an answer behind it.
        """
        self._count(now)
        self._filled = self._filled or more
        self._tokens -= size
        self._recent.append((now, size))
        if self._deaf:
            return False
        self._way += size
        if self._asked is not None:
            self._after += size
            return False
        self._ask(now)
        return True

    def answered(self, now: float) -> bool:
        """Note an answer: all that was sent before its question is shown. Returns whether to ask again."""
        self._deaf, self._answered = False, True
        if self._asked is None:
            return False
        took, ahead = now - self._asked, self._ahead
        self._asked = None
        self._way, self._after = self._after, 0
        self._shortest = took if self._window == SMALLEST else min(self._shortest, took)
        self._fit(ahead, took, now)
        if self._way:
            self._ask(now)
        return self.waiting

    def _ask(self, now: float) -> None:
        self._asked, self._ahead = now, self._way

    def _fit(self, ahead: int, took: float, now: float) -> None:
        """Make the window fit to what was seen: so long after the question that many bytes were shown."""
        if took - self._shortest > NOTICED_SECONDS:
            self._calm_since, self._growth = now, CAREFUL
            fitting = ahead / took * (self._shortest + QUEUE_SECONDS)
            if fitting < self._window and ahead * 4 >= self._window:  # a few bytes that are late prove little
                least = 0 if took > SURELY_SECONDS else self._window / 2
                self._window = max(SMALLEST, fitting, least)
            elif fitting > self._window and self._filled:
                self._window = min(fitting, self._window * self._growth)
        elif self._filled:
            self._window *= self._growth
        elif now - self._calm_since > self._patience:
            self._calm_since = now
            self._window *= 2
        self._window = min(LARGEST, self._window)
        self._filled = False
        self._tell_slow()

    def _tell_slow(self) -> None:
        if self._limit is not None and self._limit * QUEUE_SECONDS <= NARROW:
            return
        if not self._slow and self._window <= NARROW:
            self._slow = True
            self._patience *= 2
        elif self._window >= WIDE:
            self._slow = False

    def _give_up(self, now: float) -> None:
        """Believe in no answer any more that is far too late."""
        if self._asked is None:
            return
        late = now - self._asked
        if not self._answered and late > DEAF_SECONDS:
            self._deaf, self._asked, self._way, self._after = True, None, 0, 0
        elif late > LOST_SECONDS:
            self._asked, self._way, self._after = None, 0, 0
            self._window = max(SMALLEST, self._window / 2)

    @property
    def _burst(self) -> float:
        return float("inf") if self._limit is None else max(SMALLEST, self._limit * LIMIT_SECONDS)

    def _count(self, now: float) -> None:
        if self._limit is not None:
            self._tokens = min(self._burst, self._tokens + self._limit * (now - self._counted))
        self._counted = now
