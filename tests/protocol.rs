//! HTTP as the engine takes it: methods, media types, limits.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::exchange::Request;
use scimpress::limits::{MAX_PATCH_OPERATIONS, MAX_VALUES};
use serde_json::{Value, json};

use support::client::Site;

fn ada() -> Value {
    json!({"userName": "ada@example.com", "displayName": "Ada King"})
}

#[test]
fn head_is_get_without_the_body() {
    let mut site = Site::default();
    let id = site.create(&ada());
    for path in [
        format!("/Users/{id}"),
        "/Users".to_owned(),
        "/Schemas".to_owned(),
        "/Users/no".to_owned(),
    ] {
        let get = site.get(&path);
        let head = site.send("HEAD", &path, &[], None);
        assert_eq!((head.status, &head.headers), (get.status, &get.headers), "{path}");
    }
}

#[test]
fn json_is_taken_under_its_names_and_without_one() {
    for media_type in [
        "application/scim+json",
        "Application/SCIM+JSON; charset=utf-8",
        "application/json",
        "application/json;charset=UTF-8",
        "",
    ] {
        let reply = Site::default().exchange(Request {
            method: "post".to_owned(),
            path: "/users/".to_owned(),
            headers: vec![("content-type".to_owned(), media_type.to_owned())],
            body: ada().to_string().into_bytes(),
            ..Request::default()
        });
        assert_eq!(reply.status, 201, "'{media_type}': {}", reply.text);
    }
}

#[test]
fn a_compressed_body_is_refused_and_what_a_client_would_like_to_read_is_not_asked() {
    let ask = |headers: &[(&str, &str)]| {
        Site::default().exchange(Request {
            method: "POST".to_owned(),
            path: "/Users".to_owned(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: ada().to_string().into_bytes(),
            ..Request::default()
        })
    };
    for coding in ["gzip", "deflate", "br", "gzip, identity"] {
        let reply = ask(&[("content-encoding", coding)]);
        assert_eq!(reply.status, 415, "RFC 9110 §15.5.16");
        assert!(reply.detail().contains(coding), "{}", reply.text);
    }
    // Okta, JumpCloud, browsers and curl.
    for accept in [
        "application/scim+json, application/json",
        "application/json",
        "text/html",
        "*/*",
    ] {
        let headers = [
            ("accept", accept),
            ("accept-charset", "utf-8"),
            ("content-encoding", "identity"),
        ];
        assert_eq!(ask(&headers).status, 201, "{accept}");
    }
}

#[test]
fn limits_are_reached_and_not_passed() {
    let values = |count: usize| {
        (0..count)
            .map(|n| json!({"value": n.to_string()}))
            .collect::<Value>()
    };
    let mut site = Site::default();
    let full = json!({"userName": "full", "phoneNumbers": values(MAX_VALUES)});
    let id = site.create(&full);
    let over = json!({"userName": "over", "phoneNumbers": values(MAX_VALUES + 1)});
    let reply = site.send("POST", "/Users", &[], Some(&over));
    assert_eq!(
        (reply.status, reply.scim_type().as_deref()),
        (400, Some("invalidValue"))
    );
    let one_more = json!([{"op": "add", "path": "phoneNumbers", "value": [{"value": "one more"}]}]);
    let reply = site.patch(&id, &one_more);
    assert_eq!(
        (reply.status, reply.scim_type().as_deref()),
        (400, Some("invalidValue"))
    );
    assert!(
        reply.detail().contains("would have 1001 values, at most 1000"),
        "{}",
        reply.detail()
    );

    let operation = json!({"op": "add", "path": "title", "value": "x"});
    let most: Value = std::iter::repeat_n(operation, MAX_PATCH_OPERATIONS).collect();
    assert_eq!(site.patch(&id, &most).status, 200);
}

#[test]
fn a_key_of_a_value_counts_as_an_operation() {
    let keys = |count: usize| {
        (0..count)
            .map(|n| (format!("urn:x:y:n{n}"), json!("x")))
            .collect::<Value>()
    };
    let members = |count: usize| {
        (0..count)
            .map(|n| (format!("n{n}"), json!("x")))
            .collect::<Value>()
    };
    let mut site = Site::default();
    for (value, status) in [
        (keys(MAX_PATCH_OPERATIONS), 200),
        (keys(MAX_PATCH_OPERATIONS + 1), 400),
        (json!({"urn:x:z": members(MAX_PATCH_OPERATIONS)}), 200),
        (json!({"urn:x:z": members(MAX_PATCH_OPERATIONS + 1)}), 400),
    ] {
        let id = site.create(&json!({"userName": format!("u{}", site.store.rows.len())}));
        let reply = site.patch(&id, &json!([{"op": "add", "value": value}]));
        assert_eq!(reply.status, status);
        if status == 400 {
            assert_eq!(reply.scim_type().as_deref(), Some("tooMany"));
            assert!(
                reply.detail().contains("2001 attributes, at most 2000"),
                "{}",
                reply.detail()
            );
        }
    }
}
