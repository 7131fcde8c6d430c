//! Cursors (RFC 9865): forwards, back, and past what changes meanwhile.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use scimpress::limits::MAX_COUNT;
use serde_json::{Value, json};

use support::arbitrary::{SORTABLE, user};
use support::client::{Reply, Site};
use support::crowd::{crowd, listed, names, needs_of, site_of};
use support::diff::assert_json;

/// Follows a cursor to its end, and answers the names of each page.
fn walk(
    site: &mut Site,
    path: &str,
    query: &[(&str, &str)],
    cursor: &str,
    direction: &str,
) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = Some(cursor.to_owned());
    while let Some(place) = cursor {
        assert!(pages.len() < 100, "the pages never end");
        let list = turn(site, path, query, &place).json();
        pages.push(listed(&list));
        cursor = list[direction].as_str().map(str::to_owned);
    }
    pages
}

fn turn(site: &mut Site, path: &str, query: &[(&str, &str)], cursor: &str) -> Reply {
    let mut query = query.to_vec();
    query.push(("cursor", cursor));
    let reply = site.send("GET", path, &query, None);
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply
}

fn seven() -> Site {
    let mut site = Site::default();
    for number in 1..=7 {
        let parity = if number % 2 == 0 { "even" } else { "odd" };
        site.create(&json!({"userName": format!("u{number}"), "title": parity, "nickName": format!("{}", 9 - number)}));
    }
    site
}

#[test]
fn cursors_lead_forwards_and_back() {
    let mut site = seven();
    for (query, expected, total) in [
        (vec![], "1234567", Some(7)),
        (vec![("filter", "title eq \"odd\"")], "1357", None),
        (vec![("sortBy", "nickName")], "7654321", Some(7)),
        (
            vec![
                ("sortBy", "nickName"),
                ("sortOrder", "descending"),
                ("filter", "title eq \"even\""),
            ],
            "246",
            Some(3),
        ),
        (
            vec![(
                "filter",
                "userName eq \"u3\" or userName eq \"u6\" or userName eq \"u1\"",
            )],
            "136",
            None,
        ),
        (vec![("filter", "userName eq \"u3\"")], "3", None),
        (vec![("filter", "title eq \"none\"")], "", None),
    ] {
        let expected: Vec<String> = expected.chars().map(|number| format!("u{number}")).collect();
        for count in ["1", "2", "3", "7", "200"] {
            let mut query = query.clone();
            query.push(("count", count));
            let length: usize = count.parse().unwrap();
            let pages = walk(&mut site, "/Users", &query, "", "nextCursor");
            let mut chunks: Vec<Vec<String>> = expected.chunks(length).map(<[String]>::to_vec).collect();
            if chunks.is_empty() {
                chunks.push(Vec::new());
            }
            assert_eq!(pages, chunks, "{query:?}");

            let mut last = turn(&mut site, "/Users", &query, "").json();
            assert_eq!(
                last.get("previousCursor"),
                None,
                "nothing is before the first page"
            );
            assert_eq!(last.get("startIndex"), None);
            assert_eq!(last["totalResults"].as_u64(), total, "{query:?}");
            while let Some(next) = last["nextCursor"].as_str() {
                last = turn(&mut site, "/Users", &query, next).json();
            }
            let mut back = vec![listed(&last)];
            if let Some(previous) = last["previousCursor"].as_str() {
                back.extend(walk(&mut site, "/Users", &query, previous, "previousCursor"));
            }
            let whole: Vec<String> = back.into_iter().rev().flatten().collect();
            assert_eq!(whole, expected, "back again: {query:?}");
        }
    }
}

#[test]
fn a_cursor_there_and_back_is_the_page_it_began_with() {
    let mut site = seven();
    for query in [vec![("count", "3")], vec![("count", "3"), ("sortBy", "nickName")]] {
        let first = turn(&mut site, "/Users", &query, "").json();
        let second = turn(&mut site, "/Users", &query, first["nextCursor"].as_str().unwrap()).json();
        let again = turn(
            &mut site,
            "/Users",
            &query,
            second["previousCursor"].as_str().unwrap(),
        )
        .json();
        assert_json(&again["Resources"], &first["Resources"]);
        assert_eq!(again.get("previousCursor"), None);
        let on = turn(&mut site, "/Users", &query, again["nextCursor"].as_str().unwrap()).json();
        assert_json(&on["Resources"], &second["Resources"]);
    }
}

