//! The filter inside the brackets of a value path: `valFilter` of RFC 7644 figure 1.

use std::fmt;

use serde_json::Value;

use super::FilterError;
use super::ast::{Expression, Part, Test};
use super::parser::Parser;
use super::token::Operator;
use crate::error::quoted;
use crate::limits::MAX_FILTER_BYTES;
use crate::schema::Attribute;

/// Selects values of one complex attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueFilter {
    expression: Expression<Part>,
}

impl ValueFilter {
    pub(super) fn new(expression: Expression<Part>) -> Self {
        Self { expression }
    }

    pub(super) fn expression(&self) -> &Expression<Part> {
        &self.expression
    }

    /// The filter over values of `attribute` that `text`, without the brackets, says.
    ///
    /// Fails when it is malformed, too long, or names or compares what the attribute does not have.
    pub fn parse(text: &str, attribute: &'static Attribute) -> Result<Self, FilterError> {
        super::check_length(text, MAX_FILTER_BYTES)?;
        if attribute.sub_attributes.is_empty() {
            let what = format!("{} has no parts to select by", quoted(attribute.name));
            return Err(FilterError::new(text, 0, &what, None));
        }
        let mut parser = Parser::new(text, 0)?;
        let expression = parser.expression(attribute)?;
        parser.end("expected `and`, `or` or the end")?;
        Ok(Self { expression })
    }

    /// Whether one value of the attribute is selected: an object with canonical names.
    #[must_use]
    pub fn matches(&self, element: &Value) -> bool {
        self.expression.holds(&|part: &Part| part.matches(element))
    }

    /// The parts and values of a filter that is nothing but equalities, each part once, values in the type of the part:
    /// what a value must have to be selected. `None` when there is more to it, or when no value can match.
    #[must_use]
    pub fn equalities(&self) -> Option<Vec<(&'static Attribute, Value)>> {
        let members = match &self.expression {
            Expression::And(members) => members.as_slice(),
            single => std::slice::from_ref(single),
        };
        let mut found = Vec::with_capacity(members.len());
        for member in members {
            let Expression::Term(Part {
                attribute,
                test: Test::Compare(Operator::Eq, operand),
            }) = member
            else {
                return None;
            };
            if operand.is_null() {
                return None;
            }
            match found.iter().find(|(known, _)| known == attribute) {
                None => found.push((*attribute, operand)),
                Some((_, known)) if operand.is_same(known) => {}
                Some(_) => return None,
            }
        }
        Some(
            found
                .into_iter()
                .map(|(attribute, operand)| (attribute, operand.to_value()))
                .collect(),
        )
    }
}

/// Canonical text, without the brackets.
impl fmt::Display for ValueFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expression)
    }
}
