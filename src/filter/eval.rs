//! Whether a resource matches.
//!
//! A multi-valued attribute matches when one of its values does, also with `ne`: `emails.type ne "work"` finds who has an
//! address of another type, `not (emails.type eq "work")` who has no address of type work. An attribute that is absent,
//! null or empty (RFC 7643 §2.5) is equal to null, unequal to everything else, and in no order with anything.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::ast::{Expression, Operand, Part, Term, Test};
use super::bind::boolean;
use super::text;
use super::token::Operator;
use crate::datetime;
use crate::json;
use crate::path::AttributePath;

impl<T> Expression<T> {
    /// Whether the expression holds, given which terms do.
    pub(super) fn holds(&self, term: &impl Fn(&T) -> bool) -> bool {
        match self {
            Self::And(members) => members.iter().all(|member| member.holds(term)),
            Self::Or(members) => members.iter().any(|member| member.holds(term)),
            Self::Not(inner) => !inner.holds(term),
            Self::Term(it) => term(it),
        }
    }
}

impl Term {
    pub(super) fn matches(&self, resource: &Map<String, Value>) -> bool {
        match self {
            Self::Attribute { path, test } => {
                let value = path.value(resource);
                match path {
                    AttributePath::Declared {
                        sub_attribute: Some(part),
                        ..
                    } => test.holds_for_part(value, part.name),
                    _ => test.holds(value),
                }
            }
            Self::Selection { path, filter, part } => {
                let selects = |element: &Value| {
                    filter.matches(element) && part.as_ref().is_none_or(|part| part.matches(element))
                };
                match path.value(resource) {
                    Some(Value::Array(elements)) => elements.iter().any(selects),
                    Some(element) => selects(element),
                    None => false,
                }
            }
        }
    }
}

impl Part {
    pub(super) fn matches(&self, element: &Value) -> bool {
        self.test.holds_for_part_of(element, self.attribute.name)
    }
}

impl Test {
    /// The test of an attribute, all its values.
    pub(super) fn holds(&self, value: Option<&Value>) -> bool {
        match value {
            None | Some(Value::Null) => self.holds_for_absent(),
            Some(Value::Array(elements)) if elements.is_empty() => self.holds_for_absent(),
            Some(Value::Array(elements)) => elements.iter().any(|it| self.holds_for_one(it)),
            Some(value) => self.holds_for_one(value),
        }
    }

    /// The test of a part of an attribute, in all its values.
    fn holds_for_part(&self, value: Option<&Value>, name: &str) -> bool {
        match value {
            Some(Value::Array(elements)) if !elements.is_empty() => {
                elements.iter().any(|it| self.holds_for_part_of(it, name))
            }
            Some(element @ Value::Object(_)) => self.holds_for_part_of(element, name),
            _ => self.holds_for_absent(),
        }
    }

    /// The test of a part of one value. RFC 7643 §2.4: what does not say that it is primary is not.
    fn holds_for_part_of(&self, element: &Value, name: &str) -> bool {
        static NOT_PRIMARY: Value = Value::Bool(false);
        let compares = matches!(self, Self::Compare(_, Operand::Boolean(_)));
        match member(element, name) {
            None if compares && name == "primary" => self.holds(Some(&NOT_PRIMARY)),
            value => self.holds(value),
        }
    }

    fn holds_for_absent(&self) -> bool {
        match self {
            Self::Compare(Operator::Eq, operand) => *operand == Operand::Null,
            Self::Compare(Operator::Ne, operand) => *operand != Operand::Null,
            Self::Present | Self::Compare(..) => false,
        }
    }

    fn holds_for_one(&self, value: &Value) -> bool {
        let (operator, operand) = match self {
            Self::Present => return is_present(value),
            Self::Compare(operator, operand) => (*operator, operand),
        };
        let outcome = match (operand, value) {
            (Operand::Exact(literal), Value::String(text)) => Some(exact(operator, text, literal)),
            (Operand::Folded { fold, .. }, Value::String(text)) => Some(folded(operator, text, fold)),
            (Operand::Number(literal), Value::Number(number)) => {
                order(number, literal).map(|ordering| in_order(operator, ordering))
            }
            (Operand::Boolean(literal), Value::Bool(boolean)) => {
                Some(in_order(operator, boolean.cmp(literal)))
            }
            (Operand::Boolean(literal), Value::String(text)) => {
                boolean(text).map(|boolean| in_order(operator, boolean.cmp(literal)))
            }
            (Operand::Instant { instant, .. }, Value::String(text)) => {
                datetime::parse(text).map(|it| in_order(operator, it.cmp(instant)))
            }
            (Operand::Null, value) => Some((operator == Operator::Eq) != is_present(value)),
            _ => None,
        };
        // What is of another type is unequal.
        outcome.unwrap_or(operator == Operator::Ne)
    }
}

/// The part of a complex value.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    json::get(value.as_object()?, name)
}

/// RFC 7644 table 3, `pr`: "non-empty or non-null"; of a complex attribute, any part.
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(is_present),
        Value::Object(object) => object.values().any(is_present),
    }
}

fn exact(operator: Operator, text: &str, literal: &str) -> bool {
    match operator {
        Operator::Eq => text == literal,
        Operator::Ne => text != literal,
        Operator::Co => text.contains(literal),
        Operator::Sw => text.starts_with(literal),
        Operator::Ew => text.ends_with(literal),
        _ => in_order(operator, text.cmp(literal)),
    }
}

fn folded(operator: Operator, text: &str, fold: &str) -> bool {
    match operator {
        Operator::Eq => text::equals(text, fold),
        Operator::Ne => !text::equals(text, fold),
        Operator::Co => text::contains(text, fold),
        Operator::Sw => text::starts_with(text, fold),
        Operator::Ew => text::ends_with(text, fold),
        _ => in_order(operator, text::compare(text, fold)),
    }
}

/// `ordering` is of the resource's value to the filter's. Without order there is no substring: the binder refuses those.
fn in_order(operator: Operator, ordering: Ordering) -> bool {
    match operator {
        Operator::Eq => ordering.is_eq(),
        Operator::Ne => ordering.is_ne(),
        Operator::Gt => ordering.is_gt(),
        Operator::Lt => ordering.is_lt(),
        Operator::Ge => ordering.is_ge(),
        Operator::Le => ordering.is_le(),
        Operator::Co | Operator::Sw | Operator::Ew => false,
    }
}

/// Integers compare exactly, everything else as doubles.
fn order(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}
