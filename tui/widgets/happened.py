"""What happened: alarms that stand as sentences with what to try, then edits, good states, resumptions."""

import re

from textual.reactive import reactive
from textual.strip import Strip

from latentop.engine.run.store.reader import Alarm
from latentop.presets.watch import Watch
from latentop.tui.link.terminal import Terminal
from latentop.tui.model import alarm_text, derived, details, number_text, plain_text, run_state
from latentop.tui.model.details import Section
from latentop.tui.model.moment import VERDICT, Happening, happenings
from latentop.tui.model.notice_text import PRINTED, Aside, notice
from latentop.tui.model.state import State
from latentop.tui.widgets.notice import notice_rows
from latentop.tui.widgets.panel import Panel
from latentop.tui.widgets.texts import Span, wrapped

SIGNS = {
    "critical": ("✖", "error"),
    "warning": ("▲", "warning"),
    "trouble": ("▲", "warning"),
    "cleared": ("✔", "success"),
    "good": ("◆", "success"),
    "checkpoint": ("◆", "accent"),
    "edit": ("✎", "accent"),
    "fork": ("✎", "accent"),
    "rollback": ("↩", "accent"),
    "resume": ("▶", ""),
    "pause": ("‖", ""),
    "stop": ("■", ""),
}
"""Of each kind of happening its sign and its colour."""
BRACKETS = re.compile(r" \([^()]*\)")
"""Numbers beside the point: the gauge has the threshold, and ``a`` all of them."""
HANGING = 6
"""Cells before all rows of an alarm but the first."""


