"""Writes the help pages: `python tests/make_help.py`. With `--pictures` (and node ids) it makes their pictures instead.

What stands on a page is decided in `help_pages`, what is written by hand in `help_texts`.
"""

from __future__ import annotations

import sys

from conftest import ROOT, STUB, load_like_comfyui, nodes_of
from help_pages.page import pages
from help_pages.recipes import RECIPES
from help_pages.studio import make_pictures


def main(words: list[str]) -> None:
    if words[:1] == ["--pictures"]:
        make_pictures(RECIPES, words[1:])
        return
    sys.path.insert(0, str(STUB))
    for path, text in pages(nodes_of(load_like_comfyui(ROOT))).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
