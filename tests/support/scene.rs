//! Resources that refer to each other, as examples write them: `{name}` stands for an id.

use serde_json::Value;

/// What the names of an example stand for.
pub(crate) struct Names(Vec<(String, String)>);

impl Names {
    pub(crate) fn new(base: &str) -> Self {
        Self(vec![("{base}".to_owned(), base.to_owned())])
    }

    pub(crate) fn add(&mut self, name: &str, id: &str) {
        self.0.push((format!("{{{name}}}"), id.to_owned()));
    }

    pub(crate) fn fill_text(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    pub(crate) fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill_text(text)),
            Value::Array(values) => values.iter().map(|value| self.fill(value)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), self.fill(value)))
                .collect(),
            other => other.clone(),
        }
    }
}

/// Fails unless every member that is expected is there and equal; one that is expected to be null must be absent. Arrays are
/// equal element by element.
pub(crate) fn assert_holds(found: &Value, expected: &Value) {
    let mut missing = Vec::new();
    hold("", found, expected, &mut missing);
    assert!(missing.is_empty(), "{}\nin {found}", missing.join("\n"));
}

fn hold(path: &str, found: &Value, expected: &Value, missing: &mut Vec<String>) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (name, value) in expected {
                let here = format!("{path}/{name}");
                match (found.get(name), value) {
                    (None, Value::Null) => {}
                    (Some(found), Value::Null) => missing.push(format!("{here} is there: {found}")),
                    (Some(found), value) => hold(&here, found, value, missing),
                    (None, value) => missing.push(format!("{here} is not there, expected {value}")),
                }
            }
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                hold(&format!("{path}/{index}"), found, expected, missing);
            }
        }
        (found, expected) if found == expected => {}
        (found, expected) => missing.push(format!("{path}: found {found}, expected {expected}")),
    }
}
