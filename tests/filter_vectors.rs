//! The tables of `tests/vectors/` about filters and paths. Every row that fails is named, not only the first.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use scimpress::error::{ErrorKind, ScimError};
use scimpress::filter::{Compiled, Condition, Filter, SEVERAL_EMAILS, Test, email_key};
use scimpress::limits::{
    MAX_FILTER_BYTES, MAX_FILTER_DEPTH, MAX_FILTER_TERMS, MAX_KEY_CHARS, MAX_PATH_BYTES, MAX_VALUES,
};
use scimpress::schema::{
    Attribute, AttributeType, GROUP, Mutability, ResourceType, Returned, Schema, USER, Uniqueness,
};
use scimpress::value_path::{ValuePath, ValuePathError};
use serde_json::{Map, Value, json};

/// Runs `check` on every row, which answers what is wrong with it.
fn each(rows: &[Value], check: impl Fn(&Value) -> Result<(), String>) {
    assert!(!rows.is_empty(), "an empty table proves nothing");
    let mut report = String::new();
    for row in rows {
        assert!(row["clause"].is_string(), "no clause: {row}");
        if let Err(problem) = check(row) {
            writeln!(report, "{row}\n    {problem}").unwrap();
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

fn table(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap()
}

fn equal<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("found {found:?}"))
    }
}

#[test]
fn filters_have_their_canonical_text() {
    each(&table(include_str!("vectors/filter-parse.json")), |row| {
        let filter = Filter::parse(text(row, "filter"), &USER).map_err(|e| e.to_string())?;
        let canonical = filter.to_string();
        equal(&canonical.as_str(), &text(row, "canonical"))?;
        let again = Filter::parse(&canonical, &USER).map_err(|e| e.to_string())?;
        equal(&again, &filter)
    });
}

#[test]
fn bad_filters_are_refused_with_their_position() {
    each(&table(include_str!("vectors/filter-error.json")), |row| {
        let Err(error) = Filter::parse(text(row, "filter"), &USER) else {
            return Err("accepted".to_owned());
        };
        if !error.detail.contains(text(row, "detail")) {
            return Err(error.detail);
        }
        equal(&json!(error.position), &row["position"])?;
        let answer = ScimError::from(error.clone());
        equal(&answer.kind, &ErrorKind::InvalidFilter)?;
        equal(&answer.detail, &format!("filter: {}", error.detail))?;
        if answer.detail.contains(char::is_control) {
            return Err(format!("not one line: {:?}", answer.detail));
        }
        Ok(())
    });
}

#[test]
fn filters_match_the_resources_they_should() {
    let tables: Value = serde_json::from_str(include_str!("vectors/filter-match.json")).unwrap();
    let resources: &Map<String, Value> = tables["resources"].as_object().unwrap();
    each(tables["rows"].as_array().unwrap(), |row| {
        let filter = Filter::parse(text(row, "filter"), &USER).map_err(|e| e.to_string())?;
        let found: Vec<&str> = resources
            .iter()
            .filter(|(_, resource)| filter.matches(resource.as_object().unwrap()))
            .map(|(name, _)| name.as_str())
            .collect();
        equal(&json!(found), &row["matches"])
    });
}

#[test]
fn filters_become_the_conditions_that_a_store_decides() {
    each(&table(include_str!("vectors/filter-condition.json")), |row| {
        let resource_type = if row["of"] == "Group" { &GROUP } else { &USER };
        let filter = Filter::parse(text(row, "filter"), resource_type).map_err(|e| e.to_string())?;
        let Compiled { condition, exact } = filter.compiled(resource_type);
        equal(&condition.as_ref().map_or(Value::Null, tree), &row["condition"])?;
        equal(&json!(exact), &row["exact"])
    });
}

/// A condition as the contract with PHP writes it.
fn tree(condition: &Condition) -> Value {
    let members = |word: &str, members: &[Condition]| {
        let mut all = vec![json!(word)];
        all.extend(members.iter().map(tree));
        Value::Array(all)
    };
    match condition {
        Condition::And(all) => members("and", all),
        Condition::Or(all) => members("or", all),
        Condition::Not(inner) => members("not", std::slice::from_ref(inner)),
        Condition::Is(column, test) => match test {
            Test::Present => json!(["present", column.name()]),
            Test::Text(relation, operand) => json!([relation.name(), column.name(), operand]),
            Test::Number(relation, number) => json!([relation.name(), column.name(), number]),
            Test::Boolean(value) => json!(["eq", column.name(), value]),
        },
    }
}

