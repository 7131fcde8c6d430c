//! What holds for every filter, path and instant, whatever the tables say.
#![expect(clippy::panic, reason = "a test fails by panicking")]

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use scimpress::datetime;
use scimpress::filter::{Filter, ValueFilter, fold};
use scimpress::limits::{MAX_FILTER_BYTES, MAX_PATH_BYTES};
use scimpress::schema::{USER, WPO365_USER};
use scimpress::value_path::ValuePath;
use serde_json::{Map, Value, json};

/// A filter as a tree; its leaves are terms in canonical text.
#[derive(Clone, Debug)]
enum Tree {
    Leaf(String),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

impl Tree {
    /// With as few parentheses as precedence allows.
    fn canonical(&self) -> String {
        match self {
            Self::Leaf(text) => text.clone(),
            Self::Not(inner) => format!("not ({})", inner.canonical()),
            Self::And(members) => {
                let member = |it: &Self| match it {
                    Self::Or(_) => format!("({})", it.canonical()),
                    _ => it.canonical(),
                };
                members.iter().map(member).collect::<Vec<_>>().join(" and ")
            }
            Self::Or(members) => members
                .iter()
                .map(Self::canonical)
                .collect::<Vec<_>>()
                .join(" or "),
        }
    }

    /// With every parenthesis, other blanks, and keywords in another case.
    fn wordy(&self) -> String {
        let join = |members: &[Self], word: &str| {
            members
                .iter()
                .map(|it| format!("( {})", it.wordy()))
                .collect::<Vec<_>>()
                .join(word)
        };
        match self {
            Self::Leaf(text) => text.clone(),
            Self::Not(inner) => format!("NOT({}\t)", inner.wordy()),
            Self::And(members) => join(members, "  And\n"),
            Self::Or(members) => join(members, "OR"),
        }
    }

    fn holds(&self, user: &Map<String, Value>) -> bool {
        match self {
            Self::Leaf(text) => filter(text).matches(user),
            Self::Not(inner) => !inner.holds(user),
            Self::And(members) => members.iter().all(|it| it.holds(user)),
            Self::Or(members) => members.iter().any(|it| it.holds(user)),
        }
    }
}

fn filter(text: &str) -> Filter {
    Filter::parse(text, &USER).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn tree(leaf: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = Tree> {
    leaf.prop_map(Tree::Leaf).prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| Tree::Not(Box::new(it))),
            vec(inner.clone(), 2..4).prop_map(Tree::And),
            vec(inner, 2..4).prop_map(Tree::Or),
        ]
    })
}

/// A tree whose conjunctions hold no conjunctions and whose disjunctions no disjunctions, as a parsed one.
fn flat(tree: Tree) -> Tree {
    match tree {
        Tree::Leaf(_) => tree,
        Tree::Not(inner) => Tree::Not(Box::new(flat(*inner))),
        Tree::And(members) => Tree::And(members.into_iter().map(flat).fold(Vec::new(), |mut all, it| {
            match it {
                Tree::And(inner) => all.extend(inner),
                other => all.push(other),
            }
            all
        })),
        Tree::Or(members) => Tree::Or(members.into_iter().map(flat).fold(Vec::new(), |mut all, it| {
            match it {
                Tree::Or(inner) => all.extend(inner),
                other => all.push(other),
            }
            all
        })),
    }
}

/// Values that users and filters share, in several cases.
const WORDS: [&str; 12] = [
    "", "a", "A", "b", "ab", "Straße", "STRAßE", "Σς", "σΣ", "İ", "*", "work",
];

fn word() -> impl Strategy<Value = String> {
    select(&WORDS[..]).prop_map(str::to_owned)
}

fn json(text: &str) -> String {
    Value::from(text).to_string()
}

