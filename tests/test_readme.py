"""The READMEs say what the code does."""

from __future__ import annotations

import pytest
from readme_tables import READMES, ROOT, with_tables


@pytest.mark.parametrize("readme", READMES)
def test_the_tables_are_those_of_the_data(readme: str) -> None:
    assert (ROOT / readme).read_text(encoding="utf-8") == with_tables(readme), "run: python tests/readme_tables.py"


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_that_is_read_is_documented(readme: str) -> None:
    from kling_api.settings import _ENVIRONMENT

    text = (ROOT / readme).read_text(encoding="utf-8")
    names = [name for names in _ENVIRONMENT.values() for name in names] + ["KLING_PROFILE", "KLING_HOME"]
    assert not [name for name in names if name not in text]


@pytest.mark.parametrize("readme", READMES)
def test_every_example_workflow_is_named(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert not [file.stem for file in (ROOT / "example_workflows").glob("*.json") if f"`{file.stem}`" not in text]
