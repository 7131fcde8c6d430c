//! Queries: which records match, in which order, which page of them.

use std::collections::HashMap;

use serde_json::json;

use super::matches::Matches;
use super::need::{Kind, Record};
use super::query::{Page, Parameters, Query};
use super::request::{Config, Request};
use super::response::Response;
use super::store::Store;
use super::turn::{Turned, turn};
use super::view::View;
use crate::error::ScimError;
use crate::resource::list::{head, list_text};
use crate::resource::sort::{SortBy, SortKey};

/// `GET` on a collection.
pub(super) async fn list(
    request: &Request,
    config: &Config,
    store: &Store,
    kinds: &[Kind],
) -> Result<Response, ScimError> {
    let parameters = Parameters::from_url(request)?;
    answer(&parameters, View { config, store }, kinds).await
}

/// `POST …/.search`, RFC 7644 §3.4.3.
pub(super) async fn search(
    request: &Request,
    config: &Config,
    store: &Store,
    kinds: &[Kind],
) -> Result<Response, ScimError> {
    let parameters = Parameters::from_search(request)?;
    answer(&parameters, View { config, store }, kinds).await
}

async fn answer(parameters: &Parameters, view: View<'_>, kinds: &[Kind]) -> Result<Response, ScimError> {
    let queries = parameters.queries(kinds, view.config)?;
    match parameters.page(kinds)? {
        Page::Index { start_index, count } => {
            let (total, found) = window(view, &queries, start_index - 1, count).await?;
            let page = show(view, &queries, found).await?;
            let head = head(total, start_index, page.len());
            Ok(Response::text(200, list_text(head, &page)))
        }
        Page::Cursor { cursor, count } => {
            let [query] = queries.as_slice() else {
                return Err(ScimError::invalid_value(
                    "cursors page through one resource type, ask /Users or /Groups",
                ));
            };
            // RFC 7644 §3.4.2.4: 0 asks for the number alone. A cursor to go on with would lead back to itself.
            let turned = if count == 0 {
                Turned {
                    total: Some(Matches::new(view, query).window(0, 0).await?.total),
                    records: Vec::new(),
                    previous: None,
                    next: None,
                }
            } else {
                turn(view, query, cursor, count).await?
            };
            let found = turned.records.into_iter().map(|record| (0, record)).collect();
            let page = show(view, &queries, found).await?;
            let mut list = head(0, 1, page.len());
            list.shift_remove("startIndex");
            // RFC 9865 §2: a total that would cost a count of its own may be left out.
            match turned.total {
                Some(total) => list.insert("totalResults".into(), json!(total)),
                None => list.shift_remove("totalResults"),
            };
            let query = parameters.fingerprint(kinds);
            for (name, cursor) in [("previousCursor", turned.previous), ("nextCursor", turned.next)] {
                if let Some(cursor) = cursor {
                    list.insert(name.into(), json!(cursor.to_text(&query)));
                }
            }
            Ok(Response::text(200, list_text(list, &page)))
        }
    }
}

/// Records with the index of their query, and the number of all.
type Hits = Vec<(usize, Record)>;

/// `take` matches from the one with the 0-based index `skip` on: sorted over all queries, else one query after the other.
async fn window(
    view: View<'_>,
    queries: &[Query],
    skip: usize,
    take: usize,
) -> Result<(usize, Hits), ScimError> {
    let is_ranked = match queries {
        [query] => Matches::new(view, query).is_ranked(),
        _ => queries.iter().any(|query| query.sort.is_some()),
    };
    if is_ranked {
        let ranking = ranked(view, queries).await?;
        return Ok((ranking.len(), ranking.fetch(view, queries, skip, take).await?));
    }
    let (mut total, mut hits) = (0, Vec::new());
    for (index, query) in queries.iter().enumerate() {
        let skip = skip.saturating_sub(total);
        let found = Matches::new(view, query).window(skip, take - hits.len()).await?;
        total += found.total;
        hits.extend(found.records.into_iter().map(|record| (index, record)));
    }
    Ok((total, hits))
}

/// Every match in its order, without its contents.
pub(super) struct Ranking<'a> {
    sort: Option<&'a SortBy>,
    /// Key, index of the query, position.
    places: Vec<(SortKey, usize, u64)>,
}

/// The ranking of what several queries find, by the order of those whose type has the attribute.
pub(super) async fn ranked<'a>(view: View<'_>, queries: &'a [Query]) -> Result<Ranking<'a>, ScimError> {
    let sort = queries.iter().find_map(|query| query.sort.as_ref());
    let mut places = Vec::new();
    for (index, query) in queries.iter().enumerate() {
        let keys = Matches::new(view, query).keys().await?;
        places.extend(keys.into_iter().map(|(key, position)| (key, index, position)));
    }
    if let Some(sort) = sort {
        // Stable: equals stay in the order of their types and positions.
        places.sort_by(|(left, ..), (right, ..)| sort.compare(left, right));
    }
    Ok(Ranking { sort, places })
}

impl Ranking<'_> {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// How many of one query come before the resource with this key and position, or with `inclusive` up to it.
    pub(super) fn count_before(&self, key: &SortKey, position: u64, inclusive: bool) -> usize {
        self.places.partition_point(|(other, _, other_position)| {
            let by_key = self
                .sort
                .map_or(std::cmp::Ordering::Equal, |sort| sort.compare(other, key));
            let ordering = by_key.then(other_position.cmp(&position));
            ordering.is_lt() || (inclusive && ordering.is_eq())
        })
    }

    /// Records of a part of it, without those that went meanwhile.
    pub(super) async fn fetch(
        &self,
        view: View<'_>,
        queries: &[Query],
        skip: usize,
        take: usize,
    ) -> Result<Hits, ScimError> {
        let part = || self.places.iter().skip(skip).take(take);
        let mut records = HashMap::new();
        for (index, query) in queries.iter().enumerate() {
            let own = part().filter(|(_, of, _)| *of == index);
            let positions: Vec<u64> = own.map(|(.., position)| *position).collect();
            if !positions.is_empty() {
                let fetched = view.store.fetch(query.kind, positions).await?;
                records.extend(
                    fetched
                        .into_iter()
                        .map(|record| ((index, record.position), record)),
                );
            }
        }
        let hit = |(_, index, position): &(SortKey, usize, u64)| {
            let record = records.remove(&(*index, *position))?;
            Some((*index, record))
        };
        Ok(part().filter_map(hit).collect())
    }
}

/// What each record shows, as JSON text.
async fn show(view: View<'_>, queries: &[Query], hits: Hits) -> Result<Vec<String>, ScimError> {
    if let [query] = queries {
        let records: Vec<Record> = hits.into_iter().map(|(_, record)| record).collect();
        return view.texts(query.kind, &records, &query.projection).await;
    }
    let mut shown: Vec<(usize, String)> = Vec::with_capacity(hits.len());
    let mut hits: Vec<(usize, usize, Record)> = hits
        .into_iter()
        .enumerate()
        .map(|(place, (index, record))| (place, index, record))
        .collect();
    for (index, query) in queries.iter().enumerate() {
        let (own, others): (Vec<_>, Vec<_>) = hits.into_iter().partition(|(_, of, _)| *of == index);
        hits = others;
        let (places, records): (Vec<usize>, Vec<Record>) =
            own.into_iter().map(|(place, _, record)| (place, record)).unzip();
        let texts = view.texts(query.kind, &records, &query.projection).await?;
        shown.extend(places.into_iter().zip(texts));
    }
    shown.sort_by_key(|(place, _)| *place);
    Ok(shown.into_iter().map(|(_, text)| text).collect())
}