/// Any term, in canonical text.
fn term() -> impl Strategy<Value = String> {
    let text = prop_oneof![word(), any::<String>()];
    let strings = select(
        &[
            "userName",
            "id",
            "externalId",
            "title",
            "name.familyName",
            "emails.value",
            "emails.type",
            "profileUrl",
            "schemas",
            "meta.location",
            "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User:objectId",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
        ][..],
    );
    let any_operator = select(&["eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le"][..]);
    let equality = select(&["eq", "ne"][..]);
    let attributes = select(&["title", "emails", "name", "roles", "active", "meta.created"][..]);
    let floor = "urn:ietf:params:scim:schemas:extension:ContosoHR:2.0:User:floor";
    let ordering = select(&["eq", "ne", "gt", "lt", "ge", "le"][..]);
    prop_oneof![
        4 => (strings, any_operator.clone(), text.clone())
            .prop_map(|(name, operator, text)| format!("{name} {operator} {}", json(&text))),
        1 => (attributes.clone()).prop_map(|name| format!("{name} pr")),
        1 => (attributes, equality.clone()).prop_map(|(name, operator)| format!("{name} {operator} null")),
        1 => (equality.clone(), any::<bool>()).prop_map(|(operator, value)| format!("active {operator} {value}")),
        1 => (equality.clone(), any::<i64>()).prop_map(move |(operator, n)| format!("{floor} {operator} {n}")),
        1 => (equality, any::<f64>()).prop_map(move |(operator, n)| format!("{floor} {operator} {}", json!(n))),
        1 => (ordering, 0_i64..4_000_000_000_000)
            .prop_map(|(operator, ms)| format!("meta.created {operator} \"{}\"", datetime::format(ms))),
        2 => (tree(part()), prop::option::of(part())).prop_map(|(inside, behind)| {
            let inside = flat(inside).canonical();
            match behind {
                Some(behind) => format!("emails[{inside}].{behind}"),
                None => format!("emails[{inside}]"),
            }
        }),
    ]
}

/// Any term inside the brackets of `emails`, in canonical text.
fn part() -> impl Strategy<Value = String> {
    let operator = select(&["eq", "eq", "ne", "co", "sw", "ew", "gt", "le"][..]);
    prop_oneof![
        4 => (select(&["value", "type"][..]), operator, word())
            .prop_map(|(name, operator, text)| format!("{name} {operator} {}", json(&text))),
        1 => any::<bool>().prop_map(|value| format!("primary eq {value}")),
        1 => Just("type pr".to_owned()),
        1 => Just("type eq null".to_owned()),
    ]
}

/// A user whose values are those of the filters.
fn user() -> impl Strategy<Value = Map<String, Value>> {
    let email = (word(), prop::option::of(word()), prop::option::of(any::<bool>())).prop_map(
        |(value, of_type, primary)| {
            let mut email = Map::new();
            email.insert("value".into(), json!(value));
            if let Some(of_type) = of_type {
                email.insert("type".into(), json!(of_type));
            }
            if let Some(primary) = primary {
                email.insert("primary".into(), json!(primary));
            }
            Value::Object(email)
        },
    );
    let optional = || prop::option::of(word());
    (
        (word(), word(), optional(), optional(), optional()),
        vec(email, 0..4),
        any::<bool>(),
        0_i64..4_000_000_000_000,
    )
        .prop_map(
            |((id, user_name, external_id, object_id, title), emails, active, ms)| {
                let mut user = Map::new();
                user.insert("id".into(), json!(id));
                user.insert("userName".into(), json!(user_name));
                if let Some(external_id) = external_id {
                    user.insert("externalId".into(), json!(external_id));
                }
                if let Some(object_id) = object_id {
                    user.insert(WPO365_USER.id.into(), json!({"objectId": object_id}));
                }
                if let Some(title) = title {
                    user.insert("title".into(), json!(title));
                }
                user.insert("emails".into(), json!(emails));
                user.insert("active".into(), json!(active));
                user.insert("meta".into(), json!({"created": datetime::format(ms)}));
                user
            },
        )
}