#[test]
fn a_cursor_belongs_to_its_query() {
    let mut site = seven();
    site.create_group("g1", &[]);
    site.create_group("g2", &[]);
    let first = turn(
        &mut site,
        "/Users",
        &[("count", "2"), ("filter", "title eq \"odd\"")],
        "",
    )
    .json();
    let cursor = first["nextCursor"].as_str().unwrap();
    for (path, query) in [
        ("/Users", vec![]),
        ("/Users", vec![("filter", "title eq \"even\"")]),
        (
            "/Users",
            vec![("filter", "title eq \"odd\""), ("sortBy", "userName")],
        ),
        ("/Groups", vec![("filter", "title eq \"odd\"")]),
    ] {
        let mut query = query;
        query.push(("cursor", cursor));
        let reply = site.send("GET", path, &query, None);
        assert_eq!(reply.status, 400, "{query:?}");
        assert!(
            matches!(
                reply.scim_type().as_deref(),
                Some("invalidCursor" | "invalidFilter")
            ),
            "{}",
            reply.text
        );
    }
    let plain = turn(&mut site, "/Groups", &[("count", "1")], "").json();
    let query = [("cursor", plain["nextCursor"].as_str().unwrap())];
    let reply = site.send("GET", "/Users", &query, None);
    assert_eq!(
        reply.scim_type().as_deref(),
        Some("invalidCursor"),
        "{}",
        reply.text
    );
    let other_count = [("count", "1"), ("filter", "title eq \"odd\"")];
    assert_eq!(
        listed(&turn(&mut site, "/Users", &other_count, cursor).json()),
        ["u5"],
        "another size is no other query"
    );
}

#[test]
fn users_who_go_between_two_pages_hide_nobody() {
    for query in [
        vec![("count", "2")],
        vec![("count", "2"), ("filter", "userName sw \"u\"")],
    ] {
        let mut site = seven();
        let first = turn(&mut site, "/Users", &query, "").json();
        assert_eq!(listed(&first), ["u1", "u2"]);
        for index in [0, 1] {
            let id = first["Resources"][index]["id"].as_str().unwrap();
            assert_eq!(
                site.send("DELETE", &format!("/Users/{id}"), &[], None).status,
                204
            );
        }
        site.create(&json!({"userName": "u8"}));
        let rest = walk(
            &mut site,
            "/Users",
            &query,
            first["nextCursor"].as_str().unwrap(),
            "nextCursor",
        );
        assert_eq!(
            rest.concat(),
            ["u3", "u4", "u5", "u6", "u7", "u8"],
            "an index would have passed over two"
        );
    }
}

/// Deletes the users with these names.
fn delete(site: &mut Site, names: &[&str]) {
    let all = site.get("/Users").json();
    for user in all["Resources"].as_array().unwrap() {
        if names.contains(&user["userName"].as_str().unwrap()) {
            let path = format!("/Users/{}", user["id"].as_str().unwrap());
            assert_eq!(site.send("DELETE", &path, &[], None).status, 204);
        }
    }
}

/// Orders that the store makes and one that it cannot, with the users in it.
const ORDERS: [(&[(&str, &str)], &str); 4] = [
    (&[("sortBy", "userName")], "1234567"),
    (&[("sortBy", "userName"), ("sortOrder", "descending")], "7654321"),
    (&[("sortBy", "meta.created")], "1234567"),
    (&[("sortBy", "nickName")], "7654321"),
];

fn named(order: &str) -> Vec<String> {
    order.chars().map(|number| format!("u{number}")).collect()
}

#[test]
fn users_who_go_between_two_sorted_pages_hide_nobody() {
    for (query, order) in ORDERS {
        let order = named(order);
        let order: Vec<&str> = order.iter().map(String::as_str).collect();
        let query = [query, &[("count", "2")]].concat();
        for gone in [&order[..1], &order[1..2], &order[..2], &order[2..3], &order[1..2]] {
            let mut site = seven();
            let first = turn(&mut site, "/Users", &query, "").json();
            assert_eq!(listed(&first), order[..2], "{query:?}");
            delete(&mut site, gone);
            let next = first["nextCursor"].as_str().unwrap();
            let rest = walk(&mut site, "/Users", &query, next, "nextCursor").concat();
            let expected: Vec<&str> = order[2..]
                .iter()
                .copied()
                .filter(|it| !gone.contains(it))
                .collect();
            assert_eq!(rest, expected, "{query:?} without {gone:?}");
        }
    }
}

#[test]
fn a_client_that_deletes_what_it_reads_reads_everybody() {
    for (query, order) in ORDERS {
        let query = [query, &[("count", "2")]].concat();
        let mut site = seven();
        let mut found = Vec::new();
        let mut cursor = Some(String::new());
        while let Some(place) = cursor {
            let page = turn(&mut site, "/Users", &query, &place).json();
            let read = listed(&page);
            delete(&mut site, &read.iter().map(String::as_str).collect::<Vec<_>>());
            found.extend(read);
            cursor = page["nextCursor"].as_str().map(str::to_owned);
        }
        assert_eq!(found, named(order), "{query:?}");
    }
}

