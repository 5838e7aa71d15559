"""The parser of the command line: argparse, with its complaints told in two lines like every other error."""

import argparse
import difflib
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal, NoReturn

from latentop.engine.run.errors import UsageError
from latentop.presets import overrides
from latentop.tui.commands.standard_output import Output
from latentop.tui.link.bandwidth import MOST_KBPS

Handler = Callable[[argparse.Namespace, Output], int]
"""What a command does with its options; returns the exit code."""

_EXIT_CODES = (
    "exit codes: 0 finished · 1 failed · 2 usage · 3 diverged · 4 collapsed, or another critical alarm"
    " · 5 the worker died · 130 interrupted"
)


LAST_STEP = 10**9
"""The last step that a run can have."""
_NAMED = "the run's name, its preset, part of its name, or its folder"


class Parser(argparse.ArgumentParser):
    """Raises UsageError instead of printing and exiting."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)
        self.commands: list[str] = []
        self.siblings: Mapping[str, Parser] = {}
        """Of a command, all commands by name."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Complain here about what nobody knows: else the whole program does, and names its own help."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return known, unknown

    def error(self, message: str) -> NoReturn:
        """Tell what is wrong; for an unknown command, name the nearest ones."""
        unknown = re.search(r"invalid choice: '(.*?)'", message)
        if unknown and self.commands:
            near = difflib.get_close_matches(unknown[1], self.commands, n=2) or self.commands
            raise UsageError(f"no command {unknown[1]!r}", " or ".join(f"latentop {name}" for name in near))
        where = self.prog.partition(" ")[2]
        hint = self._elsewhere(message) or f"{self.prog} --help"
        raise UsageError(f"{where}: {message}" if where else message, hint)

    def _elsewhere(self, message: str) -> str:
        """Which commands take an option that this one does not know; empty where none does."""
        found = re.search(r"unrecognized arguments: (?:.* )?(--[a-z-]+)", message)
        option = found[1] if found else ""
        known = re.compile(rf"\[{re.escape(option)}[ \]]")
        takers = [name for name, one in self.siblings.items() if option and known.search(one.format_usage())]
        return f"{option} is of: {', '.join(f'latentop {name}' for name in takers)}" if takers else ""


class Version(argparse.Action):
    """Tells the version when asked, and not before: to look it up takes as long as to parse a command."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print it and end."""
        from importlib import metadata

        try:
            version = metadata.version("latentop")
        except metadata.PackageNotFoundError:
            version = "(not installed)"
        sys.stdout.write(f"latentop {version}\n")
        parser.exit()


class Commands:
    """The table of commands: every family adds its own."""

    def __init__(self) -> None:
        self.parser = Parser(
            prog="latentop",
            description="htop for latent-variable models: watch autoencoders and GANs train, in a terminal. "
            "Without a command: the dashboard.",
            epilog=_EXIT_CODES,
        )
        self.parser.add_argument(
            "--version", action=Version, nargs=0, dest=argparse.SUPPRESS, help="say which version this is"
        )
        _add_everywhere(self.parser, None, False)
        add_screen(self.parser, False, None)
        self.parser.set_defaults(handler=None, json=False)
        self._subparsers = self.parser.add_subparsers(metavar="COMMAND", parser_class=Parser)

    def add(
        self,
        name: str,
        handler: Handler,
        purpose: str,
        *,
        run: Literal["needed", "newest", "newest alive", "newest that can"] | None = None,
        json: bool = True,
    ) -> Parser:
        """A new command; ``run`` says whether it takes a RUN, and which one is meant where none is named."""
        parser = self._subparsers.add_parser(name, help=purpose, description=f"{purpose}.")
        parser.set_defaults(handler=handler)
        parser.siblings = self._subparsers.choices
        self.parser.commands.append(name)
        if run == "needed":
            parser.add_argument("run", metavar="RUN", help=_NAMED)
        elif run:
            about = f"{_NAMED} (the {run} one if none is named)"
            parser.add_argument("run", metavar="RUN", nargs="?", help=about)
        if json:
            parser.add_argument("--json", action="store_true", help="JSON instead of words")
        _add_everywhere(parser, argparse.SUPPRESS, argparse.SUPPRESS)
        return parser


def _add_everywhere(parser: Parser, runs: str | None, debug: bool | str) -> None:
    """Options that may stand before the command and after it: the later one wins."""
    about = "the folder of all runs (else $LATENTOP_RUNS, else ./runs)"
    parser.add_argument("--runs", metavar="FOLDER", default=runs, help=about)
    parser.add_argument("--debug", action="store_true", default=debug, help="show tracebacks of errors")


def add_screen(parser: argparse.ArgumentParser, ascii: bool | str, max_kbps: str | None) -> None:
    """The options of what may open the dashboard, with their defaults."""
    about = "send the terminal nothing but ASCII"
    parser.add_argument("--ascii", action="store_true", default=ascii, help=about)
    about = "send the terminal at most so many kilobits a second (40 are 5 kB/s); 0: what the link carries"
    parser.add_argument("--max-kbps", metavar="N", type=_kbps, default=max_kbps, help=about)


def whole(highest: int) -> Callable[[str], int]:
    """What reads a whole number of an option, from 0; ``1e4`` is one, too."""

    def read(text: str) -> int:
        value = overrides.value_of(text)
        if type(value) is not int or not 0 <= value <= highest:
            raise argparse.ArgumentTypeError(f"{text!r} is not accepted: a whole number from 0 to {highest}")
        return value

    return read


def _kbps(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_KBPS:
        raise argparse.ArgumentTypeError(f"{text!r} is no rate; accepted: 0 to {MOST_KBPS} kilobits a second")
    return int(text)
