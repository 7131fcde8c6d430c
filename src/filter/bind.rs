//! Ties names to attributes and values to their types. What a filter may not compare is refused here, once, rather than
//! ignored on every resource (RFC 7644 §3.4.2.2).

use std::fmt;

use serde_json::Number;

use super::FilterError;
use super::ast::{Operand, Part, Term, Test};
use super::text::fold;
use super::token::{Operator, Token};
use crate::datetime;
use crate::error::quoted;
use crate::path::{AttributePath, PathError};
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType, Returned, Uniqueness};

/// A test as written.
#[derive(Debug)]
pub(super) enum RawTest<'a> {
    Present,
    Compare {
        operator: Operator,
        operator_token: Token<'a>,
        literal: Literal<'a>,
        literal_token: Token<'a>,
    },
}

/// A value as written.
#[derive(Debug)]
pub(super) enum Literal<'a> {
    String(String),
    /// A word that is no JSON value.
    Word(&'a str),
    Number(Number),
    Boolean(bool),
    Null,
}

/// What a value is compared with.
struct Subject<'s> {
    name: &'s dyn fmt::Display,
    /// `None` for an attribute of an extension that no table declares.
    kind: Option<AttributeType>,
    case_exact: bool,
}

/// RFC 7643 §3: `schemas` is in every resource and in no schema. Clients filter by it (RFC 7644 §3.4.2.2, figure 2).
static SCHEMAS: Attribute = Attribute {
    name: "schemas",
    kind: AttributeType::Reference,
    multi_valued: true,
    description: "URNs of the schemas of the resource",
    required: true,
    // URNs compare without case, as the prefixes of attribute names do (Entra quirk Q-17).
    case_exact: false,
    mutability: Mutability::ReadOnly,
    returned: Returned::Always,
    uniqueness: Uniqueness::None,
    canonical_values: &[],
    reference_types: &["uri"],
    sub_attributes: &[],
    max_values: usize::MAX,
};

/// Whose attributes a filter may name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    /// The type of the resources that it decides about.
    pub(super) resource_type: &'static ResourceType,
    /// The other types of a search over several: RFC 7644 §3.4.2.1 has their attributes without a value here.
    pub(super) others: &'static [&'static ResourceType],
}

/// The attribute that `name` names in a filter.
pub(super) fn path(name: &str, scope: Scope) -> Result<AttributePath, PathError> {
    if name.eq_ignore_ascii_case(SCHEMAS.name) {
        return Ok(AttributePath::Declared {
            extension: None,
            attribute: &SCHEMAS,
            sub_attribute: None,
        });
    }
    let resolved = AttributePath::resolve_searchable(name, scope.resource_type);
    match resolved {
        Err(PathError::Unknown(_)) => scope
            .others
            .iter()
            .map(|other| AttributePath::resolve_searchable(name, other))
            .find(|other| !matches!(other, Err(PathError::Unknown(_))))
            .unwrap_or(resolved),
        resolved => resolved,
    }
}

/// Whether a path names what only another type of the search has, so that no resource of this one has a value.
pub(super) fn is_foreign(path: &AttributePath, resource_type: &ResourceType) -> bool {
    let AttributePath::Declared {
        extension, attribute, ..
    } = path
    else {
        return false;
    };
    match extension {
        Some(extension) => resource_type.extension(extension.id).is_none(),
        None => ![Some(&SCHEMAS), resource_type.core_attribute(attribute.name)]
            .into_iter()
            .flatten()
            .any(|own| std::ptr::eq(own, *attribute)),
    }
}

/// The test of an attribute whose name begins at the byte `start` of `source`.
///
/// A comparison of a complex attribute is one of its `value` (RFC 7644 §3.4.2.2: `emails co "example.com"`); only whether
/// it is there at all concerns the whole.
pub(super) fn attribute(
    source: &str,
    start: usize,
    mut path: AttributePath,
    raw: RawTest<'_>,
) -> Result<Term, FilterError> {
    let concerns_whole = matches!(
        raw,
        RawTest::Present
            | RawTest::Compare {
                literal: Literal::Null,
                ..
            }
    );
    if let AttributePath::Declared {
        attribute,
        sub_attribute,
        ..
    } = &mut path
        && attribute.kind == AttributeType::Complex
        && sub_attribute.is_none()
        && !concerns_whole
    {
        *sub_attribute = attribute.sub_attribute("value");
    }
    let (kind, case_exact) = match &path {
        AttributePath::Declared {
            attribute,
            sub_attribute,
            ..
        } => {
            let subject = sub_attribute.unwrap_or(attribute);
            if subject.kind == AttributeType::Complex && !concerns_whole {
                return Err(part_missing(source, start, &path, subject.sub_attributes));
            }
            (Some(subject.kind), subject.case_exact)
        }
        AttributePath::Extension(schema) if !concerns_whole => {
            return Err(part_missing(source, start, &path, schema.attributes));
        }
        AttributePath::Extension(_) => (Some(AttributeType::Complex), true),
        AttributePath::Undeclared { .. } => (None, true),
    };
    let subject = Subject {
        name: &path,
        kind,
        case_exact,
    };
    let test = subject.test(source, raw)?;
    Ok(Term::Attribute { path, test })
}

