"""``manage.py generate``: makes pictures from a prompt, with the rows and the worker that the web uses."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from studio.management import arguments
from studio.management.saving import FORMATS, Target, wrongly_named
from studio.management.scripting import Exit, ScriptCommand, Stop, exit_of
from studio.management.watching import Watch
from studio.models import Prompt
from studio.prompts import filling, kinds
from studio.prompts.recipe import Recipe, ReferenceUse
from studio.providers.output import Output
from studio.services import choosing, generations, health, orders, prompts, references
from studio.services.reports import report

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from studio.models import Connection, Generation, Project, Reference, Team, User
    from studio.services.reports import Report

WORKER_COMES_WITHIN = 10.0  # seconds; it may be starting beside us
EPILOG = (
    "Exit codes: 0 done; 64 the command line is wrong; 65 the prompt, a file or a value cannot be used; 69 the "
    "provider or the worker is not there; 70 a fault of the studio; 75 not finished: cancelled, out of time, or to be "
    "tried later; 77 not allowed. Ctrl-C cancels and gives 75."
)


class Command(ScriptCommand):
    help = "Make pictures from a prompt."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, epilog=EPILOG, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        prompt = parser.add_mutually_exclusive_group(required=True)
        prompt.add_argument("-p", "--prompt", metavar="TEXT", help="the prompt, sent as it is")
        prompt.add_argument("--prompt-file", metavar="FILE", help="UTF-8, sent byte for byte; - is standard input")
        add("-i", "--image", metavar="FILE", action="append", default=[], help="a reference; repeat for image 2, 3 …")
        add("--connection", metavar="NAME", default="", help="default: the first that is not paused")
        add("--model", metavar="ID", default="", help="default: the connection's first")
        add("-s", "--size", type=arguments.size, default=Output(), help="1536x1024, 3:2@2K, 3:2 or auto (1:1@1K)")
        add("-q", "--quality", default="", help="in the model's words")
        add(
            "-o", "--format", choices=sorted(set(FORMATS.values())), help="default: as OUT ends, else the model's first"
        )
        add("-c", "--compression", type=arguments.percent, metavar="0-100", help="for jpeg and webp")
        add("-n", "--takes", type=arguments.count, default=1, help="how many pictures (1)")
        add(
            "-f",
            "--out",
            metavar="OUT",
            help="copy to this file, replacing it, or into this folder/; takes are numbered",
        )
        wait = parser.add_mutually_exclusive_group()
        wait.add_argument("--wait", type=arguments.seconds, metavar="SECONDS", help="default: until it ends")
        wait.add_argument("--no-wait", action="store_true", help="print the generation's number and end")
        add("--json", action="store_true", help="print one JSON object")
        add("--inline", action="store_true", help="do the worker's part in this process")
        add("--team", metavar="SLUG", default="", help="default: the first")
        add("--project", metavar="SLUG", default="", help="default: the team's first")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["no_wait"] and (options["inline"] or options["out"]):
            raise Stop(
                Exit.USAGE, "usage", _("--no-wait goes with neither --inline nor --out: nothing would be waited for.")
            )
        text = arguments.prompt(options["prompt"], options["prompt_file"])
        target = None if options["out"] is None else Target(options["out"], format=options["format"])
        with refusals():
            self.begun = generation = submit(text, target, options)
        if options["no_wait"]:
            self._print(report(generation), options)
            return
        self.say(_("Generation %(id)d") % {"id": generation.pk})
        self._mind_placeholders(generation.version.recipe)
        Watch(generation, say=self.say, seconds=options["wait"], inline=options["inline"]).run()
        found = report(generation)
        found = target.save(found) if target else found
        self._print(found, options)
        self._tell(found)
        sys.exit(exit_of(found))

    def _tell(self, found: Report) -> None:
        for image in filter(wrongly_named, found.images):
            words = {"path": image.path, "format": image.format.upper()}
            self.say(_("%(path)s holds %(format)s: the server made another format than was asked for.") % words)
        if found.error is not None:
            self.say(found.error.message)

    def _mind_placeholders(self, recipe: Recipe) -> None:
        if names := filling.unfilled(recipe):
            self.say(_("Sent as written, with what looks like a placeholder: %(names)s") % {"names": ", ".join(names)})

    def _print(self, found: Any, options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json(found.to_json())
        elif options["no_wait"]:
            self.stdout.write(str(found.generation))
        else:
            for image in found.images:
                self.stdout.write(image.path)


def submit(text: str, target: Target | None, options: dict[str, Any]) -> Generation:
    """Everything that can be known beforehand is looked at first; what is refused leaves no prompt behind."""
    choosing.ensure_started()
    team = choosing.team(options["team"])
    user, project = choosing.owner(team), choosing.project(team, options["project"])
    connection = usable(team, options)
    output = replace(
        options["size"],
        connection=connection.pk,
        model=options["model"] or choosing.model(connection),
        quality=options["quality"],
        format=options["format"] or (target.format if target else ""),
        compression=options["compression"],
        takes=options["takes"],
    )
    # There is no form to fill in here, and a script's bytes are sent as they are: hence ``as_written``.
    orders.foresee(connection, output, text=text, references=len(options["image"]))
    if target is not None:
        target.prove(options["takes"])
    mind_worker(options)
    stored = [reference(team, user, name) for name in options["image"]]
    uses = tuple(ReferenceUse(sha256=row.sha256) for row in stored)
    recipe = Recipe(kind=kinds.kind_of(text), body=text, references=uses)
    with transaction.atomic():  # the connection may be paused, or changed, until now
        return generations.begin(
            prompt=prompt_of(recipe, output, project, user),
            recipe=recipe,
            user=user,
            connection=connection,
            output=output,
            client_token=uuid4(),
            as_written=True,
        )


def usable(team: Team, options: dict[str, Any]) -> Connection:
    connection = choosing.connection(team, options["connection"])
    if connection.paused_at is not None:
        message = _("The connection “%(name)s” is paused. Resume it on the connections page.") % {
            "name": connection.name
        }
        raise Stop(Exit.UNAVAILABLE, "connection_paused", message)
    return connection


def mind_worker(options: dict[str, Any]) -> None:
    """Nothing is put into a queue in front of somebody who waits, unless somebody works on it."""
    alone = not (options["inline"] or options["no_wait"])
    if alone and not health.worker_beats_within(WORKER_COMES_WITHIN):
        message = _("No worker is running. Start the studio with make run, or add --inline.")
        raise Stop(Exit.UNAVAILABLE, "no_worker", message)


def reference(team: Team, user: User, name: str) -> Reference:
    try:
        return references.store_path(team=team, user=user, path=Path(name))
    except OSError as error:
        raise arguments.unreadable(name, error) from None


def prompt_of(recipe: Recipe, output: Output, project: Project, user: User) -> Prompt:
    """The prompt of these first words: a script that changes the rest stays in one line of work."""
    title = prompts.shown_title("", recipe)
    known = Prompt.objects.filter(project=project, kind=recipe.kind.value, title=title).first()
    return known or prompts.create(project=project, user=user, title=title, recipe=recipe, output=output)


@contextmanager
def refusals() -> Iterator[None]:
    """What the services refuse is bad input here."""
    try:
        yield
    except (generations.Refused, references.Refused) as refused:
        raise Stop(Exit.BAD_INPUT, "refused", refused.message) from None
    except choosing.Missing as missing:
        raise Stop(Exit.BAD_INPUT, "missing", str(missing)) from None
