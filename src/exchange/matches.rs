//! The matches of one query: found by the store where it can decide, else in Rust, page by page, in bounded memory.

use serde_json::{Map, Value};

use super::need::{Kind, Record};
use super::query::Query;
use super::view::{Members, View, Wants};
use crate::error::{ErrorKind, ScimError};
use crate::filter::{Condition, Filter};
use crate::limits::{MAX_SCANNED, SCAN_PAGE};
use crate::resource::sort::{SortBy, SortKey};

/// A part of the matches.
#[derive(Default)]
pub(super) struct Found {
    /// The number of all.
    pub(super) total: usize,
    pub(super) records: Vec<Record>,
}

/// Records of a batch that match, and how to go on.
pub(super) struct Batch {
    pub(super) records: Vec<Record>,
    /// What the filter and the order see of each; empty when neither looks.
    representations: Vec<Map<String, Value>>,
    /// Position of the last one read, whether it matched or not.
    pub(super) place: u64,
    /// Whether there was nothing more to read.
    pub(super) complete: bool,
}

/// Where a batch begins.
#[derive(Clone, Copy)]
pub(super) enum From {
    /// Behind this position, ascending.
    After(u64),
    /// Before this position, descending.
    Before(u64),
}

pub(super) struct Matches<'a> {
    pub(super) view: View<'a>,
    pub(super) query: &'a Query,
    /// What the filter and the order need to see of a resource.
    pub(super) wants: Wants,
    scanned: usize,
}

impl<'a> Matches<'a> {
    pub(super) fn new(view: View<'a>, query: &'a Query) -> Self {
        Self {
            view,
            query,
            wants: wants(query),
            scanned: 0,
        }
    }

    /// Whether the order is one that the store cannot make: then every match is ranked here.
    pub(super) fn is_ranked(&self) -> bool {
        match &self.query.sort {
            None => false,
            Some(sort) => self.query.filter.is_some() || sort.order().is_none(),
        }
    }

    /// `take` matches from the one with the 0-based index `skip` on, in the order of the store.
    pub(super) async fn window(mut self, skip: usize, take: usize) -> Result<Found, ScimError> {
        let Query {
            kind,
            filter,
            condition,
            sort,
            ..
        } = self.query;
        let store = self.view.store;
        if filter.is_none() {
            let order = sort.as_ref().and_then(SortBy::order);
            let is_look_up = condition.as_ref().is_some_and(Condition::is_look_up);
            // They are few: who has them all need not ask for their number.
            if is_look_up && order.is_none() && take > 0 {
                let records = store.select(*kind, condition.clone(), 0, SCAN_PAGE).await?;
                if records.len() < SCAN_PAGE {
                    return Ok(Found {
                        total: records.len(),
                        records: records.into_iter().skip(skip).take(take).collect(),
                    });
                }
            }
            let (total, records) = store.page(*kind, condition.clone(), order, skip, take).await?;
            return Ok(Found { total, records });
        }
        let mut found = Found::default();
        let mut after = 0;
        loop {
            let batch = self.batch(From::After(after), SCAN_PAGE).await?;
            after = batch.place;
            for record in batch.records {
                if found.total >= skip && found.records.len() < take {
                    found.records.push(record);
                }
                found.total += 1;
            }
            if batch.complete {
                return Ok(found);
            }
        }
    }

    /// The key and the position of every match, ascending by position.
    pub(super) async fn keys(mut self) -> Result<Vec<(SortKey, u64)>, ScimError> {
        let mut keys = Vec::new();
        let mut after = 0;
        loop {
            let batch = self.batch(From::After(after), SCAN_PAGE).await?;
            after = batch.place;
            // A type of resource without the attribute has nothing to sort by.
            let key = |representation| match &self.query.sort {
                Some(sort) => sort.key(representation),
                None => SortKey::Absent,
            };
            let found = batch.records.iter().enumerate();
            keys.extend(found.map(|(index, record)| {
                let key = batch.representations.get(index).map_or(SortKey::Absent, key);
                (key, record.position)
            }));
            if batch.complete {
                return Ok(keys);
            }
        }
    }

    /// The matches among the next `limit` records. The filter decides about each, if the store could not. Fails with
    /// `tooMany` after [`MAX_SCANNED`] records, so a query is never answered with a part of its matches.
    pub(super) async fn batch(&mut self, from: From, limit: usize) -> Result<Batch, ScimError> {
        let (kind, condition) = (self.query.kind, self.query.condition.clone());
        let store = self.view.store;
        let (start, mut records) = match from {
            From::After(after) => (after, store.select(kind, condition, after, limit).await?),
            From::Before(before) => (before, store.select_before(kind, condition, before, limit).await?),
        };
        let place = records.last().map_or(start, |record| record.position);
        let complete = records.len() < limit;
        let mut representations = Vec::new();
        let filter = self.query.filter.as_ref();
        if filter.is_some() || self.query.sort.is_some() {
            self.scanned += records.len();
            if self.scanned > MAX_SCANNED {
                return Err(too_many());
            }
            representations = self.view.represent(kind, &records, &self.wants).await?;
        }
        if let Some(filter) = filter {
            (records, representations) = records
                .into_iter()
                .zip(representations)
                .filter(|(_, representation)| filter.matches(representation))
                .unzip();
        }
        Ok(Batch {
            records,
            representations,
            place,
            complete,
        })
    }
}

fn too_many() -> ScimError {
    ScimError::new(
        ErrorKind::TooMany,
        format!(
            "the query needs more than {MAX_SCANNED} resources to be read; filter by userName, displayName of a group, externalId, id, objectId or e-mail"
        ),
    )
}

fn wants(query: &Query) -> Wants {
    let sorts = |attribute: &str| query.sort.as_ref().is_some_and(|sort| sort.mentions(attribute));
    let filters = |attribute: &str| {
        let filter = query.filter.as_ref();
        filter.is_some_and(|filter| filter.mentions(attribute))
    };
    // The tag of a resource is also about the members or groups that it shows.
    let versions = query.sort.as_ref().is_some_and(SortBy::is_by_version)
        || query.filter.as_ref().is_some_and(Filter::asks_for_version);
    let members = match &query.filter {
        _ if versions || sorts("members") => Members::All,
        // Whether somebody is a member is asked of the index, not of a list that may have 50,000 entries.
        Some(filter) if filters("members") => {
            filter.identifiers("members").map_or(Members::All, Members::Only)
        }
        _ => Members::None,
    };
    Wants {
        groups: query.kind == Kind::User && (versions || sorts("groups") || filters("groups")),
        members,
    }
}
