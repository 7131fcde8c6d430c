//! Queries: which records match, in which order, which page of them.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::cursor::Cursor;
use super::need::{By, Kind, Record};
use super::query::{Page, Parameters, Query, invalid_cursor};
use super::request::{Config, Request};
use super::response::Response;
use super::store::Store;
use super::view::{Members, View, Wants};
use crate::error::{ErrorKind, ScimError};
use crate::filter::{Column, Filter};
use crate::limits::{MAX_SCANNED, SCAN_PAGE};
use crate::resource::list::list_response;
use crate::resource::sort::SortKey;

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
    let queries = queries(parameters, kinds)?;
    match parameters.page(kinds)? {
        Page::Index { start_index, count } => {
            let (mut total, mut page) = (0, Vec::new());
            for (kind, query) in &queries {
                let skip = (start_index - 1).saturating_sub(total);
                let found = Search::new(view, *kind, query)
                    .window(skip, count - page.len())
                    .await?;
                total += found.total;
                page.extend(show(view, *kind, query, &found.records).await?);
            }
            Ok(Response::json(200, &list_response(total, start_index, page)))
        }
        Page::Cursor { cursor, count } => {
            let [(kind, query)] = queries.as_slice() else {
                return Err(ScimError::invalid_value(
                    "cursors page through one resource type, ask /Users or /Groups",
                ));
            };
            let turned = Search::new(view, *kind, query).turn(cursor, count).await?;
            let page = show(view, *kind, query, &turned.records).await?;
            let mut list = list_response(0, 1, page);
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
            Ok(Response::json(200, &list))
        }
    }
}

/// One query for each resource type. In a search over several, one that lacks an attribute of the filter has no matches
/// (RFC 7644 §3.4.2.1).
fn queries(parameters: &Parameters, kinds: &[Kind]) -> Result<Vec<(Kind, Query)>, ScimError> {
    let mut queries = Vec::with_capacity(kinds.len());
    let mut refusal = None;
    for kind in kinds {
        match parameters.query(*kind) {
            Ok(query) => queries.push((*kind, query)),
            Err(error) if kinds.len() > 1 => refusal = Some(error),
            Err(error) => return Err(error),
        }
    }
    match (queries.is_empty(), refusal) {
        (true, Some(error)) => Err(error),
        _ => Ok(queries),
    }
}

async fn show(
    view: View<'_>,
    kind: Kind,
    query: &Query,
    records: &[Record],
) -> Result<Vec<Map<String, Value>>, ScimError> {
    let wants = Wants::of(&query.projection, kind);
    Ok(view
        .represent(kind, records, &wants)
        .await?
        .into_iter()
        .map(|representation| query.projection.apply(representation, kind.resource_type()))
        .collect())
}

/// A part of the matches.
struct Found {
    total: usize,
    records: Vec<Record>,
}

/// A page between two cursors.
struct Turned {
    total: Option<usize>,
    records: Vec<Record>,
    previous: Option<Cursor>,
    next: Option<Cursor>,
}

struct Search<'a> {
    view: View<'a>,
    kind: Kind,
    query: &'a Query,
    /// What the filter and the order need to see of a resource.
    wants: Wants,
    scanned: usize,
}

impl<'a> Search<'a> {
    fn new(view: View<'a>, kind: Kind, query: &'a Query) -> Self {
        let mentions = |attribute: &str| {
            query
                .filter
                .as_ref()
                .is_some_and(|filter| filter.mentions(attribute))
                || query.sort.as_ref().is_some_and(|sort| sort.mentions(attribute))
        };
        let sorts = query.sort.as_ref().is_some_and(|sort| sort.mentions("members"));
        let members = match &query.filter {
            _ if !mentions("members") => Members::None,
            // Whether somebody is a member is asked of the index, not of a list that may have 50,000 entries.
            Some(filter) if !sorts => filter.identifiers("members").map_or(Members::All, Members::Only),
            _ => Members::All,
        };
        let wants = Wants {
            groups: kind == Kind::User && mentions("groups"),
            members,
        };
        Self {
            view,
            kind,
            query,
            wants,
            scanned: 0,
        }
    }

    /// `take` matches from the one with the 0-based index `skip` on, and the number of all.
    async fn window(mut self, skip: usize, take: usize) -> Result<Found, ScimError> {
        if self.query.filter.is_none() && self.query.sort.is_none() {
            let (total, records) = self.view.store.page(self.kind, skip, take).await?;
            return Ok(Found { total, records });
        }
        let mut total = 0;
        let mut records: Vec<Record> = Vec::new();
        let mut keys: Vec<(SortKey, u64)> = Vec::new();
        let selections = self.selections();
        let several = selections.len() > 1;
        let mut seen = HashSet::new();
        for selection in selections {
            let mut after = 0;
            loop {
                let batch = self
                    .view
                    .store
                    .select(self.kind, selection.clone(), after, SCAN_PAGE)
                    .await?;
                let complete = batch.len() < SCAN_PAGE;
                after = batch.last().map_or(after, |record| record.position);
                for (record, representation) in self.matching(batch).await? {
                    if several && !seen.insert(record.position) {
                        continue;
                    }
                    if let Some(sort) = &self.query.sort {
                        keys.push((sort.key(&representation), record.position));
                    } else if several {
                        keys.push((SortKey::Absent, record.position));
                    } else if total >= skip && records.len() < take {
                        records.push(record);
                    }
                    total += 1;
                }
                if complete {
                    break;
                }
            }
        }
        if !keys.is_empty() {
            keys.sort_by(|(left, left_position), (right, right_position)| {
                let by_key = self
                    .query
                    .sort
                    .as_ref()
                    .map_or(std::cmp::Ordering::Equal, |sort| sort.compare(left, right));
                by_key.then(left_position.cmp(right_position))
            });
            let positions: Vec<u64> = keys
                .into_iter()
                .skip(skip)
                .take(take)
                .map(|(_, position)| position)
                .collect();
            records = self.fetch(positions).await?;
        }
        Ok(Found { total, records })
    }

