//! Every normative sentence of the RFCs is proven, or left out for a reason that is said: `docs/conformance/`.
//!
//! `tests/conformance/normative.json` lists the sentences; `tests/conformance/normative.py` makes it of the RFCs' texts.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

use support::proofs::{Known, read, root};

/// Why a sentence may go without a proof.
const REASONS: [&str; 6] = [
    "client",
    "not offered",
    "outside",
    "registry",
    "decision",
    "not met",
];

/// A sentence of the inventory.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sentence {
    id: String,
    rfc: u32,
    clause: String,
    keywords: Vec<String>,
    digest: String,
}

/// A line of a table in `docs/conformance/`.
#[derive(Clone, Debug)]
struct Row {
    id: String,
    clause: String,
    asks: String,
    proof: String,
}

fn inventory() -> Vec<Sentence> {
    serde_json::from_str(&read("tests/conformance/normative.json")).unwrap()
}

fn rows() -> Vec<Row> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("docs/conformance"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| rows_of(&fs::read_to_string(file).unwrap()))
        .collect()
}

fn is_row(line: &str) -> bool {
    let cell = line.strip_prefix("| ").unwrap_or_default();
    cell.starts_with(|it: char| it.is_ascii_digit())
}

/// The lines of a page's tables whose first cell is an id.
fn rows_of(page: &str) -> Vec<Row> {
    let cells = |line: &str| -> Vec<String> {
        let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
        inner.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    page.lines()
        .filter(|line| is_row(line))
        .map(|line| match <[String; 4]>::try_from(cells(line)) {
            Ok([id, clause, asks, proof]) => Row {
                id,
                clause,
                asks,
                proof,
            },
            Err(found) => panic!("{} cells, not 4: {line}", found.len()),
        })
        .collect()
}

/// What is wrong with the pages, given the inventory.
fn problems(inventory: &[Sentence], rows: &[Row], known: &Known) -> Vec<String> {
    let mut problems = numbering(inventory);
    let rfcs: HashSet<String> = inventory
        .iter()
        .map(|sentence| sentence.rfc.to_string())
        .collect();
    let mut seen: HashMap<&str, &Row> = HashMap::new();
    for row in rows {
        if seen.insert(&row.id, row).is_some() {
            problems.push(format!("{} is there twice", row.id));
        }
        if row.asks.is_empty() {
            problems.push(format!("{} says nothing of what it asks", row.id));
        }
        let found = unproven(&row.proof, known).into_iter();
        problems.extend(found.map(|problem| format!("{}: {problem}", row.id)));
    }
    let open: HashSet<&String> = rows
        .iter()
        .filter(|row| row.proof.contains("not met: "))
        .map(|row| &row.id)
        .collect();
    let said: HashSet<&String> = known.not_met.iter().collect();
    let differ = open.symmetric_difference(&said);
    problems.extend(differ.map(|id| format!("{id} is not met in one place and met in another")));
    let listed: HashMap<&str, &Sentence> = inventory
        .iter()
        .map(|sentence| (sentence.id.as_str(), sentence))
        .collect();
    for row in rows {
        let rfc = row.id.split('-').next().unwrap();
        match listed.get(row.id.as_str()) {
            Some(sentence) if row.clause != format!("§{}", sentence.clause) => {
                problems.push(format!(
                    "{} is of §{}, not of {}",
                    row.id, sentence.clause, row.clause
                ));
            }
            None if rfcs.contains(rfc) => {
                problems.push(format!("{} is no sentence of the inventory", row.id));
            }
            _ => {}
        }
    }
    let missing = inventory
        .iter()
        .filter(|sentence| !seen.contains_key(sentence.id.as_str()));
    problems.extend(missing.map(|sentence| format!("{} has no row", sentence.id)));
    problems
}

/// The sentences of a clause are numbered from 1 without a gap, so that none can be dropped in silence.
fn numbering(inventory: &[Sentence]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut counts: HashMap<(u32, &str), usize> = HashMap::new();
    for sentence in inventory {
        let count = counts.entry((sentence.rfc, &sentence.clause)).or_default();
        *count += 1;
        let expected = format!("{}-{}-{count}", sentence.rfc, sentence.clause);
        if sentence.id != expected {
            problems.push(format!("{} stands where {expected} belongs", sentence.id));
        }
        if sentence.keywords.is_empty() || sentence.digest.len() != 16 {
            problems.push(format!("{} has no keyword or no digest", sentence.id));
        }
    }
    problems
}

/// What is wrong with a cell of proofs and reasons.
fn unproven(cell: &str, known: &Known) -> Vec<String> {
    let mut problems = Vec::new();
    for part in cell.split("; ") {
        let reason = part.split(':').next().unwrap_or_default();
        if let Some(reference) = part.strip_prefix('`').and_then(|part| part.strip_suffix('`')) {
            if !known.proofs.contains(reference) {
                problems.push(format!("there is no {reference}"));
            }
        } else if !REASONS.contains(&reason) {
            problems.push(format!("'{part}' is neither a reference nor a reason"));
        } else if let Some(question) = part.strip_prefix("decision: ") {
            if !known.decisions.contains(question) {
                problems.push(format!("docs/conformance.md decides nothing about '{question}'"));
            }
        } else if part == reason && !matches!(reason, "client" | "registry") {
            problems.push(format!("'{part}' does not say what"));
        }
    }
    problems
}

#[test]
fn every_normative_sentence_has_a_proof_or_a_reason() {
    let inventory = inventory();
    for rfc in [7643, 7644] {
        assert!(
            inventory.iter().any(|sentence| sentence.rfc == rfc),
            "nothing of RFC {rfc}"
        );
    }
    let problems = problems(&inventory, &rows(), &Known::read());
    assert!(
        problems.is_empty(),
        "{} problems\n{}",
        problems.len(),
        problems.join("\n")
    );
}

#[test]
fn what_is_missing_or_made_up_is_found() {
    let (inventory, rows, known) = (inventory(), rows(), Known::read());
    let changed = |change: &dyn Fn(&mut Vec<Sentence>, &mut Vec<Row>)| {
        let (mut inventory, mut rows) = (inventory.clone(), rows.clone());
        change(&mut inventory, &mut rows);
        problems(&inventory, &rows, &known).join("\n")
    };
    let proven = |proof: &'static str| changed(&move |_, rows| rows[0].proof = proof.to_owned());
    for (found, expected) in [
        (changed(&|_, rows| drop(rows.remove(3))), "has no row"),
        (changed(&|_, rows| rows.push(rows[3].clone())), "is there twice"),
        (
            changed(&|_, rows| rows[3].id = "7643-99-1".to_owned()),
            "7643-99-1 is no sentence",
        ),
        (
            changed(&|_, rows| rows[3].clause = "§99".to_owned()),
            "not of §99",
        ),
        (changed(&|_, rows| rows[3].asks.clear()), "says nothing"),
        (
            changed(&|inventory, _| drop(inventory.remove(3))),
            "is no sentence of the inventory",
        ),
        (changed(&|inventory, _| inventory.swap(2, 3)), "stands where"),
        (
            changed(&|inventory, _| inventory[3].keywords.clear()),
            "has no keyword",
        ),
        (proven(""), "is neither a reference nor a reason"),
        (proven("it works"), "is neither a reference nor a reason"),
        (proven("not met"), "does not say what"),
        (proven("decision: taste"), "decides nothing about 'taste'"),
        (proven("not met: yet"), "is not met in one place"),
        (
            proven("`patch-simple#no-such-row`"),
            "there is no patch-simple#no-such-row",
        ),
        (proven("`no-such-table#row`"), "there is no no-such-table#row"),
        (
            proven("`filter-match(no such filter)`"),
            "there is no filter-match(no such filter)",
        ),
        (proven("`rfc/no-such-example`"), "there is no rfc/no-such-example"),
        (
            proven("`tests/groups.rs::no_such_test`"),
            "there is no tests/groups.rs::no_such_test",
        ),
        (
            proven("`tests/normative.rs::problems`"),
            "there is no tests/normative.rs::problems",
        ),
        (
            proven("`tests/nowhere.rs::test`"),
            "there is no tests/nowhere.rs::test",
        ),
        (
            proven("`tests/http/test_auth.py::Token.test_nothing`"),
            "there is no tests/http/test_auth.py",
        ),
        (
            proven("`tests/http/test_auth.py::Nobody.test_no_token_is_401`"),
            "there is no tests/http/test_auth.py",
        ),
        (
            proven("`tests/wp/RestTest.php::test_nothing`"),
            "there is no tests/wp/RestTest.php",
        ),
        (
            proven("`patch-simple#add-simple`; `anything`"),
            "there is no anything",
        ),
    ] {
        assert!(found.contains(expected), "expected '{expected}' in: {found}");
    }
}
