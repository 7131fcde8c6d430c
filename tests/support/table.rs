//! Tables of cases in `tests/vectors/`: an array of rows, each with its `id`, the `clause` or quirk that it proves, and
//! what its test reads.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::{Path, PathBuf};
use std::sync::Once;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// `tests/vectors`
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// Runs `test` on every row of `{name}.json` and `{name}-*.json`, and fails with all the rows that fail.
///
/// A key that the test does not read is a failure too: a misspelt expectation would never be checked.
pub(crate) fn check<T: DeserializeOwned>(name: &str, test: impl Fn(T)) {
    let mut failures = Vec::new();
    let mut seen = HashSet::new();
    for file in files(name) {
        for mut row in rows(&file) {
            let id = take(&mut row, "id", &file);
            let clause = take(&mut row, "clause", &file);
            assert!(
                seen.insert(id.clone()),
                "{} has the id '{id}' twice",
                file.display()
            );
            let failure = match serde_json::from_value::<T>(Value::Object(row)) {
                Err(error) => Some(format!("the row cannot be read: {error}")),
                Ok(case) => outcome(|| test(case)),
            };
            if let Some(failure) = failure {
                let file = file.file_name().unwrap_or_default().to_string_lossy();
                failures.push(format!("{file}: {id} ({clause})\n{failure}"));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} rows fail\n\n{}\n",
        failures.len(),
        seen.len(),
        failures.join("\n\n")
    );
}

thread_local! {
    /// What the last panic of this thread said; `None` while panics are reported as usual.
    static CAUGHT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What a failed assertion said and where; `None` when there was none. It is not printed.
pub(crate) fn outcome(test: impl FnOnce()) -> Option<String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            let quiet = CAUGHT.with_borrow_mut(|caught| caught.as_mut().map(|text| *text = info.to_string()));
            if quiet.is_none() {
                usual(info);
            }
        }));
    });
    CAUGHT.set(Some(String::new()));
    let failed = catch_unwind(AssertUnwindSafe(test)).is_err();
    let words = CAUGHT.take().unwrap_or_default();
    failed.then_some(words)
}

/// The files of one table, sorted by name.
pub(crate) fn files(name: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            path.extension().is_some_and(|extension| extension == "json")
                && (stem == name || stem.starts_with(&format!("{name}-")))
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there is no table '{name}'");
    files
}

fn rows(file: &Path) -> Vec<Map<String, Value>> {
    let text = fs::read_to_string(file).unwrap();
    let rows: Vec<Map<String, Value>> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(
        !rows.is_empty(),
        "{} has no rows and proves nothing",
        file.display()
    );
    rows
}

fn take(row: &mut Map<String, Value>, key: &str, file: &Path) -> String {
    match row.shift_remove(key) {
        Some(Value::String(text)) if !text.is_empty() => text,
        other => panic!("{}: a row has {other:?} as '{key}'", file.display()),
    }
}

/// A user as a row writes it: without a userName it is Ada, and without a state it is active.
pub(crate) fn complete(user: &Map<String, Value>) -> Value {
    let mut whole = user.clone();
    whole.entry("userName").or_insert(json!("ada@example.com"));
    whole.entry("active").or_insert(json!(true));
    Value::Object(whole)
}

/// Bytes written as pairs of hexadecimal digits.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    hex.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}
