"""What the watch has to say: each alarm as a sentence with numbers, and what to try."""

from textual.strip import Strip

from engine.run.reader import Alarm
from presets.watching import Watch
from tui import details, selectors, wording
from tui.details import Section
from tui.state import State
from tui.widgets.panel import Panel
from tui.widgets.texts import Span, wrapped

SEVERITY = {"warning": ("WARNING", "warning"), "critical": ("CRITICAL", "error")}


class AlarmsPanel(Panel):
    """Standing alarms first, the worst on top; then those that cleared, newest first."""

    can_focus = True

    def concerns(self, state: State) -> tuple[object, ...]:
        """The alarms, and whether anything was measured yet."""
        return (state.alarms, selectors.has_data(state), selectors.went_back(state.marks))

    def rows(self, width: int, height: int) -> list[Strip]:
        """Return as many alarms as there is room for, and how many more there are."""
        alarms = selectors.in_order(self.state)
        if not alarms:
            return [self.line(self._none(), width=width)]
        rows: list[Strip] = []
        for place, alarm in enumerate(alarms):
            sentence, advice = self.alarm_rows(alarm, width)
            if len(rows) + len(sentence) + len(advice) > height and advice:
                # What to do is worth more than the last numbers.
                sentence = self._cut(sentence, max(1, height - len(rows) - len(advice)), width)
            rows += [*sentence, *advice]
            more = len(alarms) - place - 1
            if len(rows) >= height and (more or len(rows) > height):
                return self._with_more(rows[:height], more, width)
        return rows

    def _with_more(self, rows: list[Strip], more: int, width: int) -> list[Strip]:
        """The rows with, at the end of the last, how to read what there is no room for."""
        said = f"… {more} more: a" if more else "… all of it: a"
        said = wording.clean(said, ascii=self.terminal.ascii)
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

    def alarm_rows(self, alarm: Alarm, width: int) -> tuple[list[Strip], list[Strip]]:
        """The rows of one alarm: when, how severe and the sentence; then the advice while it stands."""
        word, colour = SEVERITY.get(alarm.severity, (alarm.severity.upper(), "error"))
        if alarm.cleared_step is not None:
            word, colour = "cleared", ""
        when = f"{wording.clock(alarm.raised_wall)} step {wording.spaced(alarm.raised_step)}  "
        head: list[Span | str] = [when, Span(word, colour, bold=True), "  "]
        indent = len(when) + len(word) + 2
        sentence = alarm.sentence
        if alarm.cleared_step is not None:
            sentence += f" · over at step {wording.spaced(alarm.cleared_step)}"
        hanging = 6
        first, *others = _flowing(sentence, width, indent, hanging)
        rows = [self.line(*head, first, width=width)]
        rows += [self.line(" " * hanging, line, width=width) for line in others]
        if alarm.cleared_step is not None or not alarm.advice:
            return rows, []
        advice = wrapped(f"try: {alarm.advice}", width - hanging)
        return rows, [self.line(" " * hanging, Span(line, "accent"), width=width) for line in advice]

    def explain(self, state: State, watch: Watch) -> list[Section]:
        """All alarms in full, with evidence and what they mean."""
        return details.alarms(state, watch)

    def _none(self) -> str:
        if not selectors.has_data(self.state):
            return "none so far"
        if gone := selectors.went_back(self.state.marks):
            return f"none since training went back to step {wording.spaced(gone[-1].step)}: a tells of before"
        watched = "losses are watched at every step"
        also = ", diversity every few seconds" if self.state.facts.kind == "gan" else ""
        return f"none so far: {watched}{also}"


def _flowing(text: str, width: int, first: int, hanging: int) -> list[str]:
    """The lines of a text whose first line begins at column ``first``, the others at ``hanging``."""
    start = wrapped(text, width - first)[0]
    rest = wording.clean(text)[len(start) :].strip()
    return [start, *(wrapped(rest, width - hanging) if rest else [])]
