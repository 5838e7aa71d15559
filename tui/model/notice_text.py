"""What a run says when it is not simply training: starting, ended, failed, crashed, or out of reach. Pure."""

from dataclasses import dataclass

from latentop.tui.model import derived, number_text, run_state
from latentop.tui.model.state import State

LOG_LINES = 4
PRINTED = "  "
"""Begins a line that the worker printed, which takes one row however long it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What the screen of a run knows beside its state."""

    called: str = ""
    """What a person types to name the run."""
    checkpoint: int | None = None
    """The step that a run which ended early can train on from; 0: its first."""
    printed: tuple[str, ...] = ()
    """The last lines that the worker printed; only read where it crashed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is the case, in a line of a tone; then lines with a tone each, what can be done last."""

    said: str
    tone: str
    lines: tuple[tuple[str, str], ...] = ()
    """Tone and text."""


def notice(state: State, aside: Aside) -> Notice | None:
    """What there is to say; None while it simply trains."""
    facts, called, detail = state.facts, aside.called, state.liveness.detail
    if state.trouble:
        return _notice("the run can't be read right now", "error", ("", state.trouble))
    if state.liveness.name == "starting" and derived.unread(state) and not state.liveness.watched:
        return _notice("opening the run …", "")
    if state.liveness.watched and (of_a_log := _of_a_log(state, aside)) is not None:
        return of_a_log
    match state.liveness.name:
        case "queued":
            said = f"{run_state.state(state.liveness)}: it begins by itself when its turn comes"
            at_once = f"space trains it now, as does latentop resume {called}"
            return _notice(said, "accent", ("", facts.title), ("", at_once))
        case "starting" if not derived.has_data(state):
            doing = detail or f"waiting for {facts.trainer}"
            leave = f"training needs no screen: d leaves it, latentop attach {called} comes back"
            said = f"{doing} … {state.seconds} s"
            return _notice(said, "accent", ("", facts.title), ("", leave))
        case "starting":
            return _notice(f"{detail or f'waiting for {facts.trainer}'} …", "accent")
        case "running" if state.liveness.quiet:
            ends = f"s asks it to stop; latentop stop {called} --now ends its process at once"
            return _notice(f"{detail} …", "warning", ("", ends))
        case "running" if not derived.has_data(state):
            return _notice("training · the first numbers are on their way", "success")
        case "paused" if facts.error:
            return _notice(f"waiting: {facts.error}", "error", ("", facts.hint or "it trains on by itself"))
        case "paused":
            return _notice(f"paused{_since(state)}: nothing is computed until you press space", "warning")
        case "stopping":
            return _notice(f"stopping · {detail or 'writing a checkpoint'}", "warning")
        case "finished":
            more = "" if facts.scripted else " · p trains another"
            return _notice(f"finished{_took(state)}{more} · its files: {called}", "primary")
        case "stopped" if facts.guard_ended:
            said = f"the guard stopped it{_at(state)}: {facts.guard_ended}"
            return _notice(said, "error", ("accent", _next(state, aside)))
        case "stopped" if state.liveness.removed:
            anew = "" if facts.scripted else "p trains anew"
            return _notice(f"stopped{_at(state)}: {detail}", "error", ("accent", anew))
        case "stopped":
            return _notice(f"stopped{_at(state)}", "primary", ("accent", _next(state, aside)))
        case "failed":
            said = f"failed{_at(state)}: {facts.error or 'no reason was recorded'}"
            traceback = "the traceback: t" if facts.traceback else ""
            lines = (("", facts.hint or ""), ("", traceback), ("accent", _next(state, aside)))
            return _notice(said, "error", *lines)
        case "crashed":
            printed = (("", f"{PRINTED}{line}") for line in aside.printed[-LOG_LINES:])
            said = f"crashed{_at(state)}: {detail}"
            return _notice(said, "error", *printed, ("accent", _next(state, aside)))
        case "lost" if state.liveness.elsewhere:
            look = f"look there: it may train on. If not: latentop resume {called}"
            return _notice(f"lost: {detail}", "error", ("", look))
        case "lost":
            return _notice(f"lost{_at(state)}: {detail}", "error", ("accent", _next(state, aside)))
    return None


def _of_a_log(state: State, aside: Aside) -> Notice | None:
    """What is said of a run that another program trains; None where that is what is said of any run."""
    facts, detail = state.facts, state.liveness.detail
    leave = f"it is watched without a screen, too: d leaves it, latentop attach {aside.called} comes back"
    match state.liveness.name:
        case "starting":
            lines = [] if derived.has_data(state) else [("", leave)]
            return _notice(f"opening {facts.watches} … {state.seconds} s", "accent", *lines)
        case "running" if not derived.has_data(state):
            said = detail or f"watching {facts.watches}: nothing was read from it yet"
            return _notice(said, "accent", ("", leave))
        case "running" if state.liveness.quiet:
            return _notice(f"{detail}; it is still watched", "")
        case "finished":
            return _notice(f"imported from {facts.watches} · its files: {aside.called}", "primary")
        case "stopped":
            step = derived.step(state)
            said = f"watched no more{f' since step {number_text.spaced(step)}' if step else ''}"
            if state.liveness.removed:
                return _notice(f"{said}: {detail}", "error")
            return _notice(said, "primary", ("accent", _next(state, aside)))
    return None


def _since(state: State) -> str:
    """Since when it pauses, where that was recorded."""
    halts = [mark for mark in state.marks if mark.kind in derived.HALTS]
    paused = bool(halts) and halts[-1].kind == "pause" and halts[-1].wall > 0
    return f" since {number_text.clock(halts[-1].wall)}" if paused else ""


def _notice(said: str, tone: str, *lines: tuple[str, str]) -> Notice:
    return Notice(said=said, tone=tone, lines=tuple(line for line in lines if line[1]))


def _next(state: State, aside: Aside) -> str:
    """What can be done about a run that ended early."""
    if state.facts.watches:
        return f"space watches it again, as does latentop resume {aside.called}"
    scripted = state.facts.scripted
    if aside.checkpoint is None:
        anew = "start the script again" if scripted else "p trains anew"
        return f"it left no checkpoint to train on from: {anew}"
    if not aside.checkpoint:
        does = "starts its script again" if scripted else "trains it from its first step"
    else:
        step = number_text.spaced(aside.checkpoint)
        does = f"starts its script again, from step {step}" if scripted else f"trains on from step {step}"
    return f"space {does}, as does latentop resume {aside.called}"


def _at(state: State) -> str:
    step = derived.step(state)
    return f" at step {number_text.spaced(step)}" if step else ""


def _took(state: State) -> str:
    elapsed = state.facts.elapsed
    return f" after {number_text.duration(elapsed)}" if elapsed else ""
