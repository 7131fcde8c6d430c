//! PATCH of a group's members as comings and goings.
//!
//! Entra sends one member a request, several requests at once, to groups of any size (quirks ). Read
//! literally each would read and write the whole list: slow, and of two at once one would be lost. Most operations need
//! no list: they name who comes and who goes.

use std::collections::HashSet;

use serde_json::Value;

use super::extension::is_core;
use super::{Op, Operation, PatchRequest};
use crate::error::ScimError;
use crate::path::{AttributePath, member};
use crate::resource::normalise::{attribute_value, is_assigned};
use crate::schema::{Attribute, GROUP};
use crate::value_path::ValuePath;

/// Who comes and who goes, in the end.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Movement {
    /// Everybody goes first.
    pub clear: bool,
    /// Ids that come.
    pub add: Vec<String>,
    /// Ids that go.
    pub remove: Vec<String>,
    /// Whether a replace named exactly one member, which Entra's new dialect means as an add (quirk Q-31).
    pub replaced_by_one: bool,
}

/// Steps in the order of the operations: an id, and whether it comes.
#[derive(Default)]
struct Steps {
    clear: bool,
    moves: Vec<(String, bool)>,
    replaced_by_one: bool,
}

impl Steps {
    fn all_go(&mut self) {
        self.clear = true;
        self.moves.clear();
    }

    /// Of several steps of one member the last counts.
    fn end(self) -> Movement {
        let mut seen = HashSet::with_capacity(self.moves.len());
        let mut movement = Movement {
            clear: self.clear,
            replaced_by_one: self.replaced_by_one,
            ..Movement::default()
        };
        for (id, comes) in self.moves.into_iter().rev() {
            if seen.insert(id.clone()) {
                let list = if comes {
                    &mut movement.add
                } else {
                    &mut movement.remove
                };
                list.push(id);
            }
        }
        movement.add.reverse();
        movement.remove.reverse();
        movement
    }
}

impl PatchRequest {
    /// Splits the request into operations on other attributes and a movement of members; `None` when an operation on
    /// members cannot be told without the list, such as `members[display eq "x"]`. With `additive`, a replace of members
    /// adds them. Fails when a member has no id.
    pub fn movement(&self, additive: bool) -> Result<Option<(PatchRequest, Movement)>, ScimError> {
        let Some(members) = GROUP.schema.attribute("members") else {
            return Ok(None);
        };
        let mut steps = Steps::default();
        let mut needs_list = false;
        let mut rest = Vec::with_capacity(self.operations.len());
        for operation in &self.operations {
            let step = step(operation, members).map_err(|error| super::located(&error, operation.index))?;
            let (op, ids) = match step {
                Step::Other(operation) => {
                    rest.push(operation);
                    continue;
                }
                // The others are read all the same: applied to a list, a member without an id would be nobody.
                Step::NeedsList => {
                    needs_list = true;
                    continue;
                }
                Step::Members(op, ids, other) => {
                    rest.extend(other);
                    (op, ids)
                }
            };
            if op == Op::Replace {
                steps.replaced_by_one |= ids.len() == 1;
            }
            // An empty list beside a remove names nobody; without a list everybody is meant (RFC 7644 §3.5.2.2).
            let everybody = op == Op::Remove && operation.value.as_ref().is_none_or(Value::is_null);
            if (op == Op::Replace && !additive) || (everybody && ids.is_empty()) {
                steps.all_go();
            }
            steps
                .moves
                .extend(ids.into_iter().map(|id| (id, op != Op::Remove)));
        }
        if needs_list {
            return Ok(None);
        }
        Ok(Some((PatchRequest { operations: rest }, steps.end())))
    }
}

enum Step {
    /// It concerns another attribute.
    Other(Operation),
    /// It concerns these members. And what it says of other attributes.
    Members(Op, Vec<String>, Option<Operation>),
    /// It selects members by what only the list tells.
    NeedsList,
}

