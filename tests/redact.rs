//! A request as the log shows it: whatever a client does with a password, it is not in there.

use proptest::prelude::*;
use scimpress::exchange::Request;
use scimpress::limits::MAX_SHOWN_BODY_BYTES;
use scimpress::redact;
use serde_json::{Value, json};

const SECRET: &str = "Hunter2-\u{1f980}";
const URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn shown(body: &[u8]) -> String {
    redact::request(&Request {
        method: "PATCH".to_owned(),
        path: "/Users/1".to_owned(),
        body: body.to_vec(),
        ..Request::default()
    })
}

fn bodies() -> Vec<Value> {
    let operation = |operation: Value| json!({"Operations": [operation]});
    let user = json!({"userName": "ada@example.com", "password": SECRET});
    let text = user.to_string();
    vec![
        user.clone(),
        json!({"PassWord": SECRET}),
        json!({" password ": SECRET}),
        json!({"password": [SECRET]}),
        json!({"password": {"value": SECRET, "primary": true}}),
        json!({format!("{URN}:password"): SECRET}),
        json!({URN: {"password": SECRET}}),
        json!({"urn:contoso:2.0:User": {"initialPassword": SECRET, "client_secret": SECRET}}),
        operation(json!({"op": "add", "path": "password", "value": SECRET})),
        operation(json!({"op": "Replace", "path": "PASSWORD", "value": [SECRET]})),
        operation(json!({"op": "replace", "path": format!("{URN}:password"), "value": SECRET})),
        operation(json!({"op": "replace", "path": format!(" {URN}:PASSWORD "), "value": {"x": SECRET}})),
        operation(json!({"op": "replace", "value": {"password": SECRET}})),
        operation(json!({"op": "replace", "value": {format!("{URN}:Password"): SECRET}})),
        operation(json!({"op": "replace", "path": format!("password[value eq \"{SECRET}\"]"), "value": "x"})),
        operation(json!({"op": "replace", "path": "password", "val": SECRET})),
        operation(json!({"op": "replace", "path": "urn:x:User", "value": text})),
        operation(json!({"op": "replace", "value": json!([text]).to_string()})),
        operation(json!({"op": "replace", "value": json!(text).to_string()})),
        operation(json!({"op": "replace", "value": text.replace("password", "pass\\u0077ord")})),
        operation(
            json!({"op": "replace", "value": text.replace("password", "pass\\u0077ord").replace('}', "")}),
        ),
        operation(json!({"op": "replace", "value": format!("password={SECRET}")})),
        operation(json!({"op": "replace", "value": [{"name": "password", "value": SECRET}]})),
        json!({"Operations": [{"method": "POST", "path": "/Users", "bulkId": "a", "data": user}]}),
        json!({"Operations": [{"method": "POST", "path": "/Users", "bulkId": "a", "data": text}]}),
        json!({"Operations": [{"method": "PATCH", "path": "/Users/1", "data": operation(json!({"op": "add", "path": "password", "value": SECRET}))}]}),
        json!({format!("password eq \"{SECRET}\""): 1}),
        json!({"Authorization": format!("Bearer {SECRET}")}),
        json!({"note": format!("Authorization: Bearer {SECRET}")}),
    ]
}

#[test]
fn no_form_of_a_password_is_shown() {
    for body in bodies() {
        let text = shown(body.to_string().as_bytes());
        assert!(text.contains(redact::HIDDEN), "{body}\n{text}");
        assert!(
            !text.contains("Hunter2") && !text.contains('\u{1f980}'),
            "{body}\n{text}"
        );
    }
}

#[test]
fn nothing_of_a_broken_body_is_shown() {
    for body in bodies() {
        let text = body.to_string();
        let (cut, doubled) = (text.trim_end_matches(['}', ']']), format!("{text}{text}"));
        for broken in [cut, &doubled, &format!("x{text}"), &json!([body]).to_string()] {
            let shown = shown(broken.as_bytes());
            assert!(shown.ends_with("not kept)"), "{shown}");
        }
    }
    assert!(shown(b"{\"password\": \"a\", \"password\": \"Hunter2\"}").ends_with("not kept)"));
    assert!(shown(b"{\"a\": \"\xff Hunter2\"}").ends_with("not kept)"));
}

#[test]
fn the_rest_is_shown_as_it_is() {
    let body = json!({
        "schemas": [URN], "userName": "ada@example.com", "displayName": "[External] Ada \"A\" <b>", "active": true,
        "emails": [{"type": "work", "value": "ada@example.com"}], "x": null, "n": 1.5, "name": {"givenName": "{Ada"},
        "Operations": [{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x"}],
    });
    let text = shown(body.to_string().as_bytes());
    let (head, shown) = text.split_once("\n\n").unwrap_or_default();
    assert_eq!(head, "PATCH /Users/1");
    assert_eq!(serde_json::from_str::<Value>(shown).ok(), Some(body));
}

#[test]
fn long_bodies_are_left_out() {
    let body = json!({"a": "x".repeat(MAX_SHOWN_BODY_BYTES)}).to_string();
    assert_eq!(
        shown(body.as_bytes()),
        format!("PATCH /Users/1\n\n({} bytes, too long to be kept)", body.len())
    );
}

#[test]
fn of_header_and_url_only_what_is_known_is_shown() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let text = redact::request(&Request {
        method: "POST".to_owned(),
        path: "/Users\r\n\u{202e}x".to_owned(),
        query: vec![
            ("Attributes".to_owned(), b"userName".to_vec()),
            ("filter".to_owned(), b"password eq \"Hunter2\"".to_vec()),
            ("access_token".to_owned(), b"Hunter2".to_vec()),
            ("Hunter2".to_owned(), Vec::new()),
        ],
        headers: vec![
            pair("authorization", "Bearer Hunter2"),
            pair("cookie", "Hunter2"),
            pair("x-api-key", "Hunter2"),
            pair("user-agent", "client\r\nx"),
        ],
        body: Vec::new(),
    });
    assert_eq!(
        text,
        "POST /Users\u{fffd}\u{fffd}\u{fffd}x?attributes=userName&filter=***&***&***\nuser-agent: client\u{fffd}\u{fffd}x\n"
    );
}

/// JSON with the secret as a password somewhere in it.
fn anywhere() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"password": SECRET})),
        Just(json!({"op": "replace", "path": "password", "value": SECRET})),
        Just(json!({format!("{URN}:password"): SECRET})),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            ("[a-zA-Z]{1,8}", inner.clone()).prop_map(|(name, value)| json!({name: value})),
            inner.clone().prop_map(|value| json!([1, value, "x"])),
            inner
                .clone()
                .prop_map(|value| json!({"value": value.to_string()})),
            inner.prop_map(|value| json!({"data": value, "path": "/Users"})),
        ]
    })
    .prop_map(|value| json!({"Operations": value}))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn wherever_a_password_is_it_is_hidden(body in anywhere()) {
        let text = shown(body.to_string().as_bytes());
        prop_assert!(!text.contains("Hunter2"), "{}", text);
    }
}