class HappenedPanel(Panel):
    """How the run ended, if it did; standing alarms, the worst on top; then all else, newest first."""

    can_focus = True

    aside: reactive[Aside] = reactive(Aside, repaint=False)

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal, id="happened", classes="panel")
        self.border_title = "what happened · [ ] steps through it, a explains alarms"

    def watch_aside(self) -> None:
        """Say what came to be known."""
        if self.is_mounted:
            self.redraw()

    def concerns(self, state: State) -> tuple[object, ...]:
        """Alarms, marks and good states, how the run is, and whether anything was measured yet."""
        facts = state.facts
        seen = (derived.has_data(state), _has_losses(state), facts.metered, facts.unmeasured_hint)
        return (state.alarms, state.marks, facts.snapshots, state.liveness, state.trouble, *seen)

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return as much of it as there is room for, and how many alarms more there are."""
        rows = self._ended(width, height)
        standing = derived.standing(self.state)
        for place, alarm in enumerate(standing):
            said = alarm_text.sentence(alarm)
            sentence, advice = self._alarm(alarm, said, width)
            if len(rows) + len(sentence) + len(advice) > height and advice:
                # What to do is worth more than the last numbers, and these more than those in brackets.
                sentence, _ = self._alarm(alarm, BRACKETS.sub("", said), width)
                sentence = self._cut(sentence, max(1, height - len(rows) - len(advice)), width)
            rows += [*sentence, *advice]
            more = len(standing) - place - 1
            if len(rows) >= height and (more or len(rows) > height):
                return self._with_more(rows[:height], more, width)
        rows += [self._event(one, width) for one in _told(self.state)[: max(0, height - len(rows))]]
        return rows or [self.line(one, width=width) for one in wrapped(self._none(), width)][:height]

    def explain(self, state: State, watch: Watch) -> list[Section]:
        """All alarms in full, with evidence and what they mean."""
        return details.alarms(state, watch)

    def _ended(self, width: int, height: int) -> list[Strip]:
        """What a run that ended badly said last, and what can be done; the rest of the row of the verdict."""
        told = notice(self.state, self.aside)
        if told is None or not derived.has_data(self.state) or self.state.trouble:
            return []
        brief = sum(len(notice_rows(text, width)) for _, text in told.lines) > height >= len(told.lines)
        printed, others = (
            [
                self.line(Span(row, tone, bold=tone != ""), width=width)
                for tone, text in told.lines
                if text.startswith(PRINTED) == by_the_worker
                for row in ([plain_text.abridged(text, width)] if brief else notice_rows(text, width))
            ]
            for by_the_worker in (True, False)
        )
        return [*printed[-max(1, height - len(others)) :], *others][:height]

    def _event(self, one: Happening, width: int) -> Strip:
        """A row of one happening: when, at which step, what."""
        sign, tone = SIGNS.get(one.kind, ("·", ""))
        wall = one.wall if one.wall is not None else derived.wall_at(self.state, one.step)
        said = one.sentence or one.text
        loud = one.kind in ("critical", "warning")
        return self.line(self._when(wall, one.step), Span(sign, tone, bold=loud), f" {said}", width=width)

    def _when(self, wall: float | None, step: int) -> str:
        """Time of day and step, as wide in every row."""
        longest = len(number_text.spaced(max(derived.step(self.state), self.state.facts.steps)))
        clock = " " * 5 if wall is None else number_text.clock(wall)
        return f"{clock}  {number_text.spaced(step):>{longest}}  "

    def _with_more(self, rows: list[Strip], more: int, width: int) -> list[Strip]:
        """The rows with, at the end of the last, how to read what there is no room for."""
        said = f"… a tells {more} more" if more else "… a tells all"
        last = rows[-1].adjust_cell_length(max(0, width - len(said) - 1))
        return [*rows[:-1], Strip.join([last, self.line(" ", Span(said, "accent"))])]

    def _cut(self, sentence: list[Strip], height: int, width: int) -> list[Strip]:
        """As many rows of a sentence as there is room for; one that goes on says so."""
        if len(sentence) <= height:
            return sentence
        last = sentence[height - 1]
        more = self.line(" …")
        last = last.crop(0, min(last.cell_length, width - more.cell_length))
        return [*sentence[: height - 1], Strip.join([last, more])]

    def _alarm(self, alarm: Alarm, said: str, width: int) -> tuple[list[Strip], list[Strip]]:
        """The rows of an alarm that stands: when, how severe and the sentence; then the advice."""
        word, colour = alarm_text.title(alarm), run_state.tone(alarm.severity)
        sign = SIGNS[alarm.severity][0]
        wall = derived.wall_at(self.state, alarm.began) if alarm.began < alarm.raised_step else None
        wall = alarm.raised_wall if wall is None else wall
        when = self._when(wall, alarm.began)
        head: list[Span | str] = [when, Span(f"{sign} {word}", colour, bold=True), "  "]
        first, *others = _flowing(said, width, len(when) + len(word) + 4, HANGING)
        rows = [self.line(*head, first, width=width)]
        rows += [self.line(" " * HANGING, line, width=width) for line in others]
        advice = wrapped(f"try: {alarm.advice}", width - HANGING) if alarm.advice else []
        return rows, [self.line(" " * HANGING, Span(line, "accent"), width=width) for line in advice]

    def _none(self) -> str:
        """That nothing happened, and what is watched."""
        if not derived.has_data(self.state):
            return "nothing so far"
        facts = self.state.facts
        often = "as they are logged" if facts.watches else "at every step"
        watched = f"{'losses' if _has_losses(self.state) else 'values'} are watched {often}"
        if facts.kind != "gan":
            return f"nothing so far: {watched}"
        if not facts.metered:
            said = "nothing so far, but only losses are watched: a collapse would go unseen"
            hinted = facts.scripted and facts.unmeasured_hint  # else its own panel has it
            return f"{said} · try: {facts.unmeasured_hint}" if hinted else said
        checked = "in every sheet" if facts.watches else "every few seconds"
        return f"nothing so far: {watched}, diversity {checked}"


def _told(state: State) -> list[Happening]:
    """What happened, newest first, less the alarms that stand and verdicts that an alarm tells of already.

    Of good states that were kept one after another, the newest.
    """
    standing = {(alarm.began, alarm_text.in_full(alarm)) for alarm in derived.standing(state)}
    told: list[Happening] = []
    for one in reversed(happenings(state)):
        again = one.kind == "good" and told and told[-1].kind == "good"
        if one.kind != VERDICT and (one.step, one.sentence) not in standing and not again:
            told.append(one)
    return told


def _has_losses(state: State) -> bool:
    return any(name.startswith("loss/") for name in state.series)


def _flowing(text: str, width: int, first: int, hanging: int) -> list[str]:
    """The lines of a text whose first line begins at column ``first``, the others at ``hanging``."""
    start = wrapped(text, width - first)[0]
    rest = plain_text.clean(text)[len(start) :].strip()
    return [start, *(wrapped(rest, width - hanging) if rest else [])]
