"""The engines' table of docs/benchmarks.md."""

import platform
import subprocess

from .compare import ROWS, Cell
from .programs import OURS, Engine

# Why an engine has no part in a row: what it does not offer at all.
ABSENT = {
    "scim-patch": "scim-patch only patches",
    "scim2-parse-filter": "scim2-parse-filter only reads and evaluates filters",
    "scim_v2": "scim_v2 models messages: it evaluates no filter and applies no PATCH",
    "scim-filter": "scim-filter only reads and evaluates filters",
    "scim_proto": "scim_proto has types and a filter parser: it evaluates no filter, applies no PATCH and has no list message",
}


def tables(engines: list[Engine], cells: dict[str, dict[str, Cell]], versions: dict[str, str]) -> str:
    """The table, and a note for every place that has no number."""
    names = [engine.name for engine in engines]
    notes: list[str] = []
    lines = ["| things a second | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for row in ROWS:
        ours = cells[row.key][OURS].median
        shown = [_shown(cells[row.key].get(name), name, ours, row.title, notes) for name in names]
        lines.append(f"| {row.title} ({row.unit}) | " + " | ".join(shown) + " |")
    lines += ["", *(f"{number}. {note}." for number, note in enumerate(notes, start=1))]
    origin = ", ".join(f"{name} {versions[name]}" for name in names if name in versions)
    lines += ["", f"{origin}; {runtimes()}."]
    return "\n".join(lines)


def slower(cells: dict[str, dict[str, Cell]]) -> list[str]:
    """Rows in which another engine is ahead of ours."""
    found = []
    for row in ROWS:
        ours = cells[row.key][OURS].median
        found += [f"{row.title}: {name}" for name, cell in cells[row.key].items() if cell.rates and not cell.fault and cell.median > ours]
    return found


def _shown(cell: Cell | None, name: str, ours: float, title: str, notes: list[str]) -> str:
    if name == OURS and cell:
        return f"**{cell.median:,.0f}**"
    if cell and not cell.fault:
        return f"{cell.median:,.0f} ({ours / cell.median:.1f} ×)"
    if cell is None:
        note = ABSENT.get(name, f"{name} does not offer this")
    elif cell.rates:
        note = f"{name}, {title}: {cell.fault}; wrong at {cell.median:,.0f} a second"
    else:
        note = f"{name}, {title}: {cell.fault}"
    if note not in notes:
        notes.append(note)
    return f"– ({notes.index(note) + 1})"


def runtimes() -> str:
    """What runs them."""
    first = lambda *command: subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]  # noqa: E731
    rust = " ".join(first("rustc", "--version").split()[:2])
    return f"{rust}, Node {first('node', '--version').lstrip('v')}, Python {platform.python_version()}"
