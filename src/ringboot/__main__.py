"""The `ringboot` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from ringboot.cli.completion import when_asked
    from ringboot.cli.main import app

    when_asked()
    app()


if __name__ == "__main__":
    main()
