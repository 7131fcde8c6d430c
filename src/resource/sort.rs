//! `sortBy` and `sortOrder`, RFC 7644 §3.4.2.3.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::datetime;
use crate::error::{ErrorKind, ScimError, quoted};
use crate::filter::{Column, Condition, Order, Relation, Test, both, fold};
use crate::path::AttributePath;
use crate::schema::{Attribute, AttributeType, ResourceType};

/// An order of resources.
#[derive(Clone, Debug, PartialEq)]
pub struct SortBy {
    path: AttributePath,
    descending: bool,
}

/// A resource's place in an order. Resources without the attribute come last ascending, and first descending.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey {
    /// A boolean, a number, or an instant in nanoseconds.
    Number(f64),
    /// Text, folded unless the attribute is case-exact.
    Text(String),
    /// Nothing to sort by.
    Absent,
}

impl SortBy {
    /// From the two parameters. Fails with `invalidPath` when the attribute does not exist or has no order, and with
    /// `invalidValue` when the order is neither `ascending` nor `descending`.
    pub fn parse(
        sort_by: Option<&str>,
        sort_order: Option<&str>,
        resource_type: &'static ResourceType,
    ) -> Result<Option<Self>, ScimError> {
        let descending = match sort_order.map(str::trim) {
            None | Some("") => false,
            Some(order) if order.eq_ignore_ascii_case("ascending") => false,
            Some(order) if order.eq_ignore_ascii_case("descending") => true,
            Some(order) => {
                return Err(ScimError::invalid_value(format!(
                    "'sortOrder' must be ascending or descending, not {}",
                    quoted(order)
                )));
            }
        };
        let Some(name) = sort_by.map(str::trim).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let path = AttributePath::resolve_searchable(name, resource_type)
            .map_err(|error| ScimError::new(ErrorKind::InvalidPath, format!("sortBy: {error}")))?;
        match &path {
            AttributePath::Declared { .. } => Ok(Some(Self { path, descending })),
            _ => Err(ScimError::new(
                ErrorKind::InvalidPath,
                format!("sortBy: {} has no order", quoted(name)),
            )),
        }
    }

    /// The attributes that a representation must have for [`SortBy::key`].
    #[must_use]
    pub fn mentions(&self, attribute: &str) -> bool {
        matches!(&self.path, AttributePath::Declared { extension: None, attribute: named, .. } if named.name == attribute)
    }

    /// Whether it is by `meta.version`.
    #[must_use]
    pub fn is_by_version(&self) -> bool {
        self.path.is_version()
    }

    /// The same order of the store's records; `None` when the store cannot sort so.
    #[must_use]
    pub fn order(&self) -> Option<Order> {
        let column = Column::of(&self.path).filter(|column| *column != Column::Active)?;
        Some(Order {
            column,
            descending: self.descending,
        })
    }

    /// The condition of what comes before a place in [`SortBy::order`]: before the resource with this key and position, or
    /// with `inclusive` up to it. `None` when the store cannot sort so.
    #[must_use]
    pub fn before(&self, key: &SortKey, position: u64, inclusive: bool) -> Option<Condition> {
        let Order { column, descending } = self.order()?;
        let relation = if descending { Relation::Gt } else { Relation::Lt };
        let position = i64::try_from(position).ok()?;
        let earlier = Condition::Is(
            Column::Position,
            Test::Number(if inclusive { Relation::Le } else { Relation::Lt }, position),
        );
        let absent = Condition::present(column).negated();
        let (less, same) = match key {
            SortKey::Absent => {
                let less = (!descending).then(|| Condition::present(column));
                (less.into_iter().collect(), absent)
            }
            SortKey::Text(text) => {
                let is = |relation| -> Option<Condition> {
                    Some(if column.is_number() {
                        let instant = datetime::parse(text)?.as_millisecond();
                        Condition::Is(column, Test::Number(relation, instant))
                    } else {
                        Condition::text(column, relation, text.clone())
                    })
                };
                let mut less = vec![is(relation)?];
                less.extend(descending.then_some(absent));
                (less, is(Relation::Eq)?)
            }
            SortKey::Number(_) => return None,
        };
        let mut members: Vec<Condition> = less;
        members.push(both(Some(same), earlier));
        Some(Condition::Or(members))
    }

    /// The key of a representation. Of a multi-valued attribute the primary value counts, else the first; of a complex
    /// one its `value`.
    #[must_use]
    pub fn key(&self, representation: &Map<String, Value>) -> SortKey {
        let AttributePath::Declared {
            attribute,
            sub_attribute,
            ..
        } = &self.path
        else {
            return SortKey::Absent;
        };
        let value = match self.path.value(representation) {
            Some(Value::Array(values)) => values
                .iter()
                .find(|value| value.get("primary") == Some(&Value::Bool(true)))
                .or_else(|| values.first()),
            value => value,
        };
        if attribute.kind != AttributeType::Complex {
            return key_of(value, attribute);
        }
        let part = sub_attribute.or_else(|| {
            attribute
                .sub_attribute("value")
                .or_else(|| attribute.sub_attribute("formatted"))
        });
        match part {
            Some(part) => key_of(value.and_then(|value| value.get(part.name)), part),
            None => SortKey::Absent,
        }
    }

    /// How two keys compare in this order.
    #[must_use]
    pub fn compare(&self, left: &SortKey, right: &SortKey) -> Ordering {
        let ordering = match (left, right) {
            (SortKey::Number(left), SortKey::Number(right)) => left.total_cmp(right),
            (SortKey::Text(left), SortKey::Text(right)) => left.cmp(right),
            (SortKey::Absent, SortKey::Absent) => Ordering::Equal,
            // One attribute has one type, so a number never meets a text.
            (SortKey::Absent, _) | (SortKey::Text(_), SortKey::Number(_)) => Ordering::Greater,
            (_, SortKey::Absent) | (SortKey::Number(_), SortKey::Text(_)) => Ordering::Less,
        };
        if self.descending {
            ordering.reverse()
        } else {
            ordering
        }
    }
}

fn key_of(value: Option<&Value>, attribute: &Attribute) -> SortKey {
    match value {
        Some(Value::Bool(value)) => SortKey::Number(f64::from(u8::from(*value))),
        Some(Value::Number(number)) => number.as_f64().map_or(SortKey::Absent, SortKey::Number),
        Some(Value::String(text)) => match attribute.kind {
            AttributeType::DateTime => datetime::parse(text).map_or(SortKey::Absent, |instant| {
                // Fixed width, so text order is the order in time.
                SortKey::Text(datetime::format(instant.as_millisecond()))
            }),
            _ if attribute.case_exact => SortKey::Text(text.clone()),
            _ => SortKey::Text(fold(text)),
        },
        _ => SortKey::Absent,
    }
}
