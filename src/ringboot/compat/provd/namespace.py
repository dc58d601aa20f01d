"""The names that somebody finds in the shell."""

from __future__ import annotations

import pprint
from typing import Any

from ringboot.compat.provd import manual
from ringboot.compat.provd.chores import Helpers
from ringboot.compat.provd.configs import Configs
from ringboot.compat.provd.devices import Devices
from ringboot.compat.provd.options import Options
from ringboot.compat.provd.parameters import Parameters
from ringboot.compat.provd.plugins import Plugins
from ringboot.compat.provd.session import Api, Session, Terminal


def namespace(api: Api, terminal: Terminal) -> dict[str, Any]:
    """Make the names over a daemon's API; what they print goes to the terminal."""
    options = Options()
    session = Session(api, terminal, options)
    names: dict[str, Any] = {
        "configs": Configs(session),
        "devices": Devices(session),
        "plugins": Plugins(session),
        "parameters": Parameters(session),
        "helpers": Helpers(session),
        "options": options,
    }
    things = dict(names)

    def show_help(*things_asked: object) -> None:
        """Say what there is, or what a thing does."""
        terminal.say(manual.about(things_asked[0]) if things_asked else manual.overview(things))

    def show_pretty(thing: object) -> None:
        """Print a thing over several lines."""
        terminal.say(pprint.pformat(thing))

    def python_help(*things_asked: object) -> None:
        """Show Python's own help."""
        help(*things_asked)

    return names | {"help": show_help, "dirr": manual.public, "pprint": show_pretty, "python_help": python_help}
