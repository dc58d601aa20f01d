"""How the shell behaves: switches that are set by assignment."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass
class Options:
    """How the shell behaves; set one by assignment: options.op_progress = False.

    search_description: plugins.installed("text") and the like look into descriptions too.
    search_case_sensitive: they tell ann from Ann.
    op_progress: long work shows how far it is.
    op_async: jobs (synchronize, mass_update_devices_plugin, mass_synchronize) go on by themselves.
    oip_update_interval: seconds between two looks at long work.
    """

    search_description: bool = True
    search_case_sensitive: bool = False
    op_progress: bool = True
    op_async: bool = False
    oip_update_interval: float = 1.0

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse what is no option: a switch that does nothing is worse than an error."""
        names = [field.name for field in fields(self)]
        if name not in names:
            raise AttributeError(f"There is no option {name}. There are {', '.join(names)}.")
        object.__setattr__(self, name, value)


def finds(options: Options, text: str | None, ident: str, description: str) -> bool:
    """Tell whether a search finds a plugin or a package."""
    if not text:
        return True
    seen = f"{ident}\n{description}" if options.search_description else ident
    return text in seen if options.search_case_sensitive else text.casefold() in seen.casefold()
