//! What a query asks for (RFC 7644 §3.4.2), whether it comes in the URL or as the body of a search (§3.4.3).

use serde_json::{Map, Value};

use super::cursor::Cursor;
use super::need::Kind;
use super::request::{Config, Request};
use crate::error::{ErrorKind, ScimError, quoted};
use crate::filter::{Compiled, Condition, Filter};
use crate::json::kind as json_kind;
use crate::limits::{DEFAULT_COUNT, MAX_COUNT};
use crate::path::member;
use crate::resource::project::Projection;
use crate::resource::sort::SortBy;
use crate::schema::ResourceType;

/// Schema of the message that POST carries to `/.search`.
const SEARCH_REQUEST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// The parameters of a query, as text.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub(super) filter: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    start_index: Option<usize>,
    count: Option<usize>,
    cursor: Option<String>,
    attributes: Option<String>,
    excluded_attributes: Option<String>,
}

/// A query of one resource type.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) kind: Kind,
    /// What is left to decide about each record that the condition finds; `None` when that is nothing.
    pub(super) filter: Option<Filter>,
    /// What the store decides; `None` when it has to find everybody.
    pub(super) condition: Option<Condition>,
    /// `None` for no order, and for a type of resource that lacks the attribute.
    pub(super) sort: Option<SortBy>,
    pub(super) projection: Projection,
}

/// Which of the results are answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// From a 1-based index on (RFC 7644 §3.4.2.4).
    Index { start_index: usize, count: usize },
    /// From a place in the store's order on (RFC 9865).
    Cursor { cursor: Cursor, count: usize },
}

impl Parameters {
    /// From the query of the URL.
    pub(super) fn from_url(request: &Request) -> Result<Self, ScimError> {
        let text = |name: &str| request.parameter(name).map(|value| value.map(str::to_owned));
        Ok(Self {
            filter: text("filter")?.filter(|filter| !filter.trim().is_empty()),
            sort_by: text("sortBy")?,
            sort_order: text("sortOrder")?,
            start_index: number(request, "startIndex")?,
            count: number(request, "count")?,
            cursor: text("cursor")?,
            attributes: text("attributes")?,
            excluded_attributes: text("excludedAttributes")?,
        })
    }

    /// From the body of POST `/.search`.
    pub(super) fn from_search(request: &Request) -> Result<Self, ScimError> {
        let body = request.object()?;
        let named = member(&body, "schemas")
            .and_then(Value::as_array)
            .is_some_and(|schemas| {
                schemas
                    .iter()
                    .filter_map(Value::as_str)
                    .any(|urn| urn.eq_ignore_ascii_case(SEARCH_REQUEST_SCHEMA))
            });
        if !named {
            return Err(ScimError::invalid_syntax(format!(
                "'schemas' of a search must be [\"{SEARCH_REQUEST_SCHEMA}\"]"
            )));
        }
        Ok(Self {
            filter: string(&body, "filter")?.filter(|filter| !filter.trim().is_empty()),
            sort_by: string(&body, "sortBy")?,
            sort_order: string(&body, "sortOrder")?,
            start_index: integer(&body, "startIndex")?,
            count: integer(&body, "count")?,
            cursor: string(&body, "cursor")?,
            attributes: list(&body, "attributes")?,
            excluded_attributes: list(&body, "excludedAttributes")?,
        })
    }

