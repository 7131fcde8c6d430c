//! What conditions and orders of the contract mean, for the store in memory: written from the contract's words alone.

use std::cmp::Ordering;

use scimpress::filter::{Column, Condition, Order, Relation, Test};

/// What a record holds in a column.
pub(crate) enum Cell<'a> {
    /// A text, or none.
    Text(Option<&'a str>),
    Number(i64),
    /// A boolean, or none.
    Boolean(Option<bool>),
    /// Any of these texts.
    Texts(Vec<&'a str>),
    /// Any of these texts, made for the occasion.
    Owned(Vec<String>),
}

/// Whether a condition is true of the record whose columns `cell` tells.
pub(crate) fn holds<'a>(condition: &Condition, cell: &impl Fn(Column) -> Cell<'a>) -> bool {
    match condition {
        Condition::And(members) => members.iter().all(|it| holds(it, cell)),
        Condition::Or(members) => members.iter().any(|it| holds(it, cell)),
        Condition::Not(inner) => !holds(inner, cell),
        Condition::Is(column, test) => match (cell(*column), test) {
            (Cell::Text(value), Test::Present) => value.is_some(),
            (Cell::Text(value), Test::Text(relation, operand)) => {
                value.is_some_and(|it| related(*relation, it, operand))
            }
            (Cell::Number(_), Test::Present) => true,
            (Cell::Number(value), Test::Number(relation, number)) => ordered(*relation, value.cmp(number)),
            (Cell::Boolean(value), Test::Present) => value.is_some(),
            (Cell::Boolean(value), Test::Boolean(boolean)) => value == Some(*boolean),
            (Cell::Texts(values), Test::Present) => !values.is_empty(),
            (Cell::Texts(values), Test::Text(Relation::Eq, operand)) => values.contains(&operand.as_str()),
            (Cell::Owned(values), Test::Text(Relation::Eq, operand)) => values.contains(operand),
            _ => panic!("the contract has no {} {test:?}", column.name()),
        },
    }
}

fn related(relation: Relation, value: &str, text: &str) -> bool {
    assert!(!text.is_empty(), "the contract promises a text");
    let plain = matches!(
        relation,
        Relation::Eq | Relation::Co | Relation::Sw | Relation::Ew
    );
    assert!(
        !plain || !text.contains(char::is_control),
        "no control characters: {text:?}"
    );
    match relation {
        Relation::Co => value.contains(text),
        Relation::Sw => value.starts_with(text),
        Relation::Ew => value.ends_with(text),
        _ => ordered(relation, value.cmp(text)),
    }
}

fn ordered(relation: Relation, ordering: Ordering) -> bool {
    match relation {
        Relation::Eq => ordering.is_eq(),
        Relation::Gt => ordering.is_gt(),
        Relation::Ge => ordering.is_ge(),
        Relation::Lt => ordering.is_lt(),
        Relation::Le => ordering.is_le(),
        Relation::Co | Relation::Sw | Relation::Ew => panic!("numbers have no parts"),
    }
}

/// The order of two records by their columns; who is equal stays where it is.
pub(crate) fn compare(order: Order, left: &Cell<'_>, right: &Cell<'_>) -> Ordering {
    let ordering = match (left, right) {
        (Cell::Number(left), Cell::Number(right)) => left.cmp(right),
        (Cell::Text(Some(left)), Cell::Text(Some(right))) => left.cmp(right),
        (Cell::Text(left), Cell::Text(right)) => left.is_none().cmp(&right.is_none()),
        _ => panic!("the contract does not sort by {}", order.column.name()),
    };
    if order.descending {
        ordering.reverse()
    } else {
        ordering
    }
}
