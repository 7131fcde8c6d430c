//! From a filter to the condition that finds its matches in the store.
//!
//! What the store cannot decide exactly is left out where that only widens the result: in a conjunction, never below a
//! disjunction or a negation. `ARCHITECTURE.md` has the table of columns and operators.

use serde_json::{Map, Value};

use super::ast::{Expression, Operand, Part, Term, Test};
use super::bind;
use super::condition::{self, Column, Compiled, Condition, Relation};
use super::text::fold;
use super::token::Operator;
use crate::limits::MAX_KEY_CHARS;
use crate::path::AttributePath;
use crate::schema::ResourceType;

/// What the e-mail column holds for a user with several addresses, whose index it cannot be.
pub const SEVERAL_EMAILS: &str = "*";

/// What the e-mail column must hold for a resource: the fold of its one address; [`SEVERAL_EMAILS`] when the addresses
/// differ or the one is longer than the column; nothing when there is none.
///
/// INVARIANT: [`Column::Email`] finds every match only while each stored user has this value, and accounts whose address
/// changed outside of SCIM are found by their new address too.
#[must_use]
pub fn email_key(resource: &Map<String, Value>) -> Option<String> {
    let elements = match resource.get("emails")? {
        Value::Array(elements) => elements.as_slice(),
        element => std::slice::from_ref(element),
    };
    let mut keys = elements
        .iter()
        .filter_map(|element| element.get("value")?.as_str())
        .map(fold);
    let key = keys.next()?;
    if keys.all(|other| other == key) && key.chars().count() <= MAX_KEY_CHARS {
        Some(key)
    } else {
        Some(SEVERAL_EMAILS.to_owned())
    }
}

impl Compiled {
    fn exact(condition: Condition) -> Self {
        Self {
            condition: Some(condition),
            exact: true,
        }
    }

    fn superset(condition: Condition) -> Self {
        Self {
            condition: Some(condition),
            exact: false,
        }
    }

    fn unknown() -> Self {
        Self {
            condition: None,
            exact: false,
        }
    }

    fn constant(holds: bool) -> Self {
        Self::exact(if holds {
            Condition::always()
        } else {
            Condition::never()
        })
    }

    fn negated(self) -> Self {
        match self {
            Self {
                condition: Some(condition),
                exact: true,
            } => Self::exact(condition.negated()),
            _ => Self::unknown(),
        }
    }

    fn and(members: impl Iterator<Item = Self>) -> Self {
        let mut exact = true;
        let mut conditions = Vec::new();
        for member in members {
            exact &= member.exact;
            conditions.extend(member.condition);
        }
        let condition = match conditions.len() {
            0 | 1 => conditions.pop(),
            _ => Some(Condition::And(conditions)),
        };
        Self { condition, exact }
    }

    fn or(members: impl Iterator<Item = Self>) -> Self {
        let mut exact = true;
        let mut conditions = Vec::new();
        for member in members {
            exact &= member.exact;
            match member.condition {
                Some(condition) => conditions.push(condition),
                None => return Self::unknown(),
            }
        }
        Self {
            condition: Some(Condition::Or(conditions)),
            exact,
        }
    }

    fn widened(self) -> Self {
        Self { exact: false, ..self }
    }
}

impl Expression<Term> {
    pub(super) fn compiled(&self, resource_type: &ResourceType) -> Compiled {
        match self {
            Self::And(members) => Compiled::and(members.iter().map(|it| it.compiled(resource_type))),
            Self::Or(members) => Compiled::or(members.iter().map(|it| it.compiled(resource_type))),
            Self::Not(inner) => inner.compiled(resource_type).negated(),
            Self::Term(term) => term.compiled(resource_type),
        }
    }
}

impl Term {
    fn compiled(&self, resource_type: &ResourceType) -> Compiled {
        let (Self::Attribute { path, .. } | Self::Selection { path, .. }) = self;
        if bind::is_foreign(path, resource_type) {
            return Compiled::constant(self.matches(&Map::new()));
        }
        match self {
            Self::Attribute { path, test } => match Column::of(path) {
                Some(Column::Active) => of_boolean(Column::Active, test),
                Some(column) if column.is_number() => of_instant(column, test),
                Some(column) => of_text(column, test),
                None => of_attribute(path, test, resource_type),
            },
            Self::Selection { path, filter, part } => match values(path) {
                Some(values) => {
                    let inside = of_value(filter.expression(), values);
                    match part {
                        None => inside,
                        // One element must pass both tests; the store knows only that some element passes each.
                        Some(part) => Compiled::and([inside, of_part(part, values)].into_iter()).widened(),
                    }
                }
                None => Compiled::unknown(),
            },
        }
    }
}

/// Attributes with several values of which the store knows something.
#[derive(Clone, Copy)]
enum Values {
    Emails,
    Members,
    Groups,
}

fn values(path: &AttributePath) -> Option<Values> {
    match path {
        AttributePath::Declared {
            extension: None,
            attribute,
            ..
        } => match attribute.name {
            "emails" => Some(Values::Emails),
            "members" => Some(Values::Members),
            "groups" => Some(Values::Groups),
            _ => None,
        },
        _ => None,
    }
}

fn of_attribute(path: &AttributePath, test: &Test, resource_type: &ResourceType) -> Compiled {
    let AttributePath::Declared {
        extension: None,
        attribute,
        sub_attribute,
    } = path
    else {
        return Compiled::unknown();
    };
    match (values(path), attribute.name, sub_attribute.map(|part| part.name)) {
        (Some(values), _, Some("value")) => of_test(test, values),
        (Some(Values::Groups), _, None) => {
            of_presence(Column::Groups, test).unwrap_or_else(Compiled::unknown)
        }
        (None, "meta", Some("resourceType")) => {
            Compiled::constant(test.holds(Some(&Value::from(resource_type.name))))
        }
        _ => Compiled::unknown(),
    }
}