#[test]
fn patch_paths_are_read_or_refused() {
    each(&table(include_str!("vectors/path.json")), |row| {
        let parsed = ValuePath::parse(text(row, "path"), &USER);
        let Some(canonical) = row["canonical"].as_str() else {
            let (kind, detail) = match parsed {
                Ok(path) => return Err(format!("accepted as {path}")),
                Err(ValuePathError::Syntax(detail)) => ("syntax", detail),
                Err(ValuePathError::Unknown(detail)) => ("unknown", detail),
            };
            if !detail.contains(text(row, "detail")) {
                return Err(detail);
            }
            return equal(&kind, &text(row, "error"));
        };
        let path = parsed.map_err(|e| e.to_string())?;
        equal(&path.to_string().as_str(), &canonical)?;
        equal(
            &ValuePath::parse(canonical, &USER).map_err(|e| e.to_string())?,
            &path,
        )?;
        match (&path.filter, row.get("equalities")) {
            (None, None) => Ok(()),
            (Some(filter), Some(expected)) => {
                let found = filter.equalities().map(|equalities| {
                    equalities
                        .into_iter()
                        .map(|(attribute, value)| (attribute.name.to_owned(), value))
                        .collect::<Map<_, _>>()
                });
                equal(&json!(found), expected)
            }
            (filter, _) => Err(format!("filter {filter:?}")),
        }
    });
}

#[test]
fn path_error_becomes_invalid_path() {
    let error = ScimError::from(ValuePath::parse("emails[type eq", &USER).unwrap_err());
    assert_eq!(error.kind, ErrorKind::InvalidPath);
    assert_eq!(
        error.detail,
        "path: expected a value at position 15, found the end"
    );
}

#[test]
fn email_key_stands_for_all_addresses() {
    let long = "x".repeat(MAX_KEY_CHARS);
    let longer = format!("{long}x");
    for (emails, key) in [
        (json!(null), None),
        (json!([]), None),
        (json!([{"type": "work"}]), None),
        (json!([{"value": null}]), None),
        (
            json!([{"value": "Mira@Corp.example.com"}]),
            Some("mira@corp.example.com"),
        ),
        (json!({"value": "A@x"}), Some("a@x")),
        (
            json!([{"type": "work"}, {"value": "A@x"}, {"value": "a@X"}]),
            Some("a@x"),
        ),
        (
            json!([{"value": "a@x", "primary": true}, {"value": "b@x"}]),
            Some(SEVERAL_EMAILS),
        ),
        (json!([{"value": ""}, {"value": "b@x"}]), Some(SEVERAL_EMAILS)),
        (json!([{"value": long}]), Some(long.as_str())),
        (json!([{"value": longer}]), Some(SEVERAL_EMAILS)),
    ] {
        let user = Map::from_iter([("emails".to_owned(), emails)]);
        assert_eq!(email_key(&user).as_deref(), key, "{user:?}");
    }
    assert_eq!(email_key(&Map::new()), None);
}

/// The longest, deepest and widest filter is taken, and one more is not.
#[test]
fn filter_limits_hold_to_the_last_one() {
    let long = |bytes: usize| format!("title eq \"{}\"", "x".repeat(bytes - 11));
    let deep = |depth: usize| format!("{}title pr{}", "(".repeat(depth), ")".repeat(depth));
    let negated = |depth: usize| format!("{}title pr{}", "not (".repeat(depth), ")".repeat(depth));
    let bracketed = |depth: usize| {
        let outer = depth / 2;
        let inner = depth - outer - 1;
        let (open, close) = ("(".repeat(outer), ")".repeat(outer));
        let (inner_open, inner_close) = ("(".repeat(inner), ")".repeat(inner));
        format!("{open}emails[{inner_open}type pr{inner_close}]{close}")
    };
    let wide = |terms: usize| vec!["title pr"; terms].join(" or ");
    let selections = |terms: usize| vec!["emails[type pr].value pr"; terms / 2].join(" and ");

    for (name, at, over, detail) in [
        (
            "bytes",
            long(MAX_FILTER_BYTES),
            long(MAX_FILTER_BYTES + 1),
            "8193 bytes where at most 8192 are taken, at position 1",
        ),
        (
            "groups",
            deep(MAX_FILTER_DEPTH),
            deep(MAX_FILTER_DEPTH + 1),
            "brackets nested deeper than 32 at position 33",
        ),
        (
            "negations",
            negated(MAX_FILTER_DEPTH),
            negated(MAX_FILTER_DEPTH + 1),
            "brackets nested deeper than 32 at position 165",
        ),
        (
            "brackets",
            bracketed(MAX_FILTER_DEPTH),
            bracketed(MAX_FILTER_DEPTH + 1),
            "brackets nested deeper than 32 at position 39",
        ),
        (
            "terms",
            wide(MAX_FILTER_TERMS),
            wide(MAX_FILTER_TERMS + 1),
            "more than 128 comparisons at position 1543",
        ),
        (
            "selections",
            selections(MAX_FILTER_TERMS),
            selections(MAX_FILTER_TERMS + 2),
            "more than 128 comparisons",
        ),
    ] {
        let filter = Filter::parse(&at, &USER).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(
            Filter::parse(&filter.to_string(), &USER).as_ref(),
            Ok(&filter),
            "{name}"
        );
        let error = Filter::parse(&over, &USER).expect_err(name);
        assert!(error.detail.contains(detail), "{name}: {error}");
    }
}

