"""All commands in one place, and how their failures end: one sentence and an exit code."""

import sys

import typer
from rich.console import Console
from rich.markup import escape
from typer.exceptions import TyperException

from chargesphere.errors import ChargeSphereError, SettingsError

app = typer.Typer(
    name="chargesphere",
    help="ChargeSphere: find a charger that works, know its price, and go.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _register() -> None:
    from chargesphere.cli import demo, frontend, imports, migrating, running

    app.command("run")(running.run)
    app.command("build")(frontend.build)
    app.command("migrate")(migrating.migrate)
    app.command("import")(imports.import_stations)
    app.command("demo")(demo.demo)


def main() -> int:
    """Run the command named on the command line; returns its exit code.

    0 done, 1 it failed and one sentence says why, 2 wrong usage, 130 interrupted.
    """
    try:
        _register()
        result = app(standalone_mode=False)
    except SettingsError as error:
        return _say(error, 2)
    except ChargeSphereError as error:
        return _say(error, 1)
    except typer.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except TyperException as error:
        error.show()  # type: ignore[attr-defined]  # Wrong usage always is the kind that has it.
        return error.exit_code
    return result if isinstance(result, int) else 0


def _say(error: Exception, code: int) -> int:
    Console(stderr=True, soft_wrap=True).print(
        f"[red]{type(error).__name__}[/]: {escape(str(error))}", markup=True
    )
    return code


if __name__ == "__main__":
    sys.exit(main())
