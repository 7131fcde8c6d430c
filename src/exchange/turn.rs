//! Pages between cursors (RFC 9865). A page goes on where the last one ended, whoever came or went in between.

use super::cursor::{Anchor, Cursor, Edge};
use super::matches::{From, Matches};
use super::need::Record;
use super::query::{Query, invalid_cursor};
use super::search::{Ranking, ranked};
use super::view::View;
use crate::error::{ErrorKind, ScimError};
use crate::filter::{Condition, both};
use crate::limits::SCAN_PAGE;
use crate::resource::sort::{SortBy, SortKey};

/// A page between two cursors.
pub(super) struct Turned {
    /// Left out where it would cost a count of its own.
    pub(super) total: Option<usize>,
    pub(super) records: Vec<Record>,
    pub(super) previous: Option<Cursor>,
    pub(super) next: Option<Cursor>,
}

/// `count` matches behind or ahead of a place; `count` is not 0.
pub(super) async fn turn(
    view: View<'_>,
    query: &Query,
    cursor: Cursor,
    count: usize,
) -> Result<Turned, ScimError> {
    let place = match cursor {
        Cursor::Behind(edge) => Some((edge, false)),
        Cursor::Ahead(edge) => Some((edge, true)),
        Cursor::After(_) | Cursor::Before(_) => None,
    };
    match (&query.sort, cursor) {
        (Some(sort), Cursor::START | Cursor::Behind(_) | Cursor::Ahead(_)) => {
            Sorted { view, query, sort }.turn(place, count).await
        }
        (None, Cursor::After(place)) => unsorted(view, query, From::After(place), count).await,
        (None, Cursor::Before(place)) => unsorted(view, query, From::Before(place), count).await,
        _ => Err(invalid_cursor()),
    }
}

async fn unsorted(view: View<'_>, query: &Query, from: From, count: usize) -> Result<Turned, ScimError> {
    let total = match (&query.filter, &query.condition) {
        (None, None) => Some(view.store.page(query.kind, None, None, 0, 0).await?.0),
        _ => None,
    };
    // What the store decides need not be read beyond the page.
    let limit = if query.filter.is_none() {
        count + 1
    } else {
        SCAN_PAGE
    };
    let mut matches = Matches::new(view, query);
    let mut records: Vec<Record> = Vec::new();
    let mut place = from;
    // One more than wanted tells whether there is another page.
    while records.len() <= count {
        let batch = matches.batch(place, limit).await?;
        place = match place {
            From::After(_) => From::After(batch.place),
            From::Before(_) => From::Before(batch.place),
        };
        records.extend(batch.records);
        if batch.complete {
            break;
        }
    }
    let more = records.len() > count;
    records.truncate(count);
    if matches!(from, From::Before(_)) {
        records.reverse();
    }
    let before = records.first().map(|record| Cursor::Before(record.position));
    let after = records.last().map(|record| Cursor::After(record.position));
    // An empty page, whose records went meanwhile, leads back to where its cursor came from.
    let (previous, next) = match from {
        From::After(0) => (None, after.filter(|_| more)),
        From::After(place) => (
            before.or(Some(Cursor::Before(place.saturating_add(1)))),
            after.filter(|_| more),
        ),
        From::Before(place) => (
            before.filter(|_| more),
            after.or(Some(Cursor::After(place.saturating_sub(1)))),
        ),
    };
    Ok(Turned {
        total,
        records,
        previous,
        next,
    })
}

/// A sorted query.
struct Sorted<'a> {
    view: View<'a>,
    query: &'a Query,
    sort: &'a SortBy,
}

/// A place in the order: before the resource with this key and position, or right behind it.
struct Place {
    key: SortKey,
    position: u64,
    behind: bool,
}

/// What is on the two sides of a place.
struct Sides {
    /// Matches before it.
    before: usize,
    /// Matches behind it.
    behind: usize,
    /// Those nearest to it on the side that is read, one more than wanted if there are, in their order.
    records: Vec<Record>,
}

