//! Every route that reads a body, and everything that no body may be: a SCIM error, and nothing changed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use serde_json::{Value, json};

use support::client::{Reply, Site, patch_of, request};

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A site with a user and a group.
fn site() -> (Site, [String; 2]) {
    let mut site = Site::default();
    let user = site.create(&json!({"userName": "ada@example.com"}));
    let group = site.create_group("Editors", &[&user]);
    (site, [format!("/Users/{user}"), format!("/Groups/{group}")])
}

/// Method, path and a sound body of each route.
fn routes([user, group]: &[String; 2]) -> Vec<(&'static str, String, Value)> {
    let bob = json!({"schemas": [USER], "userName": "bob@example.com"});
    let authors = json!({"schemas": [GROUP], "displayName": "Authors", "members": []});
    let rename = patch_of(&json!([{"op": "replace", "path": "displayName", "value": "New"}]));
    let search = json!({"schemas": [SEARCH], "filter": "id pr", "sortBy": "id", "count": 1});
    let bulk = json!({"schemas": [BULK], "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": bob},
        {"method": "DELETE", "path": group},
    ]});
    vec![
        ("POST", "/Users".to_owned(), bob.clone()),
        ("PUT", user.clone(), bob),
        ("PATCH", user.clone(), rename.clone()),
        ("POST", "/Groups".to_owned(), authors.clone()),
        ("PUT", group.clone(), authors),
        ("PATCH", group.clone(), rename),
        ("POST", "/.search".to_owned(), search.clone()),
        ("POST", "/Users/.search".to_owned(), search.clone()),
        ("POST", "/Groups/.search".to_owned(), search),
        ("POST", "/Bulk".to_owned(), bulk),
    ]
}

/// Sends bytes to every route of a fresh site, and gives the answer to `check`; nothing may change.
fn each_route(spoil: impl Fn(&str) -> Vec<u8>, media_type: &str, check: impl Fn(&str, &Reply)) {
    for index in 0..routes(&site().1).len() {
        let (mut site, paths) = site();
        let (method, path, body) = routes(&paths).swap_remove(index);
        let mut request = request(method, &path, &[], None);
        request.body = spoil(&body.to_string());
        request.headers = vec![("content-type".to_owned(), media_type.to_owned())];
        let before = site.store.state();
        let reply = site.exchange(request);
        check(&format!("{method} {path}"), &reply);
        assert!(before == site.store.state(), "{method} {path} changed something");
    }
}

#[test]
fn the_bodies_are_sound() {
    for index in 0..routes(&site().1).len() {
        let (mut site, paths) = site();
        let (method, path, body) = routes(&paths).swap_remove(index);
        let reply = site.send(method, &path, &[], Some(&body));
        assert!(reply.status < 300, "{method} {path}: {}", reply.text);
    }
}

/// The syntax error that every route answers to a spoilt body.
fn assert_no_syntax(name: &str, spoil: impl Fn(&str) -> Vec<u8>, detail: &str) {
    each_route(spoil, "application/scim+json", |route, reply| {
        assert_eq!(
            (reply.status, reply.scim_type().as_deref()),
            (400, Some("invalidSyntax")),
            "{route}, {name}: {}",
            reply.text
        );
        let found = reply.detail();
        assert!(found.contains(detail), "{route}, {name}: {found}");
    });
}