#[test]
fn who_comes_before_a_sorted_page_shifts_nobody() {
    for (query, order) in ORDERS {
        let query = [query, &[("count", "3")]].concat();
        let mut site = seven();
        let first = turn(&mut site, "/Users", &query, "").json();
        let second = turn(&mut site, "/Users", &query, first["nextCursor"].as_str().unwrap()).json();
        site.create(&json!({"userName": "u0", "nickName": "0"}));
        site.create(&json!({"userName": "u9", "nickName": "99"}));
        let back = second["previousCursor"].as_str().unwrap();
        let back = turn(&mut site, "/Users", &query, back).json();
        assert_eq!(listed(&back), named(order)[..3], "{query:?}");
        assert_eq!(back["totalResults"], 9);
        let on = back["nextCursor"].as_str().unwrap();
        assert_eq!(
            listed(&turn(&mut site, "/Users", &query, on).json()),
            named(order)[3..6],
            "{query:?}"
        );
    }
}

/// RFC 9865 §2.1: better an error than a page that leaves somebody out.
#[test]
fn a_sorted_cursor_whose_neighbours_are_both_gone_has_expired() {
    for (query, order) in ORDERS {
        let query = [query, &[("count", "2")]].concat();
        let order = named(order);
        let mut site = seven();
        let first = turn(&mut site, "/Users", &query, "").json();
        let cursor = first["nextCursor"].as_str().unwrap();
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
        assert!(
            !plain.contains(&order[1]) && !plain.contains(&order[2]),
            "a name in {plain}"
        );
        delete(&mut site, &[&order[1], &order[2]]);
        let mut query = query;
        query.push(("cursor", cursor));
        let reply = site.send("GET", "/Users", &query, None);
        assert_eq!(
            (reply.status, reply.scim_type().as_deref()),
            (400, Some("expiredCursor")),
            "{}",
            reply.text
        );
    }
}

#[test]
fn a_sorted_cursor_does_not_follow_who_moves() {
    let mut site = seven();
    let query = [("sortBy", "nickName"), ("count", "2")];
    let first = turn(&mut site, "/Users", &query, "").json();
    let moved = site.get("/Users").json()["Resources"].as_array().unwrap()[4]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let last = json!({"Operations": [{"op": "replace", "path": "nickName", "value": "99"}]});
    assert_eq!(
        site.send("PATCH", &format!("/Users/{moved}"), &[], Some(&last))
            .status,
        200
    );
    let next = first["nextCursor"].as_str().unwrap();
    assert_eq!(
        walk(&mut site, "/Users", &query, next, "nextCursor").concat(),
        ["u4", "u3", "u2", "u1", "u5"]
    );
}

