"""The command line `kling`: flags in, files, lines or JSON out. All decisions about jobs are made in `client`.

`app` is the table of commands; needs the extra `cli` (typer, rich). Importing this package alone imports neither.
"""
