"""The engines: installing them below target/, starting them, talking to them."""

import json
import os
import shutil
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PLACE = ROOT / "target" / "engines"

OURS = "Scimpress"


@dataclass(frozen=True)
class Engine:
    """One engine: its name, where it comes from, and the command that starts it with the inputs' folder."""

    name: str
    language: str
    command: tuple[str, ...]


def install() -> list[Engine]:
    """Builds ours, and installs the others at the versions pinned beside the programs."""
    # Ours with the versions that it is shipped with.
    shutil.copy(ROOT / "Cargo.lock", HERE / "scimpress")
    cargo("scimpress")
    cargo("rivals", "--locked")
    node = npm()
    python = pip()
    rust = PLACE / "rust" / "release"
    inputs = str(PLACE / "inputs")
    return [
        Engine(OURS, "Rust", (str(rust / "scimpress-engine"), inputs)),
        *(Engine(name, "JavaScript", ("node", str(node / f"{name}.mjs"), inputs)) for name in ("scimmy", "scim-patch", "scim2-parse-filter")),
        Engine("scim2-models", "Python", (str(python), str(HERE / "python" / "scim2_models_engine.py"), inputs)),
        *(Engine(name, "Rust", (str(rust / "rival-engines"), inputs, name)) for name in ("scim_v2", "scim-filter", "scim_proto")),
    ]


def versions() -> dict[str, str]:
    """Version of each engine, as pinned."""
    packages = json.loads((HERE / "node" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    wanted = (HERE / "python" / "requirements.txt").read_text(encoding="utf-8").split()
    packages |= dict(line.split("==") for line in wanted)
    for line in (HERE / "rivals" / "Cargo.toml").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition(" = ")
        if version.startswith('"='):
            packages[name] = version.strip('"=')
    return packages


def cargo(crate: str, *options: str) -> None:
    """Builds a crate of its own, so that the product's manifest knows nothing of the others."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(PLACE / "rust")}
    command = ["cargo", "build", "--release", "--quiet", *options]
    subprocess.run(command, cwd=HERE / crate, env=environment, check=True)


def npm() -> Path:
    """The packages of npm, with the programs beside them, for Node looks for packages where the program is."""
    place = PLACE / "node"
    place.mkdir(parents=True, exist_ok=True)
    for file in (HERE / "node").iterdir():
        shutil.copy(file, place)
    subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=place, check=True)
    return place


def pip() -> Path:
    """The packages of PyPI in an environment of their own."""
    place = PLACE / "python"
    stamp, wanted = place / "installed", (HERE / "python" / "requirements.txt").read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        venv.create(place, clear=True, with_pip=True)
        subprocess.run([place / "bin" / "pip", "install", "--quiet", *wanted.split()], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return place / "bin" / "python"


class Program:
    """A running engine. It answers a line with a line."""

    def __init__(self, engine: Engine):
        self.engine = engine
        self._process = subprocess.Popen(engine.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.rows: list[str] = self._answer()

    def check(self, row: str) -> dict:
        """What the row yields: `result`, or `error`."""
        return self._ask(f"check {row}")

    def seconds(self, row: str, count: int) -> float:
        """How long so many repetitions of the row's work take."""
        return self._ask(f"time {row} {count}") / 1e9

    def close(self) -> None:
        """Ends the program: nothing is asked any more."""
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def _ask(self, line: str):
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.engine.name} ended with {self._process.wait()}")
        return json.loads(line)
