"""Settings of a training whose loop is a script of somebody's own: its numbers, its watch, what it keeps.

A script has no preset. Its settings are a mapping by dotted key: ``{"generator.lr": 0.0002, "r1": 10.0,
"watch.guard": "warn"}``. The ``bounds`` of its own numbers are ``(minimum, maximum)``; None sets no bound.
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

import msgspec

from latentop.presets import explain, fields, live
from latentop.presets.fields import Field
from latentop.presets.preset_error import PresetError
from latentop.presets.records import Record
from latentop.presets.schema import Keep
from latentop.presets.watch import Watch

Bounds = Mapping[str, tuple[float | None, float | None]]


class Watching(Record, frozen=True, kw_only=True):
    """How a script's training is watched, and what its run keeps."""

    watch: Watch = Watch()
    keep: Keep = Keep()


def settings(numbers: Mapping[str, object], watching: Watching) -> dict[str, object]:
    """All settings that can be changed while it trains: the script's numbers first."""
    return {**numbers, **{one.key: one.value for one in _fields(msgspec.to_builtins(watching))}}


def watching(settings: Mapping[str, object]) -> Watching:
    """How it is watched by these settings. Raises PresetError where one of them is not accepted."""
    document = _tables(settings)
    try:
        return msgspec.convert(document, Watching)
    except msgspec.ValidationError as error:
        key, problem, accepted = explain.explain(str(error), document, Watching)
        raise PresetError(f"{key}: {problem}", accepted, key=key) from error


def changed(
    settings: Mapping[str, object], bounds: Bounds, values: Mapping[str, object]
) -> dict[str, object]:
    """The settings with other values. Raises PresetError for an unknown key or a value not accepted."""
    now = dict(settings)
    for key, value in values.items():
        if key not in settings:
            known = ", ".join([*bounds, "watch.…", "keep.…"])
            raise PresetError(f"{key}: no such setting", f"this run has: {known}", key=key)
        now[key] = _number(key, value, settings[key], bounds[key]) if key in bounds else value
    watching(now)
    return now


def fields_of(settings: Mapping[str, object], bounds: Bounds) -> tuple[Field, ...]:
    """Every setting as a field, those with values not accepted yet among them: the script's numbers first."""
    return (
        *(_own(key, settings[key], bounds[key]) for key in settings if key in bounds),
        *_fields(_tables(settings)),
    )


def _fields(document: Mapping[str, Any]) -> Iterator[Field]:
    """What can be changed of how it is watched, and of what is kept."""
    for field in fields.of_record(Watching, document):
        if not live.rule(field.key).why:
            yield field


def _tables(settings: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """The document of ``Watching``, defaults too, that the settings stand for."""
    document: dict[str, dict[str, object]] = msgspec.to_builtins(Watching())
    for key, value in settings.items():
        table, _, leaf = key.partition(".")
        if table in document:
            document[table][leaf] = value
    return document


def _own(key: str, value: object, bounds: tuple[float | None, float | None]) -> Field:
    rate = key.endswith(".lr")
    problem = ""
    try:
        _number(key, value, value, bounds)
    except PresetError as error:
        problem = f"{error.message.removeprefix(f'{key}: ')}; {error.hint}"
    return Field(
        key=key,
        value=value,
        default=None,
        meaning="Learning rate." if rate else "A number of the script's own.",
        accepted=_accepted(value, bounds),
        problem=problem,
        alternatives=fields.alternatives(bool) if isinstance(value, bool) else (),
        own=True,
    )


def _number(key: str, value: object, before: object, bounds: tuple[float | None, float | None]) -> object:
    """The value, of the type that it had. Raises PresetError where it is not accepted."""
    least, most = bounds
    accepted = _accepted(before, bounds)
    fits = isinstance(value, bool) == isinstance(before, bool) and isinstance(value, int | float)
    if fits and isinstance(before, int) and not isinstance(value, int):
        fits = False
    if fits and not isinstance(value, bool):
        assert isinstance(value, int | float)
        fits = isfinite(value) and (least is None or value >= least) and (most is None or value <= most)
    if not fits:
        raise PresetError(f"{key}: {value!r} is not accepted", f"accepted: {accepted}", key=key)
    return float(value) if isinstance(before, float) and isinstance(value, int) else value


def _accepted(value: object, bounds: tuple[float | None, float | None]) -> str:
    if isinstance(value, bool):
        return "true or false"
    kind = "a whole number" if isinstance(value, int) else "a number"
    said = [
        f"{word} {bound:g}"
        for word, bound in zip(("from", "up to"), bounds, strict=True)
        if bound is not None
    ]
    return " ".join([kind, *said])
