//! A filter after binding: every name is an attribute, every value has the attribute's type. And its canonical text.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Number, Value};

use super::ValueFilter;
use super::token::Operator;
use crate::path::AttributePath;
use crate::schema::Attribute;

/// `logExp` and `not` of RFC 7644 figure 1 over terms.
///
/// `And` and `Or` have at least two members, and none of their own kind: depth comes from brackets alone, which the
/// parser limits, so recursion over an expression is bounded.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression<T> {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Term(T),
}

/// What a filter of a resource is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    /// `attrExp`
    Attribute { path: AttributePath, test: Test },
    /// `valuePath`, and a comparison behind its bracket as Entra writes it: `emails[type eq "work"].value eq "x"`.
    Selection {
        path: AttributePath,
        filter: ValueFilter,
        part: Option<Part>,
    },
}

/// A part of a complex attribute and its test.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) attribute: &'static Attribute,
    pub(super) test: Test,
}

/// `"pr"` or `compareOp SP compValue`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Present,
    Compare(Operator, Operand),
}

/// The value compared with, which decides how to compare.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    /// A string with case.
    Exact(String),
    /// A string without case.
    Folded {
        text: String,
        fold: String,
    },
    Number(Number),
    Boolean(bool),
    Instant {
        text: String,
        instant: Timestamp,
    },
    Null,
}

impl Operand {
    /// The value as JSON, in the attribute's type.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Exact(text) | Self::Folded { text, .. } | Self::Instant { text, .. } => {
                Value::from(text.as_str())
            }
            Self::Number(number) => Value::Number(number.clone()),
            Self::Boolean(boolean) => Value::Bool(*boolean),
            Self::Null => Value::Null,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether a value that equals one equals the other.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Folded { fold, .. }, Self::Folded { fold: other, .. }) => fold == other,
            (
                Self::Instant { instant, .. },
                Self::Instant {
                    instant: other_instant,
                    ..
                },
            ) => instant == other_instant,
            _ => self == other,
        }
    }
}

impl<T> Expression<T> {
    /// The conjunction of `first` and `rest`.
    pub(super) fn and(first: Self, rest: Vec<Self>) -> Self {
        if rest.is_empty() {
            return first;
        }
        let mut members = Vec::with_capacity(rest.len() + 1);
        for expression in std::iter::once(first).chain(rest) {
            match expression {
                Self::And(inner) => members.extend(inner),
                other => members.push(other),
            }
        }
        Self::And(members)
    }

    /// The disjunction of `first` and `rest`.
    pub(super) fn or(first: Self, rest: Vec<Self>) -> Self {
        if rest.is_empty() {
            return first;
        }
        let mut members = Vec::with_capacity(rest.len() + 1);
        for expression in std::iter::once(first).chain(rest) {
            match expression {
                Self::Or(inner) => members.extend(inner),
                other => members.push(other),
            }
        }
        Self::Or(members)
    }
}

impl<T> Expression<T> {
    /// Visits every term.
    pub(super) fn each(&self, visit: &mut impl FnMut(&T)) {
        match self {
            Self::And(members) | Self::Or(members) => {
                for member in members {
                    member.each(visit);
                }
            }
            Self::Not(inner) => inner.each(visit),
            Self::Term(term) => visit(term),
        }
    }
}

impl Term {
    /// Whether the term is about this attribute of the core schema.
    pub(super) fn is_of(&self, name: &str) -> bool {
        let (Self::Attribute { path, .. } | Self::Selection { path, .. }) = self;
        matches!(path, AttributePath::Declared { extension: None, attribute, .. } if attribute.name == name)
    }

    /// Whether the term is about `meta.version`, perhaps among others.
    pub(super) fn is_of_version(&self) -> bool {
        match self {
            Self::Attribute { path, .. } => path.is_version(),
            Self::Selection { .. } => self.is_of("meta"),
        }
    }

    /// The identifier, if the term is `attribute.value eq "identifier"` in one of its spellings.
    pub(super) fn identifier(&self) -> Option<&str> {
        match self {
            Self::Attribute {
                path:
                    AttributePath::Declared {
                        sub_attribute: Some(part),
                        ..
                    },
                test,
            } if part.name == "value" => test.equal_to(),
            Self::Selection {
                filter, part: None, ..
            } => match filter.expression() {
                Expression::Term(part) if part.attribute.name == "value" => part.test.equal_to(),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Test {
    fn equal_to(&self) -> Option<&str> {
        match self {
            Self::Compare(Operator::Eq, Operand::Exact(value)) => Some(value),
            _ => None,
        }
    }
}

impl<T: fmt::Display> fmt::Display for Expression<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(members) => {
                for (index, member) in members.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" and ")?;
                    }
                    match member {
                        Self::Or(_) => write!(f, "({member})")?,
                        _ => write!(f, "{member}")?,
                    }
                }
                Ok(())
            }
            Self::Or(members) => {
                for (index, member) in members.iter().enumerate() {
                    if index > 0 {
                        f.write_str(" or ")?;
                    }
                    write!(f, "{member}")?;
                }
                Ok(())
            }
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Term(term) => write!(f, "{term}"),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute { path, test } => write!(f, "{path} {test}"),
            Self::Selection { path, filter, part } => {
                write!(f, "{path}[{filter}]")?;
                match part {
                    Some(part) => write!(f, ".{part}"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.attribute.name, self.test)
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present => f.write_str("pr"),
            Self::Compare(operator, operand) => {
                write!(f, "{} {}", operator.name(), operand.to_value())
            }
        }
    }
}
