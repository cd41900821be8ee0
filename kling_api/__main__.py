"""The command `kling`, also `python -m kling_api`. Its packages are an extra, so they are asked for here."""

from __future__ import annotations

import sys


def main() -> None:
    try:
        from .cli.app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich"):
            raise
        sys.stderr.write(f"kling needs the package {error.name}. Install it with: pip install typer rich aiohttp\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