/// Pieces of filters, to be put together in any order.
fn soup() -> impl Strategy<Value = String> {
    let piece = select(
        &[
            "emails", "userName", "type", "value", ".value", "[", "]", "(", ")", "not", "and", "or", "eq",
            "pr", "gt", "\"work\"", "\"", "\\", "true", "null", "1", "urn:", ":", ".", " ", "é", "$ref", "-",
        ][..],
    );
    vec(
        prop_oneof![3 => piece.prop_map(str::to_owned), 1 => ".{0,3}"],
        0..60,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printed_filter_parses_to_itself(tree in tree(term())) {
        let canonical = flat(tree).canonical();
        prop_assume!(canonical.len() <= MAX_FILTER_BYTES);
        let parsed = filter(&canonical);
        prop_assert_eq!(parsed.to_string(), canonical);
    }

    #[test]
    fn writing_does_not_change_the_filter(tree in tree(term())) {
        let wordy = tree.wordy();
        prop_assume!(wordy.len() <= MAX_FILTER_BYTES);
        prop_assert_eq!(filter(&wordy), filter(&flat(tree).canonical()));
    }

    #[test]
    fn filter_is_the_logic_of_its_terms(tree in tree(term()), user in user()) {
        let text = tree.wordy();
        prop_assume!(text.len() <= MAX_FILTER_BYTES);
        prop_assert_eq!(filter(&text).matches(&user), tree.holds(&user));
    }

    #[test]
    fn negation_is_the_complement(tree in tree(term()), user in user()) {
        let text = flat(tree).canonical();
        prop_assume!(text.len() + 6 <= MAX_FILTER_BYTES);
        prop_assert_ne!(filter(&text).matches(&user), filter(&format!("not ({text})")).matches(&user));
    }

    #[test]
    fn equalities_make_a_value_that_is_selected(tree in tree(part())) {
        let text = flat(tree).canonical();
        let emails = USER.core_attribute("emails").unwrap();
        let filter = ValueFilter::parse(&text, emails).unwrap();
        prop_assert_eq!(filter.to_string(), text);
        if let Some(equalities) = filter.equalities() {
            let element = equalities
                .into_iter()
                .map(|(attribute, value)| (attribute.name.to_owned(), value))
                .collect();
            prop_assert!(filter.matches(&Value::Object(element)));
        }
    }

    #[test]
    fn no_text_is_too_much(text in prop_oneof![soup(), any::<String>(), ".{0,3000}"]) {
        match Filter::parse(&text, &USER) {
            Ok(filter) => {
                let canonical = filter.to_string();
                prop_assert_eq!(&Filter::parse(&canonical, &USER), &Ok(filter));
            }
            Err(error) => {
                prop_assert!((1..=text.chars().count() + 1).contains(&error.position));
                prop_assert!(!error.detail.contains(char::is_control));
                prop_assert!(error.detail.chars().count() < 400);
            }
        }
        if let Ok(path) = ValuePath::parse(&text, &USER) {
            let canonical = path.to_string();
            if canonical.len() <= MAX_PATH_BYTES {
                prop_assert_eq!(ValuePath::parse(&canonical, &USER), Ok(path));
            }
        }
        let bracketed = format!("emails[{text}].value");
        if let Err(error) = ValuePath::parse(&bracketed, &USER) {
            prop_assert!(error.to_string().chars().count() < 400);
        }
        prop_assert!(datetime::parse(&text).is_none());
    }

    #[test]
    fn strings_compare_as_their_folds(text in strings(), literal in strings()) {
        let (left, right) = (fold(&text), fold(&literal));
        let user = match json!({"displayName": text}) {
            Value::Object(user) => user,
            _ => Map::new(),
        };
        for (operator, expected) in [
            ("eq", left == right),
            ("ne", left != right),
            ("co", left.contains(&right)),
            ("sw", left.starts_with(&right)),
            ("ew", left.ends_with(&right)),
            ("gt", left > right),
            ("ge", left >= right),
            ("lt", left < right),
            ("le", left <= right),
        ] {
            let filter = filter(&format!("displayName {operator} {}", json(&literal)));
            prop_assert_eq!(filter.matches(&user), expected, "{}", operator);
        }
        prop_assert_eq!(fold(&left), left);
    }

    #[test]
    fn instants_survive_their_text(ms in -62_167_219_200_000_i64..253_402_207_200_000) {
        let text = datetime::format(ms);
        prop_assert_eq!(text.len(), "2026-11-22T07:00:00.123Z".len());
        prop_assert_eq!(datetime::parse(&text).map(Timestamp::as_millisecond), Some(ms));
    }

    #[test]
    fn offset_moves_the_instant(minutes in -840_i64..=840, ms in 0_i64..4_000_000_000_000) {
        let local = datetime::format(ms + minutes * 60_000);
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hour, minute) = (minutes.abs() / 60, minutes.abs() % 60);
        let text = format!("{}{sign}{hour:02}:{minute:02}", local.trim_end_matches('Z'));
        prop_assert_eq!(datetime::parse(&text).map(Timestamp::as_millisecond), Some(ms));
    }
}

/// Texts that are often alike, short and long.
fn strings() -> impl Strategy<Value = String> {
    let letter = select(
        &[
            'a', 'A', 'b', 'k', '\u{212a}', 'ß', 'ẞ', 'Σ', 'σ', 'ς', 'İ', 'i', '\u{307}', 'é', 'e',
            '\u{301}', 'Ａ', 'ｶ', 'ﾞ',
        ][..],
    );
    prop_oneof![
        4 => vec(letter.clone(), 0..5).prop_map(String::from_iter),
        1 => vec(select(&['a', 'A', 'b'][..]), 250..300).prop_map(String::from_iter),
        1 => vec(letter, 250..300).prop_map(String::from_iter),
        1 => any::<String>(),
    ]
}