fn step(operation: &Operation, members: &'static Attribute) -> Result<Step, ScimError> {
    let value = operation.value.as_ref().unwrap_or(&Value::Null);
    let Some(path) = &operation.path else {
        return pathless(operation, value, members);
    };
    let Ok(path) = ValuePath::parse(path, &GROUP) else {
        return Ok(Step::Other(operation.clone()));
    };
    match &path.attribute {
        AttributePath::Declared {
            attribute,
            sub_attribute,
            ..
        } if *attribute == members => {
            if sub_attribute.is_some() || path.sub_attribute.is_some() {
                return Ok(Step::NeedsList);
            }
            // Refused where it is applied; as "nobody" it would empty the group.
            if operation.value.is_none() && operation.op != Op::Remove {
                return Ok(Step::Other(operation.clone()));
            }
            match &path.filter {
                None => Ok(Step::Members(operation.op, ids(members, value)?, None)),
                Some(filter) if operation.op == Op::Remove => match filter.equalities().as_deref() {
                    Some([(part, Value::String(id))]) if part.name == "value" => {
                        Ok(Step::Members(Op::Remove, vec![id.clone()], None))
                    }
                    _ => Ok(Step::NeedsList),
                },
                Some(_) => Ok(Step::NeedsList),
            }
        }
        // The whole core schema as path: what it says of members is a part of the value.
        AttributePath::Undeclared { urn, name } if is_core(urn, name, &GROUP) => {
            require_ids(members, value)?;
            Ok(Step::NeedsList)
        }
        _ => Ok(Step::Other(operation.clone())),
    }
}

fn pathless(operation: &Operation, value: &Value, members: &'static Attribute) -> Result<Step, ScimError> {
    let Value::Object(attributes) = value else {
        return Ok(Step::Other(operation.clone()));
    };
    let is_core = |key: &String| {
        matches!(ValuePath::parse(key, &GROUP), Ok(ValuePath {
            attribute: AttributePath::Undeclared { urn, name }, ..
        }) if is_core(&urn, &name, &GROUP))
    };
    let mut cores = attributes.iter().filter(|(key, _)| is_core(key)).peekable();
    if cores.peek().is_some() {
        for (_, core) in cores {
            require_ids(members, core)?;
        }
        return Ok(Step::NeedsList);
    }
    let named = |key: &str| {
        matches!(ValuePath::parse(key, &GROUP), Ok(ValuePath {
            attribute: AttributePath::Declared { attribute, .. }, ..
        }) if attribute == members)
    };
    let Some((key, list)) = attributes.iter().find(|(key, _)| named(key)) else {
        return Ok(Step::Other(operation.clone()));
    };
    if operation.op == Op::Remove || attributes.keys().filter(|key| named(key)).count() > 1 {
        return Ok(Step::Other(operation.clone()));
    }
    // A key such as `members[value eq "x"].display` selects.
    if key.contains(['[', '.']) && !crate::path::is_urn(key) {
        return Ok(Step::NeedsList);
    }
    let mut other = attributes.clone();
    other.shift_remove(key);
    let other = Operation {
        index: operation.index,
        op: operation.op,
        path: None,
        value: Some(Value::Object(other)),
    };
    Ok(Step::Members(operation.op, ids(members, list)?, Some(other)))
}

/// Refuses members without an id in a part of a group.
fn require_ids(members: &'static Attribute, group: &Value) -> Result<(), ScimError> {
    match group {
        Value::Object(group) => {
            member(group, members.name).map_or(Ok(()), |list| ids(members, list).map(drop))
        }
        _ => Ok(()),
    }
}

/// The ids of a list of members: objects, bare strings, or one without its array (Entra quirk Q-04).
pub(crate) fn ids(members: &'static Attribute, value: &Value) -> Result<Vec<String>, ScimError> {
    if !is_assigned(value) {
        return Ok(Vec::new());
    }
    let without_id = || ScimError::invalid_value("a member needs 'value', the id of a user or group");
    let Some(Value::Array(elements)) = attribute_value(members, value)? else {
        return Err(without_id());
    };
    // Normalising drops elements that say nothing; unnoticed, a list of them would name nobody and empty the group.
    if elements.len() != value.as_array().map_or(1, Vec::len) {
        return Err(without_id());
    }
    elements
        .iter()
        .map(|element| {
            element
                .get("value")
                .and_then(Value::as_str)
                .map(str::to_owned)
                .ok_or_else(without_id)
        })
        .collect()
}
