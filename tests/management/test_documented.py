"""docs/commands.md names every command, every option and every exit code, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandParser

from studio.management.scripting import Exit

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")
COMMANDS = sorted(name for name, app in get_commands().items() if app == "studio")


def section(name: str) -> str:
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def options_of(name: str) -> set[str]:
    """Its own long options; Django's are not ours to tell."""
    command = load_command_class("studio", name)
    assert isinstance(command, BaseCommand)
    parser = CommandParser()
    command.add_arguments(parser)
    return {each for action in parser._actions for each in action.option_strings if each.startswith("--")} - {"--help"}


def test_every_command_has_its_section() -> None:
    assert sorted(re.findall(r"^## (.+)$", PAGE, re.MULTILINE)) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_named_and_no_other(name: str) -> None:
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", section(name))) == options_of(name)


def test_the_exit_codes_are_those_of_the_code() -> None:
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)} == set(Exit)