/// Brackets that never close cost no stack.
#[test]
fn unclosed_brackets_are_refused() {
    for open in ["(", "not(", "emails["] {
        let text = open.repeat(MAX_FILTER_BYTES / open.len());
        assert!(Filter::parse(&text, &USER).is_err(), "{open}");
    }
}

#[test]
fn path_limit_holds_to_the_last_byte() {
    let path = |bytes: usize| format!("emails[type eq \"{}\"].value", "x".repeat(bytes - 24));
    assert!(ValuePath::parse(&path(MAX_PATH_BYTES), &USER).is_ok());
    assert_eq!(
        ValuePath::parse(&path(MAX_PATH_BYTES + 1), &USER),
        Err(ValuePathError::Syntax(
            "2049 bytes where at most 2048 are taken".to_owned()
        ))
    );
}

const fn attribute(name: &'static str, kind: AttributeType, multi_valued: bool) -> Attribute {
    Attribute {
        name,
        kind,
        multi_valued,
        description: "of a device",
        required: false,
        case_exact: false,
        mutability: Mutability::ReadWrite,
        returned: Returned::Default,
        uniqueness: Uniqueness::None,
        canonical_values: &[],
        reference_types: &[],
        sub_attributes: &[],
        max_values: MAX_VALUES,
    }
}

/// Types and shapes that no user attribute has.
static DEVICE: ResourceType = ResourceType {
    name: "Device",
    endpoint: "/Devices",
    description: "A device",
    schema: &Schema {
        id: "urn:example:Device",
        name: "Device",
        description: "A device",
        attributes: &[
            attribute("serial", AttributeType::Integer, false),
            attribute("weight", AttributeType::Decimal, false),
            attribute("readings", AttributeType::Decimal, true),
            attribute("tags", AttributeType::String, true),
            attribute("checked", AttributeType::DateTime, true),
            attribute("locked", AttributeType::Boolean, false),
        ],
    },
    extensions: &[],
};

#[test]
fn numbers_and_plain_lists_compare() {
    let device = json!({
        "serial": 9_007_199_254_740_993_i64,
        "weight": 1.5,
        "readings": [-3, 0.25, 18_446_744_073_709_551_615_u64],
        "tags": ["Red", "green"],
        "locked": "True",
        "checked": ["2026-01-01T00:00:00Z", "never"],
    });
    let device = device.as_object().unwrap();
    for (text, expected) in [
        ("serial eq 9007199254740993", true),
        ("serial eq 9007199254740992", false),
        ("serial gt 9007199254740992", true),
        ("serial le 9007199254740992", false),
        ("serial ne -1", true),
        ("weight eq 1.50", true),
        ("weight eq 15e-1", true),
        ("weight gt 1", true),
        ("weight ge 2", false),
        ("weight lt 1.6 and weight le 1.5", true),
        ("weight lt 1.5", false),
        ("weight pr", true),
        ("readings lt 0", true),
        ("readings eq 0.25", true),
        ("readings eq -0.25", false),
        ("readings ge 18446744073709551615", true),
        ("readings ne 0.25", true),
        ("tags eq \"red\"", true),
        ("tags co \"EE\"", true),
        ("tags sw \"e\"", false),
        ("tags pr", true),
        ("tags eq null", false),
        ("checked lt \"2026-01-01T01:00:00+01:00\"", false),
        ("checked le \"2026-01-01T01:00:00+01:00\"", true),
        ("checked ne \"2026-01-01T00:00:00Z\"", true),
        ("checked gt \"2026-01-01T00:00:00Z\"", false),
        // Entra quirk Q-02: a boolean may have been stored as Entra spells it.
        ("locked eq true", true),
        ("locked ne true", false),
        ("locked eq \"FALSE\"", false),
    ] {
        let filter = Filter::parse(text, &DEVICE).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(filter.matches(device), expected, "{text}");
    }
    for (text, detail) in [
        (
            "serial co 1",
            "`co` cannot compare the integer attribute 'serial' at position 8",
        ),
        (
            "weight sw \"1\"",
            "`sw` cannot compare the decimal attribute 'weight' at position 8",
        ),
        (
            "serial eq \"1\"",
            "expected a number for 'serial' at position 11, found '\"1\"'",
        ),
        (
            "serial eq 01",
            "expected a number for 'serial' at position 11, found '01'",
        ),
        (
            "weight eq 1e999",
            "expected a number for 'weight' at position 11, found '1e999'",
        ),
        (
            "weight eq NaN",
            "expected a number for 'weight' at position 11, found 'NaN'",
        ),
    ] {
        let error = Filter::parse(text, &DEVICE).expect_err(text);
        assert_eq!(error.detail, detail, "{text}");
    }
}
