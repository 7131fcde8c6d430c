//! The dialogue with run.py: a line in, a line out, as in node/harness.mjs.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, stdin};
use std::time::Instant;

use serde_json::{Value, json};

/// What happens in a row, and what comes of it.
pub struct Row {
    pub work: Box<dyn Fn()>,
    pub check: Box<dyn Fn() -> Result<Value, Box<dyn Error>>>,
}

/// Reads a file of the inputs.
pub fn read(name: &str) -> Result<Value, Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("the folder of the inputs is missing")?;
    let text = std::fs::read_to_string(format!("{folder}/{name}.json"))?;
    Ok(serde_json::from_str(&text)?)
}

/// Reads a file of texts.
pub fn texts(name: &str) -> Result<Vec<String>, Box<dyn Error>> {
    Ok(serde_json::from_value(read(name)?)?)
}

/// Matches as how many, and the sum of their indexes.
pub fn summary(found: impl Iterator<Item = bool>) -> Value {
    let indexes: Vec<usize> = found
        .enumerate()
        .filter(|(_, holds)| *holds)
        .map(|(index, _)| index)
        .collect();
    json!([indexes.len(), indexes.iter().sum::<usize>()])
}

/// Answers until nothing is asked any more.
pub fn serve(rows: &BTreeMap<&str, Row>) -> Result<(), Box<dyn Error>> {
    println!("{}", json!(rows.keys().collect::<Vec<_>>()));
    for line in stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["check", name] => {
                let answer = match (rows.get(name).ok_or("unknown row")?.check)() {
                    Ok(result) => json!({"result": result}),
                    Err(error) => json!({"error": error.to_string()}),
                };
                println!("{answer}");
            }
            ["time", name, count] => {
                let work = &rows.get(name).ok_or("unknown row")?.work;
                let start = Instant::now();
                for _ in 0..count.parse::<u64>()? {
                    work();
                }
                println!("{}", start.elapsed().as_nanos());
            }
            _ => return Err("expected `check ROW` or `time ROW N`".into()),
        }
    }
    Ok(())
}