/// The filter in the brackets of a value path: one element must pass all of it, and the store knows only whether some
/// element has a value.
fn of_value(expression: &Expression<Part>, values: Values) -> Compiled {
    match expression {
        Expression::And(members) => Compiled::and(members.iter().map(|it| of_value(it, values))).widened(),
        Expression::Or(members) => Compiled::or(members.iter().map(|it| of_value(it, values))),
        Expression::Not(_) => Compiled::unknown(),
        Expression::Term(part) => of_part(part, values),
    }
}

fn of_part(part: &Part, values: Values) -> Compiled {
    if part.attribute.name == "value" {
        of_test(&part.test, values)
    } else {
        Compiled::unknown()
    }
}

/// Some value passes a test.
fn of_test(test: &Test, values: Values) -> Compiled {
    let value = match test {
        Test::Compare(Operator::Eq, Operand::Exact(value)) => value,
        Test::Compare(Operator::Eq, Operand::Folded { fold, .. }) => fold,
        _ => return Compiled::unknown(),
    };
    match values {
        Values::Members => Compiled::exact(Condition::equal(Column::Member, value.clone())),
        // Groups may be nested: the store knows who is in none, the engine follows the memberships of the others.
        Values::Groups => Compiled::superset(Condition::present(Column::Groups)),
        // Only the address of an account is free of control characters, another one is behind SEVERAL_EMAILS.
        Values::Emails => Compiled::superset(Condition::Or(
            [value, SEVERAL_EMAILS]
                .map(|key| Condition::equal(Column::Email, key.to_owned()))
                .into(),
        )),
    }
}

/// `pr`, and comparisons with null.
fn of_presence(column: Column, test: &Test) -> Option<Compiled> {
    match test {
        Test::Present | Test::Compare(Operator::Ne, Operand::Null) => {
            Some(Compiled::exact(Condition::present(column)))
        }
        Test::Compare(Operator::Eq, Operand::Null) => {
            Some(Compiled::exact(Condition::present(column).negated()))
        }
        Test::Compare(..) => None,
    }
}

fn of_text(column: Column, test: &Test) -> Compiled {
    if let Some(compiled) = of_presence(column, test) {
        return compiled;
    }
    let (operator, value) = match test {
        Test::Compare(operator, Operand::Exact(value) | Operand::Folded { fold: value, .. }) => {
            (*operator, value)
        }
        _ => return Compiled::unknown(),
    };
    // What is absent is unequal to everything, as what has another value.
    Compiled::exact(match relation(operator) {
        None => Condition::equal(column, value.clone()).negated(),
        Some(relation) => Condition::text(column, relation, value.clone()),
    })
}

fn of_boolean(column: Column, test: &Test) -> Compiled {
    if let Some(compiled) = of_presence(column, test) {
        return compiled;
    }
    match test {
        Test::Compare(operator @ (Operator::Eq | Operator::Ne), Operand::Boolean(value)) => {
            let equal = Compiled::exact(Condition::Is(column, condition::Test::Boolean(*value)));
            if *operator == Operator::Eq {
                equal
            } else {
                equal.negated()
            }
        }
        _ => Compiled::unknown(),
    }
}

/// The store counts milliseconds and every record has its times; the operand may be finer, and then lies between two.
fn of_instant(column: Column, test: &Test) -> Compiled {
    const NANOSECONDS: i128 = 1_000_000;
    let (operator, instant) = match test {
        Test::Compare(operator, Operand::Instant { instant, .. }) => (*operator, instant.as_nanosecond()),
        Test::Present => return Compiled::constant(true),
        Test::Compare(operator, Operand::Null) => return Compiled::constant(*operator == Operator::Ne),
        Test::Compare(..) => return Compiled::unknown(),
    };
    let Ok(floor) = i64::try_from(instant.div_euclid(NANOSECONDS)) else {
        return Compiled::unknown();
    };
    let between = instant.rem_euclid(NANOSECONDS) != 0;
    let is = |relation| Compiled::exact(Condition::Is(column, condition::Test::Number(relation, floor)));
    match operator {
        Operator::Eq if between => Compiled::constant(false),
        Operator::Ne if between => Compiled::constant(true),
        Operator::Eq => is(Relation::Eq),
        Operator::Ne => is(Relation::Eq).negated(),
        Operator::Ge if between => is(Relation::Gt),
        Operator::Lt if between => is(Relation::Le),
        Operator::Gt => is(Relation::Gt),
        Operator::Ge => is(Relation::Ge),
        Operator::Lt => is(Relation::Lt),
        Operator::Le => is(Relation::Le),
        Operator::Co | Operator::Sw | Operator::Ew => Compiled::unknown(),
    }
}

/// The store's word for an operator; `None` for `ne`, which is a negation there.
fn relation(operator: Operator) -> Option<Relation> {
    match operator {
        Operator::Eq => Some(Relation::Eq),
        Operator::Ne => None,
        Operator::Co => Some(Relation::Co),
        Operator::Sw => Some(Relation::Sw),
        Operator::Ew => Some(Relation::Ew),
        Operator::Gt => Some(Relation::Gt),
        Operator::Lt => Some(Relation::Lt),
        Operator::Ge => Some(Relation::Ge),
        Operator::Le => Some(Relation::Le),
    }
}