/// The test of a part of a complex attribute.
pub(super) fn part(
    source: &str,
    attribute: &'static Attribute,
    raw: RawTest<'_>,
) -> Result<Part, FilterError> {
    let subject = Subject {
        name: &attribute.name,
        kind: Some(attribute.kind),
        case_exact: attribute.case_exact,
    };
    let test = subject.test(source, raw)?;
    Ok(Part { attribute, test })
}

fn part_missing(source: &str, start: usize, path: &AttributePath, parts: &[Attribute]) -> FilterError {
    let separator = match path {
        AttributePath::Extension(_) => ':',
        _ => '.',
    };
    let example = parts.first().map_or("value", |part| part.name);
    let what = format!(
        "expected a part of {}, such as `{path}{separator}{example}`,",
        quoted(&path.to_string())
    );
    FilterError::new(source, start, &what, None)
}

impl Subject<'_> {
    fn test(&self, source: &str, raw: RawTest<'_>) -> Result<Test, FilterError> {
        match raw {
            RawTest::Present => Ok(Test::Present),
            RawTest::Compare {
                operator,
                operator_token,
                literal,
                literal_token,
            } => {
                if !self.allows(operator, &literal) {
                    let what = self.refusal(operator, &literal);
                    return Err(FilterError::new(source, operator_token.start, &what, None));
                }
                let operand = self
                    .operand(operator, literal)
                    .ok_or_else(|| literal_token.expected(source, &self.expectation()))?;
                Ok(Test::Compare(operator, operand))
            }
        }
    }

    /// RFC 7644 table 3: Boolean and binary values have no order. They, numbers and instants have no substrings either.
    fn allows(&self, operator: Operator, literal: &Literal<'_>) -> bool {
        let is_equality = matches!(operator, Operator::Eq | Operator::Ne);
        let is_substring = matches!(operator, Operator::Co | Operator::Sw | Operator::Ew);
        if is_equality {
            return true;
        }
        match self.kind {
            _ if matches!(literal, Literal::Null) => false,
            Some(AttributeType::String | AttributeType::Reference) => true,
            Some(AttributeType::Integer | AttributeType::Decimal | AttributeType::DateTime) => !is_substring,
            Some(AttributeType::Boolean | AttributeType::Binary | AttributeType::Complex) => false,
            None => is_substring && matches!(literal, Literal::String(_) | Literal::Word(_)),
        }
    }

    fn refusal(&self, operator: Operator, literal: &Literal<'_>) -> String {
        let name = quoted(&self.name.to_string());
        match (self.kind, literal) {
            (_, Literal::Null) => format!("`{}` cannot compare with null", operator.name()),
            (Some(kind), _) => format!(
                "`{}` cannot compare the {} attribute {name}",
                operator.name(),
                kind.name()
            ),
            (None, _) => format!(
                "`{}` cannot compare {name}, whose type no schema declares,",
                operator.name()
            ),
        }
    }

    fn operand(&self, operator: Operator, literal: Literal<'_>) -> Option<Operand> {
        match (self.kind, literal) {
            (_, Literal::Null) => Some(Operand::Null),
            (Some(AttributeType::String | AttributeType::Reference), Literal::String(text)) => {
                Some(self.text(text))
            }
            (Some(AttributeType::String | AttributeType::Reference), Literal::Word(word))
                if matches!(operator, Operator::Eq | Operator::Ne) && is_bare(word) =>
            {
                Some(self.text(word.to_owned()))
            }
            (Some(AttributeType::Binary) | None, Literal::String(text)) => Some(Operand::Exact(text)),
            (Some(AttributeType::Boolean) | None, Literal::Boolean(boolean)) => {
                Some(Operand::Boolean(boolean))
            }
            (Some(AttributeType::Boolean), Literal::String(text)) => boolean(&text).map(Operand::Boolean),
            (Some(AttributeType::Integer | AttributeType::Decimal) | None, Literal::Number(number)) => {
                Some(Operand::Number(number))
            }
            (Some(AttributeType::DateTime), Literal::String(text)) => {
                let instant = datetime::parse(&text)?;
                Some(Operand::Instant { text, instant })
            }
            _ => None,
        }
    }

    fn text(&self, text: String) -> Operand {
        if self.case_exact {
            return Operand::Exact(text);
        }
        let fold = fold(&text);
        Operand::Folded { text, fold }
    }

    fn expectation(&self) -> String {
        let what = match self.kind {
            Some(AttributeType::Boolean) => "true or false",
            Some(AttributeType::Integer | AttributeType::Decimal) => "a number",
            Some(AttributeType::DateTime) => "a dateTime in double quotes, such as \"2026-11-22T07:00:00Z\",",
            Some(AttributeType::Complex) => "null",
            None => "a string in double quotes, a number, true, false or null",
            _ => "a string in double quotes",
        };
        format!("expected {what} for {}", quoted(&self.name.to_string()))
    }
}

/// Entra quirk Q-09: `primary eq "True"`.
pub(super) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Whether a word may stand for a string (Entra quirk Q-28). One in single quotes is a mistake that would match nothing.
fn is_bare(word: &str) -> bool {
    !word.starts_with('\'') && !word.contains(char::is_control)
}