impl Sorted<'_> {
    async fn turn(&self, place: Option<(Edge, bool)>, count: usize) -> Result<Turned, ScimError> {
        let backwards = place.is_some_and(|(_, backwards)| backwards);
        let here = match place {
            Some((edge, _)) => Some(self.locate(edge).await?),
            None => None,
        };
        let Sides {
            before,
            behind,
            mut records,
        } = if Matches::new(self.view, self.query).is_ranked() {
            self.ranked(here, backwards, count).await?
        } else {
            self.stored(here, backwards, count).await?
        };
        let mut anchors: Vec<Anchor> = self.keys(&records).await?;
        let more = records.len() > count;
        let neighbour = match (more, backwards) {
            (false, _) => None,
            (true, true) => {
                records.remove(0);
                Some(anchors.remove(0))
            }
            (true, false) => {
                records.pop();
                anchors.pop()
            }
        };
        let edge = place.map(|(edge, _)| edge);
        let first = anchors.first().copied().or(edge.map(|edge| edge.right));
        let last = anchors.last().copied().or(edge.map(|edge| edge.left));
        let between = |left: Option<Anchor>, right: Option<Anchor>| {
            Some(Edge {
                left: left?,
                right: right?,
            })
        };
        let own_left = edge.map(|edge| edge.left);
        let own_right = edge.map(|edge| edge.right);
        let (previous, next) = if backwards {
            (
                between(neighbour, first),
                between(last, own_right).filter(|_| behind > 0),
            )
        } else {
            (
                between(own_left, first).filter(|_| before > 0),
                between(last, neighbour),
            )
        };
        Ok(Turned {
            total: Some(before + behind),
            records,
            previous: previous.map(Cursor::Ahead),
            next: next.map(Cursor::Behind),
        })
    }

    /// The place between two neighbours. Fails with `expiredCursor` when neither is where it was.
    async fn locate(&self, edge: Edge) -> Result<Place, ScimError> {
        let positions = vec![edge.left.position, edge.right.position];
        let records = self.view.store.fetch(self.query.kind, positions).await?;
        let keys = self.sort_keys(&records).await?;
        let find = |anchor: Anchor, behind: bool| {
            let mut found = records.iter().zip(&keys);
            let (record, key) = found.find(|(record, key)| Anchor::of(record, key) == anchor)?;
            Some(Place {
                key: key.clone(),
                position: record.position,
                behind,
            })
        };
        find(edge.right, false)
            .or_else(|| find(edge.left, true))
            .ok_or_else(|| {
                ScimError::new(
                    ErrorKind::ExpiredCursor,
                    "the resources that this page begins at are gone or have another place now; begin again without a cursor",
                )
            })
    }

    async fn sort_keys(&self, records: &[Record]) -> Result<Vec<SortKey>, ScimError> {
        let wants = Matches::new(self.view, self.query).wants;
        let representations = self.view.represent(self.query.kind, records, &wants).await?;
        Ok(representations.iter().map(|it| self.sort.key(it)).collect())
    }

    async fn keys(&self, records: &[Record]) -> Result<Vec<Anchor>, ScimError> {
        let keys = self.sort_keys(records).await?;
        let anchors = records.iter().zip(&keys);
        Ok(anchors.map(|(record, key)| Anchor::of(record, key)).collect())
    }

    /// The store sorts.
    async fn stored(&self, here: Option<Place>, backwards: bool, count: usize) -> Result<Sides, ScimError> {
        let Query { kind, condition, .. } = self.query;
        let order = self.sort.order();
        let page = async |condition: Option<Condition>, offset: usize, limit: usize| {
            self.view.store.page(*kind, condition, order, offset, limit).await
        };
        let Some(place) = here else {
            let (behind, records) = page(condition.clone(), 0, count + 1).await?;
            return Ok(Sides {
                before: 0,
                behind,
                records,
            });
        };
        let before = self.sort.before(&place.key, place.position, place.behind);
        let before = before.ok_or_else(invalid_cursor)?;
        let ahead = Some(both(condition.clone(), before.clone()));
        let rest = Some(both(condition.clone(), before.negated()));
        let (before, _) = page(ahead.clone(), 0, 0).await?;
        let (behind, records) = if backwards {
            let (_, records) = page(ahead, before.saturating_sub(count + 1), count + 1).await?;
            (page(rest, 0, 0).await?.0, records)
        } else {
            page(rest, 0, count + 1).await?
        };
        Ok(Sides {
            before,
            behind,
            records,
        })
    }

    /// Every match is ranked here.
    async fn ranked(&self, here: Option<Place>, backwards: bool, count: usize) -> Result<Sides, ScimError> {
        let ranking: Ranking = ranked(self.view, std::slice::from_ref(self.query)).await?;
        let before = match &here {
            None => 0,
            Some(place) => ranking.count_before(&place.key, place.position, place.behind),
        };
        let skip = if backwards {
            before.saturating_sub(count + 1)
        } else {
            before
        };
        let take = if backwards { before - skip } else { count + 1 };
        let records = ranking
            .fetch(self.view, std::slice::from_ref(self.query), skip, take)
            .await?;
        Ok(Sides {
            before,
            behind: ranking.len() - before,
            records: records.into_iter().map(|(_, record)| record).collect(),
        })
    }
}
