"""A line of text, looked at once with care: which of its numbers is what.

Lines of a log differ in their digits alone, so a thousand lines are read as the first of them was.
"""

import re
from dataclasses import dataclass, replace

from latentop.engine.external import series_names
from latentop.engine.external.logs import counters
from latentop.engine.external.logs.formats.bare_pairs import is_of_pairs
from latentop.engine.external.logs.formats.decimal_commas import dotted, has_decimal_commas

_RUN = re.compile(r"[0-9.+-]+")
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)?"
    r"|(?<![\w.])[0-9]+:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?(?![\w])"
    r"|(?<![\w./])[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}(?![\w/])"
)
_GLUED = "|".join(rf"(?<=\b{word})" for word in ("epoch", "step", "iter", "itr", "iteration", "batch"))
"""Behind these words a number counts without a blank: ``iteration100``."""
_NUMBER = re.compile(
    rf"(?:{_GLUED})[0-9]+(?![\w.])|"
    r"(?<![\w.])(?:(?P<thousands>[0-9]{1,3}(?:,[0-9]{3})+(?!,?[0-9]))|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE](?P<power>[-+]?[0-9]+))?"
    r"|(?P<word>[-+]?(?:nan|inf|infinity)))(?![\w]|\.[0-9])",
    re.IGNORECASE,
)
_WRAPPED = re.compile(r"(?:tensor|array|np\.float[0-9]+)\($|[\[(]$")
_WORD = r"[^\W\d][\w./+*-]*"
_PHRASE = re.compile(rf"(?:{_WORD} ){{0,4}}{_WORD}$")
_QUOTED = re.compile(r"(['\"])([^'\"]{1,200})\1$")
_BANNER = re.compile(r"\W*={4,}.*[^\W\d].*={4,}\W*")
_LEADS = re.compile(r"\W*")
_CLOSES = re.compile(r"\]\W*")
_HELD_OUT = re.compile(r"(?<![\w./=-])(?:val|valid|validation|eval|evaluation)(?![\w./=-])", re.IGNORECASE)
VALID = "valid"
_FILE = re.compile(r"\.(?:py|cc|cpp|cu|h|sh)$")
_FILLERS = frozenset({"the", "a", "is", "was", "of", "at", "and", "current", "info", "debug", "with"})
_TALKED_OF = series_names.LOSS | frozenset(
    {"fid", "kid", "lr", "acc", "accuracy", "kl", "kld", "score", "psnr"}
    | {"ssim", "recon", "reconstruction", "elbo", "mse", "bce", "nll", "precision", "recall", "penalty"}
)
"""What a name says that stands before a number with a blank alone; in prose anything else there is none."""
MOST_FIELDS = 500
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Field:
    """A number of a line: the value of a name, or how far a counter counts.

    ``value`` is what it is in the line that was looked at. ``run`` is its place among the runs of digits,
    dots and signs, -1 where it has none because it is NaN or infinite; ``power`` says that the run behind it
    is its power of ten.
    """

    name: str
    value: float
    run: int
    scale: float = 1.0
    power: bool = False
    total: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is a counter."""
        return counters.is_counter(self.name)


@dataclass(frozen=True, slots=True)
class Shape:
    """What lines of this shape hold, in which ``commas`` are decimal ones.

    ``runs`` is how many runs they have, ``fixed`` those that belong to names, which must be as they are;
    ``bulk`` says that lines can be read by their runs, ``awkward`` that some of these are no plain numbers;
    ``banner`` that the log begins anew here; ``row`` that it holds values of a training, and is no talk.
    """

    fields: tuple[Field, ...]
    runs: int
    fixed: tuple[tuple[int, str], ...]
    bulk: bool
    awkward: bool
    commas: bool
    banner: bool
    row: bool


@dataclass(slots=True)
class _Number:
    """A number where it was found, with what stands before it."""

    start: int
    end: int
    match: re.Match[str]
    name: str = ""
    total_of: "_Number | None" = None
    place: tuple[int, int] = (0, 0)
    """Where its name stands."""


def shape_of(line: str, *, commas: bool = False) -> Shape:
    """Look at a line; ``commas`` says that others of its log have decimal ones."""
    if commas := has_decimal_commas(line, known=commas):
        line = dotted(line)
    times = [match.span() for match in _TIME.finditer(line)]
    numbers = [
        _Number(match.start(), match.end(), match)
        for match in _NUMBER.finditer(line)
        if not any(begin < match.end() and match.start() < end for begin, end in times)
    ][:MOST_FIELDS]
    # Names never reach over a number: those are blotted out for whoever looks back.
    blotted = _NUMBER.sub(lambda match: "\0" * len(match[0]), line)
    bare_pairs = is_of_pairs(line)
    for before, one in zip([None, *numbers], numbers, strict=False):
        _look(line, blotted, one, before, sure=bare_pairs)
    _name_the_nameless(line, numbers)
    _name_both(numbers)
    _name_held_out(line, numbers)
    runs = [match.span() for match in _RUN.finditer(line)]
    places = {begin: place for place, (begin, _) in enumerate(runs)}
    fields, bulk, seen = [], True, set[str]()
    for one in numbers:
        of = one.total_of or one
        counts = counters.is_counter(of.name)
        if not of.name or ((one.total_of is not None or one.match["thousands"]) and not counts):
            continue
        field = _field(line, one, of.name, places, runs)
        bulk = bulk and field.run >= -1
        if not field.total:
            while field.name in seen:
                field = replace(field, name=f"{field.name} again")
            seen.add(field.name)
        fields.append(field)
    named = [one.place for one in numbers if one.name]
    fixed = tuple(
        (place, line[begin:end])
        for place, (begin, end) in enumerate(runs)
        if any(first <= begin and end <= last for first, last in named)
    )
    row = _is_row(fields)
    if not row and all(one.name.endswith("s") for one in numbers if one.name):
        fields = []  # "iterations: 20000" says how many there will be
    return Shape(
        fields=tuple(fields),
        runs=len(runs),
        fixed=fixed,
        bulk=bulk,
        awkward=any(_PLAIN.fullmatch(line[begin:end]) is None for begin, end in runs),
        commas=commas,
        banner=not fields and _BANNER.fullmatch(line) is not None,
        row=row,
    )


def _is_row(fields: list[Field]) -> bool:
    """A row has values; without a counter among them, it has one that training is about."""
    values = [field.name for field in fields if not field.counts]
    if len(values) < len(fields):
        return bool(values)
    return any(
        series_names.words(name) & (_TALKED_OF - {"lr"}) or _is_role(name) or series_names.known(name)
        for name in values
    )


def _is_role(name: str) -> bool:
    said = series_names.words(name)
    return any(said <= known_as for known_as in series_names.ROLES.values()) and bool(said)


def _look(line: str, blotted: str, one: _Number, before: _Number | None, *, sure: bool) -> None:
    """Find the name of a number, or the number that it is the total of; ``sure``: the line is no prose."""
    bare = blotted[: one.start].rstrip()
    if before is not None:
        between = line[before.end : one.start].strip()
        if between == "/":
            one.total_of = before.total_of or before
            return
        if between == "(":  # a mean so far, in brackets behind the value
            return
    quoted = line[one.end : one.end + 1] in "'\"" if one.end < len(line) else False
    if quoted and not bare.endswith(("'", '"')):
        return
    if quoted:
        bare = bare[:-1].rstrip()
    while wrapped := _WRAPPED.search(bare):
        bare = bare[: wrapped.start()].rstrip()
    bare = bare.removesuffix("#").rstrip()
    separated = bare.endswith((":", "="))
    name, end = _name_before(bare.rstrip(" :=") if separated else bare)
    if not name or len(name) > _LONGEST_NAME or _FILE.search(name):
        return
    last = name.rpartition(" ")[2]
    if last.lower() == "epochs":
        return  # it says how many there will be
    if counters.is_counter(last):
        if line[one.end : one.end + 1] == "%":
            return  # how much of it is done
        name = last
    elif not separated and not sure and not series_names.words(name) & _TALKED_OF:
        return
    one.name = name
    one.place = (end - len(name), end)


def _name_before(text: str) -> tuple[str, int]:
    """The name that a text ends with, and where; it may be quoted, called, or have a remark behind it."""
    if quoted := _QUOTED.search(text):
        return quoted[2].strip(), quoted.end(2)
    end = len(text)
    call = ""
    if text.endswith(")"):
        begin = _opening(text)
        inside = text[begin + 1 : -1]
        if begin > 0 and not text[begin - 1].isspace() and not any(mark in inside for mark in ":=,"):
            call = text[begin:]
        elif begin < 0:
            return "", 0
        text = text[:begin] if call else text[:begin].rstrip()
        end = end if call else len(text)
    found = _PHRASE.search(text)
    if found is None:
        return "", 0
    said = found[0].split(" ")
    while len(said) > 1 and said[0].lower() in _FILLERS:
        said = said[1:]
    while len(said) > 1 and said[-1].lower() in _FILLERS and not call:
        said = said[:-1]
    return " ".join(said) + call, end


def _opening(text: str) -> int:
    """Where the bracket opens that a text closes at its end; -1 where none does."""
    depth = 0
    for place in range(len(text) - 1, max(-1, len(text) - 300), -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if depth == 0:
            return place
    return -1


def _name_the_nameless(line: str, numbers: list[_Number]) -> None:
    """Counters without a name: a whole number that a line begins with, and fractions such as [50/1583].

    One in brackets counts, too, where the first value's name follows: ``main.py:8] [100] loss=0.5``.
    """
    values = [one for one in numbers if one.name and not counters.is_counter(one.name)]
    if not values:
        return
    first = values[0].place[0]
    ends = {id(one.total_of) for one in numbers if one.total_of is not None}
    nameless = [
        one
        for one in numbers
        if not one.name
        and one.total_of is None
        and one.match[0].isdigit()
        and line[one.end : one.end + 1] != "%"
        and (
            id(one) in ends
            or _LEADS.fullmatch(line[: one.start])
            or (line[one.start - 1] == "[" and _CLOSES.fullmatch(line[one.end : first]))
        )
    ]
    has_epoch = any(counters.counts_epochs(one.name) for one in numbers if one.name)
    has_step = any(counters.fineness(one.name) is not None for one in numbers if one.name)
    wanted = ["epoch"] * (not has_epoch and (len(nameless) > 1 or has_step)) + ["step"] * (not has_step)
    for one, name in zip(nameless, wanted, strict=False):
        one.name = name
        one.place = (one.start, one.start)


def _name_both(numbers: list[_Number]) -> None:
    """Two values of two names that are told at once: ``Gen/Dis Loss: 0.68/0.70``."""
    roles = frozenset().union(*series_names.ROLES.values())
    for one in numbers:
        of = one.total_of
        for word in of.name.split(" ") if of is not None else ():
            both = word.split("/")
            if of is not None and len(both) == 2 and all(half.lower() in roles for half in both):
                one.total_of, one.place = None, of.place
                of.name, one.name = (of.name.replace(word, half) for half in both)
                break


def _name_held_out(line: str, numbers: list[_Number]) -> None:
    """Values of held-out data, as a word before all of them says: ``| valid | epoch 3 | loss 0.5``."""
    values = [one for one in numbers if one.name and not counters.is_counter(one.name)]
    if values and _HELD_OUT.search(line, 0, min(one.place[0] for one in values)):
        for one in values:
            one.name = f"{VALID} {one.name}"


def _field(line: str, one: _Number, name: str, places: dict[int, int], runs: list[tuple[int, int]]) -> Field:
    """The field that a number is; its run is -2 where it has none of its own."""
    name = counters.plain(name) if counters.is_counter(name) else name
    scale = 0.01 if line[one.end : one.end + 1] == "%" else 1.0
    total, value = one.total_of is not None, float(one.match[0].replace(",", "")) * scale
    if one.match["word"] is not None:
        return Field(name, value, -1, total=total)
    run = places.get(one.start, -2)
    power = one.match["power"] is not None
    if run >= 0:
        whole = one.end if not power else one.match.start("power") - 1
        follows = run + 1 < len(runs) and runs[run + 1] == one.match.span("power")
        if runs[run][1] != whole or (power and not follows):
            run = -2
    return Field(name, value, run, scale, power, total)
