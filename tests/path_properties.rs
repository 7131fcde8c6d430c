//! What holds for every path of a PATCH and every filter of a group: what is printed is read again as the same.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use scimpress::filter::Filter;
use scimpress::limits::{MAX_FILTER_BYTES, MAX_PATH_BYTES};
use scimpress::schema::{GROUP, ResourceType, USER};
use scimpress::value_path::ValuePath;
use serde_json::Value;

/// A resource type, an attribute in canonical spelling, and its parts that are text.
type Named = (&'static ResourceType, &'static str, &'static [&'static str]);

const NAMED: [Named; 10] = [
    (&USER, "emails", &["value", "type", "display"]),
    (&USER, "phoneNumbers", &["value", "type"]),
    (&USER, "addresses", &["country", "locality", "type"]),
    (&USER, "roles", &["value", "display"]),
    (&USER, "x509Certificates", &["display", "type"]),
    (&USER, "name", &["givenName", "familyName", "formatted"]),
    (
        &USER,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        &["value", "displayName"],
    ),
    (&GROUP, "members", &["value", "type", "display"]),
    (&USER, "groups", &["value", "display"]),
    (&USER, "meta", &["resourceType"]),
];

const PLAIN: [(&ResourceType, &str); 8] = [
    (&USER, "userName"),
    (&USER, "active"),
    (&USER, "externalId"),
    (&GROUP, "displayName"),
    (&GROUP, "externalId"),
    (
        &USER,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    ),
    (
        &USER,
        "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User:objectId",
    ),
    (
        &USER,
        "urn:ietf:params:scim:schemas:extension:ContosoHR:2.0:User:badgeNumber",
    ),
];

/// Texts that need escapes, hold what delimits paths and filters, or are no ASCII.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\\]\\[\"\\\\().: ]{0,6}",
        select(vec![
            "",
            "\\",
            "\"",
            "]",
            "\\\"]",
            "\n\t\0",
            " and ",
            "bulkId:x",
            "é😀",
            "\u{2028}",
            "a\\u0022b"
        ])
        .prop_map(str::to_owned),
    ]
}

fn term(parts: &'static [&'static str]) -> impl Strategy<Value = String> {
    let operator = select(&["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"][..]);
    prop_oneof![
        4 => (select(parts), operator, text()).prop_map(|(part, operator, text)| format!("{part} {operator} {}", Value::from(text))),
        1 => select(parts).prop_map(|part| format!("{part} pr")),
        1 => (select(parts), select(&["eq", "ne"][..])).prop_map(|(part, operator)| format!("{part} {operator} null")),
    ]
}

/// A filter in canonical text: conjunctions bind closer, so none of them needs parentheses.
fn inside(parts: &'static [&'static str]) -> impl Strategy<Value = String> {
    let negated = (term(parts), prop::bool::weighted(0.3))
        .prop_map(|(term, negated)| if negated { format!("not ({term})") } else { term });
    vec(vec(negated, 1..3).prop_map(|terms| terms.join(" and ")), 1..3).prop_map(|terms| terms.join(" or "))
}

/// Any path in canonical text.
fn path() -> impl Strategy<Value = (&'static ResourceType, String)> {
    let named = select(&NAMED[..]).prop_flat_map(|(resource_type, name, parts)| {
        (option::weighted(0.7, inside(parts)), option::of(select(parts))).prop_map(move |(filter, part)| {
            let filter = filter.map(|filter| format!("[{filter}]")).unwrap_or_default();
            let part = part.map(|part| format!(".{part}")).unwrap_or_default();
            (resource_type, format!("{name}{filter}{part}"))
        })
    });
    let plain = select(&PLAIN[..]).prop_map(|(resource_type, name)| (resource_type, name.to_owned()));
    prop_oneof![4 => named, 1 => plain]
}

/// A filter of groups in canonical text.
fn group_filter() -> impl Strategy<Value = String> {
    let parts = &["value", "type", "display"][..];
    let term = prop_oneof![
        term(&[
            "displayName",
            "externalId",
            "id",
            "members.value",
            "members.display",
            "meta.location"
        ]),
        inside(parts).prop_map(|inside| format!("members[{inside}]")),
        (inside(parts), term(parts)).prop_map(|(inside, behind)| format!("members[{inside}].{behind}")),
    ];
    vec(term, 1..4).prop_map(|terms| terms.join(" and "))
}

/// The text with its names and words in upper case, and its strings as they are.
fn shouted(text: &str) -> String {
    let mut output = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for character in text.chars() {
        let is_end = character == '"' && !escaped;
        escaped = quoted && character == '\\' && !escaped;
        if quoted {
            output.push(character);
        } else {
            output.push(character.to_ascii_uppercase());
        }
        quoted ^= is_end;
    }
    // Of literals RFC 7644 §3.4.2.2 takes JSON's spelling.
    output.replace(" NULL", " null")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_path_is_read_as_itself((resource_type, text) in path()) {
        prop_assume!(text.len() <= MAX_PATH_BYTES);
        let read = ValuePath::parse(&text, resource_type);
        prop_assert!(read.is_ok(), "{text}: {read:?}");
        let read = read.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn the_case_of_a_path_does_not_matter((resource_type, text) in path()) {
        prop_assume!(text.len() <= MAX_PATH_BYTES && !text.contains("ContosoHR"));
        prop_assert_eq!(ValuePath::parse(&shouted(&text), resource_type), ValuePath::parse(&text, resource_type));
    }

    #[test]
    fn a_printed_filter_of_groups_is_read_as_itself(text in group_filter()) {
        prop_assume!(text.len() <= MAX_FILTER_BYTES);
        let read = Filter::parse(&text, &GROUP).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(read.to_string(), text);
    }
}
