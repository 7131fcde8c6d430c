//! Which indexed look-ups find everything that a filter can match.

use serde_json::{Map, Value};

use super::ast::{Expression, Operand, Part, Term, Test};
use super::text::fold;
use super::token::Operator;
use crate::limits::MAX_KEY_CHARS;
use crate::path::AttributePath;
use crate::schema::{Uniqueness, WPO365_USER};

/// A column of the store that finds users by equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// `id`, as it is.
    Id,
    /// `userName`, folded.
    UserName,
    /// `displayName` of a group, folded.
    DisplayName,
    /// `externalId`, as it is; several users may share one.
    ExternalId,
    /// `objectId` of the wpo365 extension, folded.
    ObjectId,
    /// What [`email_key`] says.
    Email,
}

/// One look-up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Probe {
    /// Where to look.
    pub column: Column,
    /// The value there, folded as the column is.
    pub value: String,
}

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

impl Expression<Term> {
    /// Look-ups that together find every match, without repetition; `None` when only a scan does.
    pub(super) fn probes(&self) -> Option<Vec<Probe>> {
        let mut probes = cover(self, &of_term)?;
        let mut seen = std::collections::HashSet::with_capacity(probes.len());
        probes.retain(|probe| seen.insert(probe.clone()));
        Some(probes)
    }
}

/// One member of a conjunction is enough; a disjunction needs all; a negation matches what no equality finds.
fn cover<T>(expression: &Expression<T>, of: &impl Fn(&T) -> Option<Vec<Probe>>) -> Option<Vec<Probe>> {
    match expression {
        Expression::And(members) => cheapest(members.iter().map(|member| cover(member, of))),
        Expression::Or(members) => {
            let mut all = Vec::with_capacity(members.len());
            for member in members {
                all.extend(cover(member, of)?);
            }
            Some(all)
        }
        Expression::Not(_) => None,
        Expression::Term(term) => of(term),
    }
}

/// The look-ups that find least: unique columns, then addresses, then `externalId`, which any number may share.
fn cheapest(candidates: impl Iterator<Item = Option<Vec<Probe>>>) -> Option<Vec<Probe>> {
    candidates.flatten().min_by_key(|probes| {
        let worst = probes.iter().map(|probe| match probe.column {
            Column::Id | Column::UserName | Column::DisplayName | Column::ObjectId => 0,
            Column::Email => 1,
            Column::ExternalId => 2,
        });
        (worst.max(), probes.len())
    })
}

fn of_term(term: &Term) -> Option<Vec<Probe>> {
    match term {
        Term::Attribute { path, test } => of_test(column(path)?, test),
        Term::Selection { path, filter, part } => {
            if !is_emails(path) {
                return None;
            }
            let inside = cover(filter.expression(), &of_address);
            let behind = part.as_ref().and_then(of_address);
            cheapest([inside, behind].into_iter())
        }
    }
}

fn is_emails(path: &AttributePath) -> bool {
    matches!(path, AttributePath::Declared { extension: None, attribute, .. } if attribute.name == "emails")
}

fn of_address(part: &Part) -> Option<Vec<Probe>> {
    if part.attribute.name == "value" {
        of_test(Column::Email, &part.test)
    } else {
        None
    }
}

fn of_test(column: Column, test: &Test) -> Option<Vec<Probe>> {
    let value = match test {
        Test::Compare(Operator::Eq, Operand::Exact(value)) => value.clone(),
        Test::Compare(Operator::Eq, Operand::Folded { fold, .. }) => fold.clone(),
        _ => return None,
    };
    let mut probes = vec![Probe { column, value }];
    if column == Column::Email {
        probes.push(Probe {
            column,
            value: SEVERAL_EMAILS.to_owned(),
        });
    }
    Some(probes)
}

fn column(path: &AttributePath) -> Option<Column> {
    let AttributePath::Declared {
        extension,
        attribute,
        sub_attribute,
    } = path
    else {
        return None;
    };
    let extension = extension.map(|schema| schema.id);
    let part = sub_attribute.map(|part| part.name);
    match (extension, attribute.name, part) {
        (None, "id", None) => Some(Column::Id),
        (None, "userName", None) => Some(Column::UserName),
        (None, "displayName", None) if attribute.uniqueness == Uniqueness::Server => {
            Some(Column::DisplayName)
        }
        (None, "externalId", None) => Some(Column::ExternalId),
        (None, "emails", Some("value")) => Some(Column::Email),
        (Some(urn), "objectId", None) if urn == WPO365_USER.id => Some(Column::ObjectId),
        _ => None,
    }
}
