"""``manage.py generate``: makes pictures from a prompt, with the rows and the worker that the web uses."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.utils.translation import gettext as _

from studio.management import arguments, asking
from studio.management.saving import FORMATS, Target, wrongly_named
from studio.management.scripting import Exit, ScriptCommand, Stop, exit_of
from studio.management.watching import Watch
from studio.providers.output import Output
from studio.services import choosing
from studio.services.reports import report

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from studio.models import Generation
    from studio.services.reports import Report

EPILOG = (
    "Exit codes: 0 done; 64 the command line is wrong; 65 the prompt, a file or a value cannot be used; 69 the "
    "provider or the worker is not there; 70 a fault of the studio; 75 not finished: cancelled, out of time, halted, "
    "or to be tried later; 77 not allowed: key, credit, budget, a folder that cannot be written. Ctrl-C cancels and "
    "gives 75."
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
        takes, partials = arguments.most_takes(), arguments.most_partials()
        add("-n", "--takes", type=arguments.takes, default=1, help=f"how many pictures, 1 to {takes} (1)")
        add(
            "--partials",
            type=arguments.partials,
            default=0,
            help=f"unfinished pictures that its pages show on the way, 0 to {partials}, where the model has them (0)",
        )
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
        with asking.refusals():
            self.begun = generation = submit(text, target, options)
        if options["no_wait"]:
            self._print(report(generation), options)
            return
        self.say(_("Generation %(id)d") % {"id": generation.pk})
        if remark := asking.placeholders(generation.version.recipe):
            self.say(remark)
        for remark in asking.copies(generation):
            self.say(remark)
        Watch((generation,), say=self.say, seconds=options["wait"], inline=options["inline"]).run()
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
    output = replace(
        options["size"],
        quality=options["quality"],
        format=options["format"] or (target.format if target else ""),
        compression=options["compression"],
        takes=options["takes"],
        partials=options["partials"],
    )
    wish = asking.Wish(
        text=text,
        output=output,
        images=tuple(options["image"]),
        connection=options["connection"],
        model=options["model"],
        project=options["project"],
    )
    plan = asking.plan(wish, choosing.team(options["team"]))
    if target is not None:
        target.prove(options["takes"])
    if not (options["inline"] or options["no_wait"]):
        asking.mind_worker()
    stored = [asking.reference(plan.team, plan.user, name) for name in wish.images]
    return asking.begin(plan, stored, uuid4())