#[test]
fn what_is_no_json_is_refused() {
    assert_no_syntax("nothing", |_| Vec::new(), "the body is empty");
    assert_no_syntax("blanks", |_| b" \r\n\t".to_vec(), "the body is empty");
    for text in [
        "userName=ada",
        "<user/>",
        "{",
        "{]",
        "{'a':1}",
        "{\"a\":}",
        "{\"a\":1,}",
        "NaN",
    ] {
        assert_no_syntax(text, |_| text.into(), "not valid JSON");
    }
    let begin = |first: &'static str| move |body: &str| -> Vec<u8> { body.replacen('{', first, 1).into() };
    let within =
        |inner: &'static str| move |body: &str| -> Vec<u8> { body.replacen("urn:", inner, 1).into() };
    for (name, first) in [
        ("a comment", "/* */{"),
        ("a byte order mark", "\u{feff}{"),
        ("a number out of range", "{\"x\":1e999,"),
        ("no number", "{\"x\":NaN,"),
        ("a leading zero", "{\"x\":01,"),
    ] {
        assert_no_syntax(name, begin(first), "not valid JSON");
    }
    for (name, inner) in [
        ("a NUL in a text", "urn:\0"),
        ("a newline in a text", "urn:\n"),
        ("half a character", "urn:\\ud83d"),
        ("an unknown escape", "urn:\\x00"),
    ] {
        assert_no_syntax(name, within(inner), "not valid JSON");
    }
    assert_no_syntax(
        "its beginning",
        |body| body.strip_suffix('}').unwrap().into(),
        "not valid JSON",
    );
    assert_no_syntax("it twice", |body| body.repeat(2).into(), "not valid JSON");
    assert_no_syntax(
        "a NUL behind it",
        |body| format!("{body}\0").into(),
        "not valid JSON",
    );
    let utf16 = |body: &str| body.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_no_syntax("UTF-16", utf16, "not valid JSON");
    assert_no_syntax("Latin-1", |body| [body.as_bytes(), b"\xe9"].concat(), "not UTF-8");
    let overlong = |body: &str| [b"{\"\xc0\xaf\":1,", body.strip_prefix('{').unwrap().as_bytes()].concat();
    assert_no_syntax("overlong UTF-8", overlong, "not UTF-8 from byte 3");
}

#[test]
fn what_is_no_object_is_refused() {
    assert_no_syntax(
        "an array",
        |body| format!("[{body}]").into(),
        "the body is an array",
    );
    assert_no_syntax(
        "a text",
        |body| json!(body).to_string().into(),
        "the body is a string",
    );
    for (text, kind) in [
        ("null", "null"),
        ("true", "a boolean"),
        ("7", "a number"),
        ("[]", "an array"),
    ] {
        assert_no_syntax(text, |_| text.into(), &format!("the body is {kind}"));
    }
    for levels in [16, 17, 1_000, 100_000] {
        let nested = format!("{{\"x\":{}{},", "[".repeat(levels), "]".repeat(levels));
        let spoil = |body: &str| body.replacen('{', &nested, 1).into();
        assert_no_syntax("depth", spoil, "nested deeper than 16 levels");
    }
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    for key in ["schemas", "SCHEMAS", "Schemas"] {
        let spoil = |body: &str| body.replacen('{', &format!("{{\"{key}\":[\"urn:x\"],"), 1).into();
        each_route(spoil, "application/scim+json", |route, reply| {
            assert_eq!(
                (reply.status, reply.scim_type().as_deref()),
                (400, Some("invalidSyntax")),
                "{route}, {key}: {}",
                reply.text
            );
            assert!(reply.detail().contains("appears twice"), "{}", reply.detail());
        });
    }
    let (mut site, paths) = site();
    let before = site.store.state();
    let twice = |inner: &str| format!("{{\"schemas\":[\"{BULK}\"],\"Operations\":[{{{inner}}}]}}");
    let patch = |inner: &str| format!("{{\"Operations\":[{{{inner}}}]}}");
    for (method, path, body) in [
        (
            "POST",
            "/Bulk",
            twice("\"method\":\"DELETE\",\"METHOD\":\"PUT\",\"path\":\"/Users/x\""),
        ),
        (
            "POST",
            "/Bulk",
            twice("\"method\":\"DELETE\",\"path\":\"/Users/x\",\"Path\":\"/Users/y\""),
        ),
        (
            "POST",
            "/Bulk",
            twice("\"method\":\"DELETE\",\"path\":\"/Users/x\",\"version\":\"1\",\"Version\":\"2\""),
        ),
        (
            "PATCH",
            &paths[0],
            patch("\"op\":\"add\",\"Op\":\"remove\",\"path\":\"title\",\"value\":\"x\""),
        ),
        (
            "PATCH",
            &paths[1],
            patch("\"op\":\"add\",\"path\":\"externalId\",\"value\":\"x\",\"Value\":\"y\""),
        ),
    ] {
        let mut sent = request(method, path, &[], None);
        sent.body = body.clone().into_bytes();
        let reply = site.exchange(sent);
        assert_eq!(
            (reply.status, reply.scim_type().as_deref()),
            (400, Some("invalidSyntax")),
            "{body}"
        );
        assert!(reply.detail().contains("appears twice"), "{}", reply.detail());
        assert!(before == site.store.state());
    }
}

#[test]
fn a_body_of_another_media_type_is_refused() {
    for media_type in [
        "text/plain",
        "text/html; charset=utf-8",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/scim+xml",
        "application/scim+json2",
        "json",
        "*/*",
    ] {
        each_route(
            |body| body.into(),
            media_type,
            |route, reply| {
                assert_eq!(
                    (reply.status, reply.scim_type()),
                    (415, None),
                    "{route}: {}",
                    reply.text
                );
                assert!(
                    reply.detail().contains("must be application/scim+json"),
                    "{}",
                    reply.detail()
                );
            },
        );
    }
}

#[test]
fn a_body_above_the_limit_is_refused() {
    for index in 0..routes(&site().1).len() {
        let (mut site, paths) = site();
        let (method, path, body) = routes(&paths).swap_remove(index);
        let bytes = body.to_string().len();
        site.max_body_bytes = Some(bytes - 1);
        let before = site.store.state();
        let reply = site.send(method, &path, &[], Some(&body));
        assert_eq!(
            (reply.status, reply.scim_type()),
            (413, None),
            "{method} {path}: {}",
            reply.text
        );
        assert!(before == site.store.state());
        site.max_body_bytes = Some(bytes);
        assert!(
            site.send(method, &path, &[], Some(&body)).status < 300,
            "{method} {path}"
        );
    }
}

#[test]
fn a_message_of_another_kind_is_refused() {
    let messages = ["/.search", "/Users/.search", "/Groups/.search", "/Bulk"];
    let schemas = [
        json!(null),
        json!([]),
        json!({}),
        json!("urn:ietf:params:scim:api:messages:2.0:BulkRequest"),
        json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]),
        json!([USER]),
        json!([7]),
        json!([[BULK], [SEARCH]]),
    ];
    for path in messages {
        for schemas in &schemas {
            let (mut site, _) = site();
            let before = site.store.state();
            let body = json!({"schemas": schemas, "Operations": [{"method": "DELETE", "path": "/Users/x"}]});
            let reply = site.send("POST", path, &[], Some(&body));
            assert_eq!(
                (reply.status, reply.scim_type().as_deref()),
                (400, Some("invalidSyntax")),
                "{path} {schemas}: {}",
                reply.text
            );
            assert!(before == site.store.state());
        }
    }
}
