//! Comparing JSON, with the places that differ as text.

use serde_json::Value;

/// Fails with every place where the two differ.
pub(crate) fn assert_json(found: &Value, expected: &Value) {
    let mut places = Vec::new();
    compare("", found, expected, &mut places);
    assert!(places.is_empty(), "{}", places.join("\n"));
}

fn compare(path: &str, found: &Value, expected: &Value, places: &mut Vec<String>) {
    let here = if path.is_empty() { "(whole)" } else { path };
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (key, value) in expected {
                match found.get(key) {
                    Some(found) => compare(&format!("{path}/{key}"), found, value, places),
                    None => places.push(format!("    {path}/{key}: missing, expected {value}")),
                }
            }
            for (key, value) in found {
                if !expected.contains_key(key) {
                    places.push(format!("    {path}/{key}: found {value}, expected nothing"));
                }
            }
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                compare(&format!("{path}/{index}"), found, expected, places);
            }
        }
        (found, expected) if found == expected => {}
        (found, expected) => places.push(format!("    {here}: found {found}, expected {expected}")),
    }
}
