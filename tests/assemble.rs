//! Rows of a table become users.

use scimpress::assemble::user;
use scimpress::schema::USER;
use serde_json::{Value, json};

fn row(values: &[(&str, &str)]) -> Result<Value, String> {
    let values: Vec<_> = values
        .iter()
        .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()))
        .collect();
    user(&values, &USER)
        .map(Value::Object)
        .map_err(|error| error.detail)
}

#[test]
fn paths_of_every_kind_find_their_place_and_texts_their_type() {
    let made = row(&[
        ("userName", "ada@example.com"),
        ("active", "False"),
        ("name.givenName", "Ada"),
        ("name.familyName", "Lovelace"),
        ("emails[type eq \"work\"].value", "ada@example.com"),
        ("phoneNumbers[type eq \"mobile\"].value", "+44 20"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            "Engines",
        ),
    ]);
    let Ok(made) = made else {
        panic!("{made:?}");
    };
    assert_eq!(made.get("userName"), Some(&json!("ada@example.com")));
    assert_eq!(made.get("active"), Some(&json!(false)));
    assert_eq!(
        made.get("name"),
        Some(&json!({"givenName": "Ada", "familyName": "Lovelace"}))
    );
    assert_eq!(
        made.pointer("/emails/0"),
        Some(&json!({"type": "work", "value": "ada@example.com"}))
    );
    assert_eq!(
        made.get("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"),
        Some(&json!({"department": "Engines"}))
    );
}

#[test]
fn column_that_is_no_attribute_is_named() {
    let error = row(&[("userName", "ada"), ("Vorname", "Ada")]);
    assert_eq!(error, Err("'Vorname' is not an attribute of users".to_owned()));
}

#[test]
fn value_that_does_not_fit_is_refused_with_its_column() {
    let error = row(&[("active", "perhaps")]).unwrap_err();
    assert!(error.starts_with("'active': "), "{error}");
    assert!(!error.contains("operation"), "{error}");
    let error = row(&[("emails[type eq", "ada@example.com")]).unwrap_err();
    assert!(error.starts_with("'emails[type eq': "), "{error}");
}

#[test]
fn what_only_the_server_sets_is_no_column() {
    let error = row(&[("id", "1")]).unwrap_err();
    assert!(error.contains("read-only"), "{error}");
}
