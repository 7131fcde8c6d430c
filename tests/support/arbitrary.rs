//! Users, values and operations of every shape, for properties.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const WPO365: &str = "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User";
const CONTOSO: &str = "urn:ietf:params:scim:schemas:extension:ContosoHR:2.0:User";

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9 .'\\\\\"<>&-]{1,12}", "\\PC{1,8}"]
}

fn address() -> impl Strategy<Value = String> {
    "[a-z]{1,8}(\\.[a-z]{1,8})?@[a-z]{1,8}\\.example"
}

fn texts(names: &'static [&'static str]) -> impl Strategy<Value = Map<String, Value>> {
    btree_map(select(names), text(), 1..=names.len()).prop_map(|members| {
        members
            .into_iter()
            .map(|(k, v)| (k.to_owned(), json!(v)))
            .collect()
    })
}

/// Values of different types, at most the first of them primary.
fn values(
    types: &'static [&'static str],
    value: impl Strategy<Value = String> + 'static,
) -> impl Strategy<Value = Value> {
    (
        subsequence(types, 1..=types.len()),
        vec(value, types.len()),
        any::<bool>(),
    )
        .prop_map(|(types, values, primary)| {
            let value = |(index, kind): (usize, &&str)| {
                let mut value = json!({"type": kind, "value": values[index]});
                if primary && index == 0 {
                    value["primary"] = json!(true);
                }
                value
            };
            types.iter().enumerate().map(value).collect()
        })
}

pub(crate) fn user() -> impl Strategy<Value = Value> {
    let simple = texts(&[
        "displayName",
        "nickName",
        "title",
        "userType",
        "locale",
        "timezone",
        "externalId",
    ]);
    let name = texts(&[
        "formatted",
        "familyName",
        "givenName",
        "middleName",
        "honorificPrefix",
    ]);
    let place = texts(&[
        "employeeNumber",
        "costCenter",
        "organization",
        "division",
        "department",
    ]);
    let several = (
        proptest::option::of(values(&["work", "home", "other"], address())),
        proptest::option::of(values(&["work", "mobile", "fax", "pager"], text())),
    );
    let extensions = (
        proptest::option::of(place),
        proptest::option::of(text()),
        proptest::option::of(text()),
        proptest::option::of(texts(&["badgeNumber", "costGroup"])),
    );
    let parts = (
        "[a-z]{1,10}@[a-z]{1,6}\\.example",
        any::<bool>(),
        simple,
        proptest::option::of(name),
    );
    (parts, several, extensions).prop_map(
        |((user_name, active, mut user, name), (emails, phones), extensions)| {
            let (place, manager, object_id, contoso) = extensions;
            user.insert("userName".to_owned(), json!(user_name));
            user.insert("active".to_owned(), json!(active));
            let mut put = |name: &str, value: Option<Value>| {
                if let Some(value) = value {
                    user.insert(name.to_owned(), value);
                }
            };
            put("name", name.map(Value::Object));
            put("emails", emails);
            put("phoneNumbers", phones);
            let mut enterprise = place.unwrap_or_default();
            if let Some(manager) = manager {
                enterprise.insert("manager".to_owned(), json!({"value": manager}));
            }
            put(
                ENTERPRISE,
                (!enterprise.is_empty()).then_some(Value::Object(enterprise)),
            );
            put(WPO365, object_id.map(|id| json!({"objectId": id})));
            put(CONTOSO, contoso.map(Value::Object));
            Value::Object(user)
        },
    )
}

/// Any JSON.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        select(vec!["", "True", "x@y.example", "work"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let key = prop_oneof![any_path(), Just("value".to_owned()), Just("type".to_owned())];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key, inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Paths, known and unknown, sound and malformed.
pub(crate) fn any_path() -> impl Strategy<Value = String> {
    let known = select(vec![
        "userName",
        "name",
        "name.givenName",
        "NAME.formatted",
        "active",
        "emails",
        "emails.value",
        "id",
        "meta",
        "schemas",
        "groups",
        "password",
        "roles",
        "manager",
        "externalId",
        "x509Certificates",
        "addresses.country",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails[primary eq \"True\"].primary",
        "roles[primary EQ true].value",
        "emails[not (type pr)].display",
        "name[givenName sw \"A\"].familyName",
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:core:2.0:User:title",
        ENTERPRISE,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager[value eq \"x\"]",
        WPO365,
        CONTOSO,
        "urn:ietf:params:scim:schemas:extension:ContosoHR:2.0:User:badgeNumber",
        "urn:x",
        "urn::",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => "\\PC{0,16}", 1 => "[a-z.\\[\\]\" :]{0,16}"]
}

pub(crate) fn operation() -> impl Strategy<Value = Value> {
    let op = select(vec!["add", "Replace", "REMOVE", "replace", "remove", "move", ""]);
    (
        op,
        proptest::option::of(any_path()),
        proptest::option::of(any_json()),
    )
        .prop_map(|(op, path, value)| {
            let mut operation = json!({"op": op});
            if let Some(path) = path {
                operation["path"] = json!(path);
            }
            if let Some(value) = value {
                operation["value"] = value;
            }
            operation
        })
}

/// Attributes of all types that users can be sorted by.
pub(crate) const SORTABLE: [&str; 10] = [
    "userName",
    "displayName",
    "title",
    "active",
    "emails",
    "emails.type",
    "phoneNumbers.value",
    "name.familyName",
    "externalId",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
];
