"""The commands `ringboot` and `provd_pycli`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from ringboot.cli.completion import when_asked
    from ringboot.cli.main import app

    when_asked()
    app()


def provd_pycli() -> None:
    """Run the shell by the name that provd's users know."""
    from ringboot.cli.shell import alone

    alone()()


if __name__ == "__main__":
    main()
