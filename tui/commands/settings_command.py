"""``settings``: what the dashboard remembers, what else can be set, and what each means."""

from argparse import Namespace

from latentop.engine.run.errors import UsageError
from latentop.tui.commands.parser import Commands
from latentop.tui.commands.standard_output import Output
from latentop.tui.model.plain_text import setting


def add(commands: Commands) -> None:
    """The command of this family."""
    about = "list the dashboard's settings, or change some"
    parser = commands.add("settings", _settings, about)
    parser.add_argument("words", metavar="KEY=VALUE", nargs="*", help="such as theme=nord or bell=true")


def _settings(options: Namespace, output: Output) -> int:
    from latentop.tui import settings  # it knows every theme, and Textual takes its time to import

    file = settings.path()
    changes = dict(settings.parse(word) for word in options.words)
    remembered = settings.Remembered(file)
    if changes:
        try:
            remembered.change(**changes)
        except UsageError as error:
            raise UsageError(error.message, "name another place: XDG_CONFIG_HOME=FOLDER") from error
        remembered = settings.Remembered(file)
    if remembered.trouble:
        output.line(remembered.trouble, "warning")
    values = settings.listed(remembered.settings)
    if output.as_json:
        output.json({"path": str(file), "settings": values}, indent=2)
        return 0
    output.line(str(file), "heading")
    defaults, meanings = settings.listed(settings.Settings()), settings.meanings()
    width = max(map(len, values))
    for name, value in values.items():
        first = "" if value == defaults[name] else f"  (at first: {setting(defaults[name])})"
        output.line(f"  {name:<{width}}  {setting(value)}{first}")
        output.line(f"  {'':<{width}}  {meanings[name]}", "faint")
    output.line()
    output.line("change one: latentop settings theme=colour-blind-dark", "faint")
    return 0
