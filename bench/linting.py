"""How often the checks are right on labelled prompts, and how long they take while somebody types.

``python -m bench.linting`` writes the table of rules and the figures into docs/linting.md.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from bench.row import Row, milliseconds
from studio.prompts.lint import RULES, Limits, check
from studio.prompts.recipe import Kind, Recipe
from tests.prompts import labelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.prompts.labelled import Labelled

TITLE = "Prompt checks"
PRECISION, RECALL = 0.95, 0.90
FALSE_PER_20 = 1.0
LONG = 4000  # characters
MILLISECONDS = 20
PAGE = Path(__file__).resolve().parent.parent / "docs" / "linting.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One rule over many prompts. A prompt counts once, however often the rule finds something in it."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        told = self.right + self.wrong
        return self.right / told if told else 1.0

    @property
    def recall(self) -> float:
        there = self.right + self.missed
        return self.right / there if there else 1.0

    @property
    def is_good(self) -> bool:
        return self.precision >= PRECISION and self.recall >= RECALL


def found(entry: Labelled) -> frozenset[str]:
    limits = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.limits.items()}
    return frozenset(finding.id for finding in check(entry.recipe, limits=Limits(**limits)))


def scores(entries: Iterable[Labelled]) -> dict[str, Score]:
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for entry in entries:
        told, expected = found(entry), frozenset(entry.expected)
        right.update(told & expected)
        wrong.update(told - expected)
        missed.update(expected - told)
    return {rule.id: Score(right=right[rule.id], wrong=wrong[rule.id], missed=missed[rule.id]) for rule in RULES}


def false_per_20(entries: Sequence[Labelled]) -> float:
    """Findings in 20 prompts of those in which there is nothing to find."""
    clean = [entry for entry in entries if not entry.expected]
    return 20 * sum(len(found(entry)) for entry in clean) / max(1, len(clean))


def halves() -> dict[str, list[Labelled]]:
    every = [*labelled.load()]
    return {"all": every, "held-out": [entry for entry in every if entry.split == "held-out"]}


def rows() -> list[Row]:
    parts = halves()
    of_all, of_half = (scores(entries) for entries in parts.values())
    measured = []
    for rule in RULES:
        score, half = of_all[rule.id], of_half[rule.id]
        measured.append(
            Row(
                what=f"`{rule.id}`, {score.right + score.missed} prompts have it: precision, recall (held-out half)",
                result=f"{score.precision:.2f}, {score.recall:.2f} ({half.precision:.2f}, {half.recall:.2f})",
                goal=f"{PRECISION:.2f}, {RECALL:.2f}",
                met=score.is_good and half.is_good,
            )
        )
    for name, entries in parts.items():
        rate = false_per_20(entries)
        clean = sum(not entry.expected for entry in entries)
        measured.append(
            Row(
                what=f"False findings per 20 clean prompts, {name} ({clean} clean of {len(entries)})",
                result=f"{rate:.2f}",
                goal="at most 1",
                met=rate <= FALSE_PER_20,
            )
        )
    return [*measured, *speed()]


def rules_table() -> str:
    """Every rule as a row of docs/linting.md."""
    lines = [
        "| Rule | Severity | What | Why | What to do | One click | Languages |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for rule in RULES:
        languages = ", ".join(rule.languages) or "any"
        click = "yes" if rule.one_click else ""
        cells = (f"`{rule.id}`", rule.severity, rule.title, rule.reason, rule.remedy, click, languages)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def figures_table() -> str:
    parts = halves()
    of_all, of_half = (scores(entries) for entries in parts.values())
    lines = [
        "| Rule | Prompts that have it | Precision | Recall | Precision, held-out | Recall, held-out |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for rule in RULES:
        score, half = of_all[rule.id], of_half[rule.id]
        figures = " | ".join(f"{value:.2f}" for each in (score, half) for value in (each.precision, each.recall))
        lines.append(f"| `{rule.id}` | {score.right + score.missed} | {figures} |")
    for name, entries in parts.items():
        clean = sum(not entry.expected for entry in entries)
        told = f"{false_per_20(entries):.2f} false findings per 20 prompts with nothing to find"
        lines.append(f"\n{name.capitalize()}: {len(entries)} prompts, {clean} of them clean; {told}.")
    return "\n".join(lines)


def part(text: str, name: str) -> str:
    """What stands in the page between the marks of a generated part."""
    return text.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0].rstrip("\n")


def write() -> None:
    text = PAGE.read_text("utf-8")
    for name, table in (("rules", rules_table()), ("figures", figures_table())):
        before, _mark, rest = text.partition(f"<!-- {name} -->\n")
        after = rest.partition(f"<!-- /{name} -->")[2]
        text = f"{before}<!-- {name} -->\n{table}\n<!-- /{name} -->{after}"
    PAGE.write_text(text, "utf-8")


def speed() -> list[Row]:
    """Prompts that no cache knows: each has a word of its own."""
    measured = []
    turns = count()
    for name, text in (
        ("English", ENGLISH),
        ("Chinese", CHINESE),
        ("Japanese", JAPANESE),
        ("English with four fixes to try out", FAULTY),
    ):

        def once(text: str = text) -> object:
            body = f"{next(turns)} {text * (LONG // len(text) + 1)}"[:LONG]
            return check(Recipe(kind=Kind.VERBATIM, body=body))

        spent = milliseconds(once, times=30)
        measured.append(
            Row(
                what=f"Checking a prompt of {LONG:,} characters in {name}",
                result=f"{spent:.1f} ms",
                goal="" if text is FAULTY else f"under {MILLISECONDS} ms",
                met=None if text is FAULTY else spent < MILLISECONDS,
            )
        )

    def large() -> object:
        leaves = ",".join(
            f'"part {number} of {next(turns)}": "{ENGLISH.replace(chr(34), "")}"' for number in range(1100)
        )
        return check(Recipe(kind=Kind.JSON, body=f"{{{leaves}}}"))

    what = "Checking a JSON prompt of 200 KB, the reading of the JSON included"
    return [*measured, Row(what=what, result=f"{milliseconds(large, times=5, warm=1):.0f} ms")]


ENGLISH = (
    "A quiet harbour at dawn, fishing boats in the fog, soft light, the sign on the kiosk reads “OPEN”, wet cobbles, "
    "calm and wide, shot on film with a 35 mm lens, gulls above the pier, a close-up of the rope. "
)
FAULTY = ENGLISH + "No text, the label reads coffee, a second sign says tea, “コーヒー” above the door. "
CHINESE = "清晨的渔港，雾中的渔船，岸边小店的招牌写着“早市”，湿漉漉的石板路，安静而开阔，胶片质感，缆绳特写。"
JAPANESE = "朝の静かな港、霧の中の漁船、柔らかい光、店の看板に「朝市」と書かれている、濡れた石畳、フィルム写真。"

if __name__ == "__main__":
    write()
