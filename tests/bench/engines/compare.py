"""Checks what the engines answer, then takes their times in turns."""

import datetime
import re
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from .inputs import ENTERPRISE, FILTERS, PAGE, USERS
from .programs import OURS, Engine, Program

# Seconds of one measurement; the repetitions that fill it are found out first, which also warms the compilers.
SLICE = 0.06
WARM_UP = 0.6


@dataclass(frozen=True)
class Row:
    """A kind of work: how many things one repetition does."""

    key: str
    title: str
    things: int
    unit: str


ROWS = (
    Row("parse-simple", "filter parse, `userName eq`", FILTERS, "filters"),
    Row("parse-complex", "filter parse, six comparisons", FILTERS, "filters"),
    Row("match-simple", "filter match, `userName eq`", USERS, "users"),
    Row("match-complex", "filter match, six comparisons", USERS, "users"),
    Row("match-schema", "filter match, spelled otherwise", USERS, "users"),
    Row("patch", "PATCH, six operations", PAGE, "requests"),
    Row("post", "POST parse", PAGE, "requests"),
    Row("post-any", "POST parse, names in another case", PAGE, "requests"),
    Row("list", "ListResponse of 200", 1, "responses"),
)


@dataclass(frozen=True)
class Cell:
    """One engine in one row: things a second by round; or why there are none."""

    rates: tuple[float, ...] = ()
    fault: str = ""

    @property
    def median(self) -> float:
        """The middle round."""
        return statistics.median(self.rates)


def compare(engines: list[Engine], expected: dict, rounds: int, step: Callable[[], None]) -> dict[str, dict[str, Cell]]:
    """Cells by row and engine. A wrong answer is timed too, for the footnote."""
    programs = [Program(engine) for engine in engines]
    try:
        return {row.key: _row(row, programs, expected[row.key], rounds, step) for row in ROWS}
    finally:
        for program in programs:
            program.close()


def _row(row: Row, programs: list[Program], expected, rounds: int, step: Callable[[], None]) -> dict[str, Cell]:
    able = [program for program in programs if row.key in program.rows]
    faults = {program.engine.name: fault(row.key, program.check(row.key), expected) for program in able}
    if faults[OURS]:
        raise RuntimeError(f"{row.title}: {faults[OURS]}")
    able = [program for program in able if not faults[program.engine.name].startswith("refuses")]
    counts = {program: repetitions(program, row.key) for program in able}
    rates: dict[str, list[float]] = {program.engine.name: [] for program in able}
    for number in range(rounds):
        shift = number % len(able)
        for program in able[shift:] + able[:shift]:
            seconds = program.seconds(row.key, counts[program])
            rates[program.engine.name].append(row.things * counts[program] / seconds)
        step()
    return {name: Cell(tuple(rates.get(name, ())), why) for name, why in faults.items()}


def repetitions(program: Program, row: str) -> int:
    """How many repetitions fill a measurement, asked until the program is warm."""
    spent, count = 0.0, 1
    while spent < WARM_UP:
        seconds = program.seconds(row, count)
        spent += seconds
        count = max(1, round(SLICE * count / max(seconds, 1e-7)))
    return count


def fault(row: str, answer: dict, expected) -> str:
    """What is wrong with an answer, in words; nothing when it is right."""
    if "error" in answer:
        return f"refuses the input: {answer['error'].splitlines()[0][:160]}"
    result = answer["result"]
    if row.startswith("match"):
        return "" if result == expected else f"finds {result[0]} users where {expected[0]} match"
    if row.startswith("parse"):
        return "" if result == expected else f"reads {result} of {expected}"
    for index, (got, wanted) in enumerate(zip(result, expected, strict=False)):
        wrong = differences(canonical(got, row), canonical(wanted, row))
        if wrong:
            return f"resource {index + 1} is wrong in {', '.join(wrong[:3])}"
    return "" if len(result) == len(expected) else f"{len(result)} resources of {len(expected)}"


def canonical(resource: dict, row: str) -> dict:
    """A resource as it compares: without what the server adds, empty values and spellings of an instant."""
    added = () if row == "list" else ("schemas", "id", "meta")
    kept = {name: _value(value) for name, value in resource.items() if name not in added and value not in (None, [], {})}
    # An entity tag is a server's own affair.
    kept.get("meta", {}).pop("version", None)
    return kept


def _value(value):
    if isinstance(value, dict):
        return {name: _value(part) for name, part in value.items() if part not in (None, [], {}, False)}
    if isinstance(value, list):
        return [_value(element) for element in value]
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)", value):
        return datetime.datetime.fromisoformat(value).timestamp()
    return value


def differences(got: dict, wanted: dict) -> list[str]:
    """Names that differ."""
    names = sorted(got.keys() | wanted.keys(), key=lambda name: (name == ENTERPRISE, name))
    return [name.rpartition(":")[2] if name.startswith("urn:") else name for name in names if got.get(name) != wanted.get(name)]
