//! Query parameters of a list (RFC 7644 §3.4.2) and the evaluation of filters over the store.

use serde_json::{Map, Value};

use super::need::{By, Record};
use super::request::Request;
use super::store::Store;
use crate::error::{ErrorKind, ScimError, quoted};
use crate::filter::{Column, Filter};
use crate::limits::{DEFAULT_COUNT, MAX_COUNT, MAX_SCANNED, SCAN_PAGE};

/// `startIndex` and `count` (RFC 7644 §3.4.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// 1-based index of the first result.
    pub(super) start_index: usize,
    /// Most results to answer.
    pub(super) count: usize,
}

impl Window {
    /// Values below the least possible count as that one, as the RFC says. Fails when one is no whole number.
    pub(super) fn parse(request: &Request) -> Result<Self, ScimError> {
        let start_index = number(request, "startIndex")?.map_or(1, |start| start.max(1));
        let count = number(request, "count")?.unwrap_or(DEFAULT_COUNT);
        Ok(Self {
            start_index,
            count: count.min(MAX_COUNT),
        })
    }
}

fn number(request: &Request, name: &str) -> Result<Option<usize>, ScimError> {
    let Some(text) = request.parameter(name)? else {
        return Ok(None);
    };
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(ScimError::invalid_value(format!(
            "the parameter '{name}' must be a whole number, not {}",
            quoted(text)
        )));
    }
    if negative {
        return Ok(Some(0));
    }
    // More digits than fit name a place behind the end, and so does this.
    Ok(Some(digits.parse().unwrap_or(usize::MAX >> 1)))
}

/// What a filter found.
pub(super) struct Found {
    /// Number of matches.
    pub(super) total: usize,
    /// Representations of the matches within the window.
    pub(super) page: Vec<Map<String, Value>>,
}

/// Every record that the filter matches, counted, and those of the window represented.
///
/// Indexed look-ups select the candidates where the filter allows it, else all records are read, a page at a time; either
/// way the filter itself decides about each. Fails with `tooMany` after [`MAX_SCANNED`] records, so a filter is never
/// answered with a part of its matches.
pub(super) async fn evaluate(
    store: &Store,
    filter: &Filter,
    window: Window,
    represent: impl Fn(&Record) -> Result<Map<String, Value>, ScimError>,
) -> Result<Found, ScimError> {
    let mut found = Found {
        total: 0,
        page: Vec::new(),
    };
    let mut scanned = 0;
    let selections: Vec<Option<(By, String)>> = match filter.probes() {
        Some(probes) => probes
            .into_iter()
            .map(|probe| Some((by(probe.column), probe.value)))
            .collect(),
        None => vec![None],
    };
    let several = selections.len() > 1;
    let mut seen = std::collections::HashSet::new();
    for selection in selections {
        let mut after = 0;
        loop {
            let records = store.select(selection.clone(), after, SCAN_PAGE).await?;
            scanned += records.len();
            if scanned > MAX_SCANNED {
                return Err(ScimError::new(
                    ErrorKind::TooMany,
                    format!(
                        "the filter needs more than {MAX_SCANNED} users to be read; filter by userName, externalId, id, objectId or work e-mail instead"
                    ),
                ));
            }
            for record in &records {
                if several && !seen.insert(record.position) {
                    continue;
                }
                let representation = represent(record)?;
                if !filter.matches(&representation) {
                    continue;
                }
                found.total += 1;
                if found.total >= window.start_index && found.page.len() < window.count {
                    found.page.push(representation);
                }
            }
            match records.last() {
                Some(last) if records.len() >= SCAN_PAGE => after = last.position,
                _ => break,
            }
        }
    }
    Ok(found)
}

fn by(column: Column) -> By {
    match column {
        Column::Id => By::Id,
        Column::UserName => By::UserName,
        Column::ExternalId => By::ExternalId,
        Column::ObjectId => By::ObjectId,
        Column::Email => By::Email,
    }
}
