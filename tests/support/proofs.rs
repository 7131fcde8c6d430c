//! What the tables of `docs/conformance/` may name: rows of tables, tests, decisions.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What lines may refer to.
pub(crate) struct Known {
    /// References to rows and tests.
    pub(crate) proofs: HashSet<String>,
    /// The questions that `docs/conformance.md` decides.
    pub(crate) decisions: HashSet<String>,
    /// The sentences that it says are not met.
    pub(crate) not_met: HashSet<String>,
}

impl Known {
    pub(crate) fn read() -> Self {
        Self {
            proofs: proofs(),
            decisions: first_cells("## Decided once").into_iter().collect(),
            not_met: first_cells("## Not met")
                .iter()
                .flat_map(|cell| cell.split(", ").map(str::to_owned).collect::<Vec<_>>())
                .collect(),
        }
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// A file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The first cells of the table below a heading of `docs/conformance.md`.
fn first_cells(heading: &str) -> Vec<String> {
    let text = read("docs/conformance.md");
    let section = text.split(heading).nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    // A line, not a test, is left out: the head of the table.
    let lines = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    lines
        .map(|line| line.split('|').nth(1).unwrap().trim().to_owned())
        .collect()
}

/// Everything that a line may name as its proof.
fn proofs() -> HashSet<String> {
    let mut proofs = HashSet::new();
    for (stem, text) in files("tests/vectors", "json") {
        let value: Value = serde_json::from_str(&text).unwrap();
        for row in value.get("rows").unwrap_or(&value).as_array().unwrap() {
            let text = |name: &str| row[name].as_str().map(str::to_owned);
            proofs.extend(text("id").map(|id| format!("{stem}#{id}")));
            proofs.extend(text("filter").map(|filter| format!("{stem}({filter})")));
        }
    }
    for (stem, _) in files("tests/vectors/rfc", "json") {
        proofs.insert(format!("rfc/{stem}"));
    }
    for (stem, text) in files("tests", "rs") {
        proofs.extend(rust_tests(&text).map(|name| format!("tests/{stem}.rs::{name}")));
    }
    for (stem, text) in files("tests/http", "py") {
        let found = python_tests(&text).into_iter();
        proofs.extend(found.map(|name| format!("tests/http/{stem}.py::{name}")));
    }
    for (stem, text) in files("tests/wp", "php") {
        // Not a test is left out, but what stands before the first function.
        let names = text
            .split("public function ")
            .skip(1)
            .filter_map(|it| it.split('(').next());
        let tests = names.filter(|name| name.starts_with("test_"));
        proofs.extend(tests.map(|name| format!("tests/wp/{stem}.php::{name}")));
    }
    proofs
}

/// The files of a folder, by their names without the extension.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let wanted = paths.filter(|path| path.extension().is_some_and(|it| it == extension));
    wanted
        .map(|path| {
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            (stem, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The functions below `#[test]`.
fn rust_tests(text: &str) -> impl Iterator<Item = &str> {
    let mut is_test = false;
    text.lines().map(str::trim).filter_map(move |line| {
        if line == "#[test]" {
            is_test = true;
        } else if let Some(name) = line.strip_prefix("fn ") {
            return std::mem::take(&mut is_test).then(|| name.split('(').next().unwrap_or_default());
        }
        None
    })
}

/// The methods that unittest runs, as `Class.test_method`.
fn python_tests(text: &str) -> Vec<String> {
    let mut class = "";
    let mut tests = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("class ") {
            class = name.split(['(', ':']).next().unwrap_or_default();
        } else if let Some(name) = line.strip_prefix("    def test_") {
            tests.push(format!(
                "{class}.test_{}",
                name.split('(').next().unwrap_or_default()
            ));
        }
    }
    tests
}