    /// `count` matches behind or before a place.
    async fn turn(mut self, cursor: Cursor, count: usize) -> Result<Turned, ScimError> {
        if self.query.sort.is_some() {
            return self.turn_sorted(cursor, count).await;
        }
        let total = match self.query.filter {
            None => Some(self.view.store.page(self.kind, 0, 0).await?.0),
            Some(_) => None,
        };
        let selections = self.selections();
        // Several look-ups have no common order to walk along; a scan has.
        let selection = match <[_; 1]>::try_from(selections) {
            Ok([selection]) => selection,
            Err(_) => None,
        };
        let (backwards, mut place) = match cursor {
            Cursor::After(position) => (false, position),
            Cursor::Before(position) => (true, position),
            Cursor::At(_) => return Err(invalid_cursor()),
        };
        let mut records: Vec<Record> = Vec::new();
        // One more than wanted tells whether there is another page.
        while records.len() <= count {
            let store = self.view.store;
            let batch = if backwards {
                store
                    .select_before(self.kind, selection.clone(), place, SCAN_PAGE)
                    .await?
            } else {
                store
                    .select(self.kind, selection.clone(), place, SCAN_PAGE)
                    .await?
            };
            let complete = batch.len() < SCAN_PAGE;
            place = batch.last().map_or(place, |record| record.position);
            records.extend(self.matching(batch).await?.into_iter().map(|(record, _)| record));
            if complete {
                break;
            }
        }
        let more = records.len() > count;
        records.truncate(count);
        if backwards {
            records.reverse();
        }
        let first = records.first().map(|record| Cursor::Before(record.position));
        let last = records.last().map(|record| Cursor::After(record.position));
        let began = cursor == Cursor::After(0);
        Ok(Turned {
            total,
            records,
            previous: if backwards {
                first.filter(|_| more)
            } else {
                first.filter(|_| !began)
            },
            next: if backwards { last } else { last.filter(|_| more) },
        })
    }

    async fn turn_sorted(self, cursor: Cursor, count: usize) -> Result<Turned, ScimError> {
        let index = match cursor {
            Cursor::After(0) => 0,
            Cursor::At(index) => usize::try_from(index).map_err(|_| invalid_cursor())?,
            _ => return Err(invalid_cursor()),
        };
        let found = self.window(index, count).await?;
        let at = |index: usize| Cursor::At(u64::try_from(index).unwrap_or(u64::MAX));
        Ok(Turned {
            total: Some(found.total),
            previous: (index > 0).then(|| at(index.saturating_sub(count))),
            next: (index + found.records.len() < found.total).then(|| at(index + found.records.len())),
            records: found.records,
        })
    }

    /// Which records can match: those of the filter's look-ups, or all.
    fn selections(&self) -> Vec<Option<(By, String)>> {
        match self.query.filter.as_ref().and_then(Filter::probes) {
            Some(probes) => probes
                .into_iter()
                .map(|probe| Some((by(probe.column), probe.value)))
                .collect(),
            None => vec![None],
        }
    }

    /// The records of a batch that match. The filter decides about each, whatever the database found. Fails with `tooMany`
    /// after [`MAX_SCANNED`] records, so a query is never answered with a part of its matches.
    async fn matching(&mut self, batch: Vec<Record>) -> Result<Vec<(Record, Map<String, Value>)>, ScimError> {
        self.scanned += batch.len();
        if self.scanned > MAX_SCANNED {
            return Err(ScimError::new(
                ErrorKind::TooMany,
                format!(
                    "the query needs more than {MAX_SCANNED} resources to be read; filter by userName, displayName of a group, externalId, id, objectId or e-mail"
                ),
            ));
        }
        let representations = self.view.represent(self.kind, &batch, &self.wants).await?;
        let filter = self.query.filter.as_ref();
        Ok(batch
            .into_iter()
            .zip(representations)
            .filter(|(_, representation)| filter.is_none_or(|filter| filter.matches(representation)))
            .collect())
    }

    /// Records in the order of their positions' list.
    async fn fetch(&self, positions: Vec<u64>) -> Result<Vec<Record>, ScimError> {
        if positions.is_empty() {
            return Ok(Vec::new());
        }
        let mut records = self.view.store.fetch(self.kind, positions.clone()).await?;
        let place = |record: &Record| {
            positions
                .iter()
                .position(|position| *position == record.position)
                .unwrap_or(usize::MAX)
        };
        records.sort_by_key(place);
        Ok(records)
    }
}

fn by(column: Column) -> By {
    match column {
        Column::Id => By::Id,
        Column::UserName => By::UserName,
        Column::DisplayName => By::DisplayName,
        Column::ExternalId => By::ExternalId,
        Column::ObjectId => By::ObjectId,
        Column::Email => By::Email,
    }
}