    /// One query for each resource type. In a search over several, an attribute that one of them lacks is one without a value
    /// there (RFC 7644 §3.4.2.1), in the filter and in the order.
    pub(super) fn queries(&self, kinds: &[Kind], config: &Config) -> Result<Vec<Query>, ScimError> {
        let sorts: Vec<_> = kinds
            .iter()
            .map(|kind| {
                let (by, order) = (self.sort_by.as_deref(), self.sort_order.as_deref());
                SortBy::parse(by, order, config.resource_type(*kind))
            })
            .collect();
        let is_sorted = sorts.iter().any(Result::is_ok);
        let others: &'static [&'static ResourceType] = if kinds.len() > 1 { &config.types.all } else { &[] };
        kinds
            .iter()
            .zip(sorts)
            .map(|(kind, sort)| match sort {
                Err(_) if is_sorted => self.query(*kind, config, others, None),
                sort => self.query(*kind, config, others, sort?),
            })
            .collect()
    }

    fn query(
        &self,
        kind: Kind,
        config: &Config,
        others: &'static [&'static ResourceType],
        sort: Option<SortBy>,
    ) -> Result<Query, ScimError> {
        let resource_type = config.resource_type(kind);
        let filter = match &self.filter {
            Some(filter) => Some(Filter::parse_among(filter.trim(), resource_type, others)?),
            None => None,
        };
        let (condition, exact) = match &filter {
            Some(filter) => {
                let Compiled { condition, exact } = filter.compiled(resource_type);
                (condition, exact)
            }
            None => (None, true),
        };
        Ok(Query {
            kind,
            filter: filter.filter(|_| !exact),
            condition,
            sort,
            projection: Projection::parse(
                self.attributes.as_deref(),
                self.excluded_attributes.as_deref(),
                resource_type,
            )?,
        })
    }

    /// The page that is asked for.
    pub(super) fn page(&self, kinds: &[Kind]) -> Result<Page, ScimError> {
        let count = self.count.unwrap_or(DEFAULT_COUNT).min(MAX_COUNT);
        match (&self.cursor, self.start_index) {
            (Some(_), Some(_)) => Err(ScimError::invalid_value(
                "'cursor' and 'startIndex' exclude each other, send one of them",
            )),
            (Some(cursor), None) => Ok(Page::Cursor {
                cursor: Cursor::parse(cursor, &self.fingerprint(kinds))?,
                count,
            }),
            (None, start_index) => Ok(Page::Index {
                start_index: start_index.unwrap_or(1).max(1),
                count,
            }),
        }
    }

    /// What a cursor is bound to: in another collection, or with another filter or order, it points nowhere.
    pub(super) fn fingerprint(&self, kinds: &[Kind]) -> String {
        let part = |text: &Option<String>| text.as_deref().map(str::trim).unwrap_or_default().to_owned();
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        format!(
            "{}\u{0}{}\u{0}{}\u{0}{}",
            kinds.join(","),
            part(&self.filter),
            part(&self.sort_by),
            part(&self.sort_order)
        )
    }
}

/// A whole number of the URL; negative ones count as 0, and a number with more digits than fit as one behind every end.
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
    Ok(Some(digits.parse().unwrap_or(usize::MAX >> 1)))
}

fn integer(body: &Map<String, Value>, name: &str) -> Result<Option<usize>, ScimError> {
    match member(body, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) if !number.is_f64() => {
            Ok(Some(number.as_u64().map_or(0, |number| {
                usize::try_from(number).unwrap_or(usize::MAX >> 1)
            })))
        }
        Some(other) => Err(ScimError::invalid_value(format!(
            "'{name}' must be a whole number, not {}",
            json_kind(other)
        ))),
    }
}

fn string(body: &Map<String, Value>, name: &str) -> Result<Option<String>, ScimError> {
    match member(body, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(ScimError::invalid_value(format!(
            "'{name}' must be a string, not {}",
            json_kind(other)
        ))),
    }
}

fn list(body: &Map<String, Value>, name: &str) -> Result<Option<String>, ScimError> {
    match member(body, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(names)) => {
            let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
            let names = names
                .ok_or_else(|| ScimError::invalid_value(format!("'{name}' must be an array of strings")))?;
            Ok(Some(names.join(",")))
        }
        Some(other) => Err(ScimError::invalid_value(format!(
            "'{name}' must be an array of strings, not {}",
            json_kind(other)
        ))),
    }
}

/// The refusal of a cursor (RFC 9865 §2.1).
pub(super) fn invalid_cursor() -> ScimError {
    ScimError::new(
        ErrorKind::InvalidCursor,
        "the cursor does not belong to this query; begin again without one",
    )
}