#[test]
fn an_empty_page_leads_back() {
    for query in [
        vec![],
        vec![("filter", "userName pr")],
        vec![("filter", "title pr")],
        vec![("sortBy", "userName")],
        vec![("sortBy", "title")],
    ] {
        let mut query = query;
        query.push(("count", "3"));
        let mut site = seven();
        let first = turn(&mut site, "/Users", &query, "").json();
        let names = listed(&first);
        let second = turn(&mut site, "/Users", &query, first["nextCursor"].as_str().unwrap()).json();
        let all: Vec<String> = named("1234567");
        let others: Vec<&str> = all
            .iter()
            .filter(|it| !names.contains(it))
            .map(String::as_str)
            .collect();

        let mut forwards = seven();
        delete(&mut forwards, &others);
        let empty = turn(
            &mut forwards,
            "/Users",
            &query,
            first["nextCursor"].as_str().unwrap(),
        )
        .json();
        assert_eq!(listed(&empty), Vec::<String>::new(), "{query:?}");
        assert_eq!(empty.get("nextCursor"), None, "{query:?}");
        let back = turn(
            &mut forwards,
            "/Users",
            &query,
            empty["previousCursor"].as_str().unwrap(),
        )
        .json();
        assert_eq!(listed(&back), names, "{query:?}");

        let mut backwards = seven();
        delete(
            &mut backwards,
            &names.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        let empty = turn(
            &mut backwards,
            "/Users",
            &query,
            second["previousCursor"].as_str().unwrap(),
        )
        .json();
        assert_eq!(listed(&empty), Vec::<String>::new(), "{query:?}");
        assert_eq!(empty.get("previousCursor"), None, "{query:?}");
        let on = turn(
            &mut backwards,
            "/Users",
            &query,
            empty["nextCursor"].as_str().unwrap(),
        )
        .json();
        assert_eq!(listed(&on), listed(&second), "{query:?}");
    }
}

/// RFC 7644 §3.4.2.4: 0, and what is below it, asks for the number alone.
#[test]
fn no_resources_are_asked_for() {
    let mut site = seven();
    for (query, total) in [
        (vec![], 7),
        (vec![("filter", "title eq \"odd\"")], 4),
        (vec![("filter", "userName gt \"u4\"")], 3),
        (vec![("sortBy", "nickName")], 7),
    ] {
        let mut first = query.clone();
        first.push(("count", "2"));
        let next = turn(&mut site, "/Users", &first, "").json()["nextCursor"]
            .as_str()
            .unwrap()
            .to_owned();
        for (count, cursor) in [("0", ""), ("-3", ""), ("0", &next)] {
            let mut query = query.clone();
            query.push(("count", count));
            let list = turn(&mut site, "/Users", &query, cursor).json();
            let schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
            let expected =
                json!({"schemas": [schema], "totalResults": total, "itemsPerPage": 0, "Resources": []});
            assert_json(&list, &expected);
        }
    }
}

#[test]
fn pages_as_long_as_what_is_read_at_a_time_are_no_end() {
    let (mut site, ids) = crowd(2 * MAX_COUNT + 50);
    let count = MAX_COUNT.to_string();
    for filter in ["userName pr", "not (title pr)"] {
        let query = [
            ("count", count.as_str()),
            ("filter", filter),
            ("attributes", "userName"),
        ];
        let pages = walk(&mut site, "/Users", &query, "", "nextCursor");
        let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
        assert_eq!(lengths, [MAX_COUNT, MAX_COUNT, 50]);
        assert_eq!(lengths.iter().sum::<usize>(), ids.len());
        let mut last = turn(&mut site, "/Users", &query, "").json();
        while let Some(next) = last["nextCursor"].as_str() {
            last = turn(&mut site, "/Users", &query, next).json();
        }
        let back = last["previousCursor"].as_str().unwrap();
        let back = walk(&mut site, "/Users", &query, back, "previousCursor");
        assert_eq!(
            back.iter().map(Vec::len).collect::<Vec<_>>(),
            [MAX_COUNT, MAX_COUNT]
        );
    }
}

#[test]
fn a_search_takes_cursors_too() {
    let mut site = seven();
    let mut search = |cursor: &Value| {
        let schema = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
        let body = json!({"schemas": [schema], "cursor": cursor, "count": 4});
        let reply = site.send("POST", "/Users/.search", &[], Some(&body));
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    };
    let first = search(&json!(""));
    let next = search(&first["nextCursor"]);
    assert_eq!([listed(&first), listed(&next)].concat().len(), 7);
    assert_eq!(next.get("nextCursor"), None);
}

#[test]
fn a_page_of_cursors_costs_a_page() {
    let mut site = seven();
    let needs = needs_of(&mut site, |site| {
        let query = [("count", "2"), ("excludedAttributes", "groups")];
        turn(site, "/Users", &query, "");
    });
    assert_eq!(
        names(&needs),
        ["page", "select"],
        "the number of all, and the page"
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn pages_put_together_are_the_list(
        users in vec(user(), 0..12),
        count in 1_usize..6,
        filter in proptest::option::of(select(vec!["title pr", "active eq true", "not (nickName pr)", "emails pr or displayName pr"])),
        sort in proptest::option::of(select(SORTABLE.to_vec())),
        descending: bool,
    ) {
        let mut site = site_of(&users);
        let mut query = vec![("sortOrder", if descending { "descending" } else { "ascending" })];
        query.extend(filter.map(|filter| ("filter", filter)));
        query.extend(sort.map(|sort| ("sortBy", sort)));
        let whole = site.send("GET", "/Users", &query, None).json();
        let count = count.to_string();
        query.push(("count", &count));
        let pages = walk(&mut site, "/Users", &query, "", "nextCursor");
        prop_assert_eq!(pages.concat(), listed(&whole));

        let mut indexed = Vec::new();
        loop {
            let start = (indexed.len() + 1).to_string();
            let mut query = query.clone();
            query.push(("startIndex", &start));
            let page = site.send("GET", "/Users", &query, None).json();
            prop_assert_eq!(&page["totalResults"], &whole["totalResults"]);
            let found = listed(&page);
            if found.is_empty() {
                break;
            }
            indexed.extend(found);
        }
        prop_assert_eq!(indexed, listed(&whole));
    }
}
