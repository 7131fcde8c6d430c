//! From the engine's types to PHP arrays.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Error;
use ext_php_rs::exception::PhpException;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;
use serde_json::Value;

use crate::attributes::{Mapped, Text};
use crate::error::ScimError;
use crate::exchange::{Changes, Entry, GroupChanges, Kind, Need, Response};
use crate::filter::{Condition, Order, Test};
use crate::received::{Counted, Received};
use crate::resource::Resource;
use crate::roles::{Rule, RuleKind};

pub(super) type Table = ZBox<ZendHashTable>;

fn failed(error: Error) -> PhpException {
    PhpException::from(error)
}

pub(super) fn insert(table: &mut ZendHashTable, key: &str, value: impl IntoZval) -> PhpResult<()> {
    table.insert(key, value).map_err(failed)
}

fn number<T: TryInto<i64>>(value: T) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// A list of that many entries at once: a group may have 10,000 members, and an array that grows is copied each time.
fn list<T: IntoZval>(values: impl ExactSizeIterator<Item = T>) -> PhpResult<Table> {
    let mut table = ZendHashTable::with_capacity(u32::try_from(values.len()).unwrap_or(0));
    for value in values {
        table.push(value).map_err(failed)?;
    }
    Ok(table)
}

fn texts(values: &[String]) -> PhpResult<Table> {
    list(values.iter().map(String::as_str))
}

/// Which collection the records of the answer belong to.
pub(super) fn collection(need: &Need) -> Kind {
    match need {
        Need::Select { kind, .. }
        | Need::Page { kind, .. }
        | Need::Fetch { kind, .. }
        | Need::Delete { kind, .. } => *kind,
        Need::Create { .. } | Need::Update { .. } | Need::Settle { .. } => Kind::User,
        Need::CreateGroup { .. }
        | Need::UpdateGroup { .. }
        | Need::Members { .. }
        | Need::Memberships { .. } => Kind::Group,
    }
}

/// What `next()` answers.
pub(super) fn need(need: &Need) -> PhpResult<Table> {
    let mut table = ZendHashTable::new();
    insert(&mut table, "need", need.name())?;
    match need {
        Need::Select {
            kind,
            condition,
            after,
            before,
            limit,
        } => {
            insert(&mut table, "resource", kind.name())?;
            insert(&mut table, "where", condition.as_ref().map(tree).transpose()?)?;
            insert(&mut table, "after", number(*after))?;
            insert(&mut table, "before", before.map(number))?;
            insert(&mut table, "limit", number(*limit))?;
        }
        Need::Page {
            kind,
            condition,
            order,
            offset,
            limit,
        } => {
            insert(&mut table, "resource", kind.name())?;
            insert(&mut table, "where", condition.as_ref().map(tree).transpose()?)?;
            insert(&mut table, "order", order.map(by).transpose()?)?;
            insert(&mut table, "offset", number(*offset))?;
            insert(&mut table, "limit", number(*limit))?;
        }
        Need::Fetch { kind, positions } => {
            insert(&mut table, "resource", kind.name())?;
            let positions = list(positions.iter().copied().map(number::<u64>))?;
            insert(&mut table, "positions", positions)?;
        }
        Need::Create { id, changes, login } => {
            insert(&mut table, "resource", Kind::User.name())?;
            insert(&mut table, "id", id.as_str())?;
            write(&mut table, changes)?;
            let mut names = ZendHashTable::new();
            insert(&mut names, "preferred", login.preferred.as_str())?;
            insert(&mut names, "suffix", login.suffix.as_str())?;
            insert(&mut table, "login", names)?;
        }
        Need::Update { id, version, changes } => {
            insert(&mut table, "resource", Kind::User.name())?;
            insert(&mut table, "id", id.as_str())?;
            insert(&mut table, "version", number(*version))?;
            write(&mut table, changes)?;
        }
        Need::CreateGroup { id, changes } => {
            insert(&mut table, "resource", Kind::Group.name())?;
            insert(&mut table, "id", id.as_str())?;
            write_group(&mut table, changes)?;
        }
        Need::UpdateGroup { id, version, changes } => {
            insert(&mut table, "resource", Kind::Group.name())?;
            insert(&mut table, "id", id.as_str())?;
            insert(&mut table, "version", version.map(number))?;
            write_group(&mut table, changes)?;
        }
        Need::Delete { kind, id, version } => {
            insert(&mut table, "resource", kind.name())?;
            insert(&mut table, "id", id.as_str())?;
            insert(&mut table, "version", version.map(number))?;
        }
        Need::Members {
            group,
            after,
            limit,
            only,
        } => {
            insert(&mut table, "group", group.as_str())?;
            insert(&mut table, "after", number(*after))?;
            insert(&mut table, "limit", number(*limit))?;
            insert(&mut table, "only", only.as_deref().map(texts).transpose()?)?;
        }
        Need::Memberships { members } => insert(&mut table, "members", texts(members)?)?,
        Need::Settle { users } => {
            let mut entries = ZendHashTable::with_capacity(u32::try_from(users.len()).unwrap_or(0));
            for user in users {
                let mut entry = ZendHashTable::new();
                insert(&mut entry, "position", number(user.position))?;
                insert(&mut entry, "id", user.id.as_str())?;
                insert(&mut entry, "roles", user.roles.as_deref().map(texts).transpose()?)?;
                insert(&mut entry, "mapped", mapped(&user.mapped)?)?;
                entries.push(entry).map_err(failed)?;
            }
            insert(&mut table, "users", entries)?;
        }
    }
    Ok(table)
}

/// A condition: the word for what it is, then its parts.
///
/// `[and, condition…]`, `[or, condition…]`, `[not, condition]`, `[present, column]`, and `[relation, column, value]` with
/// a string, an integer or a boolean. Depth is that of a filter, which the parser limits.
fn tree(condition: &Condition) -> PhpResult<Table> {
    let mut table = ZendHashTable::new();
    let members = |table: &mut Table, word: &str, members: &[Condition]| -> PhpResult<()> {
        table.push(word).map_err(failed)?;
        for member in members {
            table.push(tree(member)?).map_err(failed)?;
        }
        Ok(())
    };
    match condition {
        Condition::And(all) => members(&mut table, "and", all)?,
        Condition::Or(all) => members(&mut table, "or", all)?,
        Condition::Not(inner) => members(&mut table, "not", std::slice::from_ref(inner))?,
        Condition::Is(column, test) => {
            let word = match test {
                Test::Present => "present",
                Test::Text(relation, _) | Test::Number(relation, _) => relation.name(),
                Test::Boolean(_) => "eq",
            };
            table.push(word).map_err(failed)?;
            table.push(column.name()).map_err(failed)?;
            match test {
                Test::Present => Ok(()),
                Test::Text(_, value) => table.push(value.as_str()),
                Test::Number(_, number) => table.push(*number),
                Test::Boolean(value) => table.push(*value),
            }
            .map_err(failed)?;
        }
    }
    Ok(table)
}

/// An order: `[column, ascending]` or `[column, descending]`.
fn by(order: Order) -> PhpResult<Table> {
    let direction = if order.descending {
        "descending"
    } else {
        "ascending"
    };
    list([order.column.name(), direction].into_iter())
}

fn write_group(table: &mut ZendHashTable, changes: &GroupChanges) -> PhpResult<()> {
    insert(table, "now", changes.now)?;
    let attributes = match &changes.attributes {
        Some(attributes) => {
            let mut fields = ZendHashTable::new();
            insert(&mut fields, "displayName", attributes.display_name.as_str())?;
            insert(&mut fields, "display", attributes.display.as_str())?;
            insert(&mut fields, "externalId", attributes.external_id.as_deref())?;
            insert(&mut fields, "document", attributes.document.as_str())?;
            Some(fields)
        }
        None => None,
    };
    insert(table, "attributes", attributes)?;
    insert(table, "clear", changes.members.clear)?;
    insert(table, "add", texts(&changes.members.add)?)?;
    insert(table, "remove", texts(&changes.members.remove)?)
}

fn write(table: &mut ZendHashTable, changes: &Changes) -> PhpResult<()> {
    insert(table, "now", changes.now)?;
    insert(table, "userName", changes.keys.user_name.as_str())?;
    insert(table, "externalId", changes.keys.external_id.as_deref())?;
    insert(table, "objectId", changes.keys.object_id.as_deref())?;
    insert(table, "email", changes.keys.email.as_deref())?;
    insert(table, "active", changes.active)?;
    insert(table, "document", changes.document.as_str())?;
    insert(table, "roles", changes.roles.as_deref().map(texts).transpose()?)?;
    let mut fields = ZendHashTable::new();
    for (name, value) in &changes.wordpress {
        insert(&mut fields, name, value.as_deref())?;
    }
    if let Some(password) = &changes.password {
        insert(&mut fields, "password", password.as_str())?;
    }
    insert(table, "wordpress", fields)?;
    insert(table, "mapped", mapped(&changes.mapped)?)
}

/// Mapped attributes: list of path, target and value.
pub(super) fn mapped(mapped: &[Mapped]) -> PhpResult<Table> {
    let mut table = ZendHashTable::new();
    for Mapped { rule, value } in mapped {
        let mut entry = ZendHashTable::new();
        insert(&mut entry, "path", rule.path.as_str())?;
        insert(&mut entry, "target", rule.target.as_str())?;
        match value {
            None => insert(&mut entry, "value", None::<&str>)?,
            Some(Text::One(text)) => insert(&mut entry, "value", text.as_str())?,
            Some(Text::Several(several)) => insert(&mut entry, "value", texts(several)?)?,
        }
        table.push(entry).map_err(failed)?;
    }
    Ok(table)
}

/// What `received()` answers.
pub(super) fn received(received: &Received) -> PhpResult<Table> {
    let mut paths = ZendHashTable::new();
    for Counted { what, users } in &received.paths {
        let mut entry = ZendHashTable::new();
        insert(&mut entry, "path", what.as_str())?;
        insert(&mut entry, "users", number(*users))?;
        paths.push(entry).map_err(failed)?;
    }
    let mut extensions = ZendHashTable::new();
    for Counted { what, users } in &received.extensions {
        let mut attributes = ZendHashTable::new();
        for guessed in &what.attributes {
            let mut attribute = ZendHashTable::new();
            insert(&mut attribute, "name", guessed.name.as_str())?;
            insert(&mut attribute, "type", guessed.kind)?;
            insert(&mut attribute, "multiValued", guessed.multi_valued)?;
            attributes.push(attribute).map_err(failed)?;
        }
        let mut entry = ZendHashTable::new();
        insert(&mut entry, "id", what.id.as_str())?;
        insert(&mut entry, "attributes", attributes)?;
        insert(&mut entry, "users", number(*users))?;
        extensions.push(entry).map_err(failed)?;
    }
    let mut rules = ZendHashTable::new();
    for Counted {
        what: (kind, value),
        users,
    } in &received.rules
    {
        let mut entry = ZendHashTable::new();
        let word = RuleKind::WORDS.iter().find(|(_, known)| known == kind);
        insert(&mut entry, "kind", word.map_or("", |(word, _)| word))?;
        insert(&mut entry, "value", value.as_str())?;
        insert(&mut entry, "users", number(*users))?;
        rules.push(entry).map_err(failed)?;
    }
    let mut table = ZendHashTable::new();
    insert(&mut table, "paths", paths)?;
    insert(&mut table, "extensions", extensions)?;
    insert(&mut table, "rules", rules)?;
    Ok(table)
}

/// What `headers()` answers.
pub(super) fn headers(response: &Response) -> PhpResult<Table> {
    let mut table = ZendHashTable::new();
    for (name, value) in &response.headers {
        insert(&mut table, name, value.as_str())?;
    }
    Ok(table)
}

/// What `role_rule()` answers.
pub(super) fn rule(parsed: &Result<Rule, ScimError>) -> PhpResult<Table> {
    let mut table = ZendHashTable::new();
    let error = parsed.as_ref().err().map(|error| error.detail.as_str());
    insert(&mut table, "error", error)?;
    insert(
        &mut table,
        "groups",
        parsed.as_ref().is_ok_and(Rule::looks_at_groups),
    )?;
    Ok(table)
}

/// What `assemble()` answers.
pub(super) fn assembled(user: Result<Resource, ScimError>) -> PhpResult<Table> {
    let mut table = ZendHashTable::new();
    let (user, error) = match user {
        Ok(user) => (Some(Value::Object(user).to_string()), None),
        Err(error) => (None, Some(error.detail)),
    };
    insert(&mut table, "user", user)?;
    insert(&mut table, "error", error)?;
    Ok(table)
}

/// What `changes()` answers.
pub(super) fn changes(entries: &[Entry]) -> PhpResult<Table> {
    let mut table = ZendHashTable::new();
    for entry in entries {
        let mut row = ZendHashTable::new();
        insert(&mut row, "operation", entry.operation.name())?;
        insert(&mut row, "resourceType", entry.kind.map_or("", Kind::name))?;
        insert(&mut row, "id", entry.id.as_str())?;
        insert(&mut row, "name", entry.name.as_str())?;
        insert(&mut row, "key", entry.key.as_str())?;
        insert(&mut row, "status", i64::from(entry.status))?;
        insert(&mut row, "scimType", entry.scim_type)?;
        insert(&mut row, "detail", entry.detail.as_str())?;
        let mut attributes = ZendHashTable::new();
        for difference in &entry.attributes {
            let mut attribute = ZendHashTable::new();
            insert(&mut attribute, "path", difference.path.as_str())?;
            insert(&mut attribute, "old", difference.old.as_deref())?;
            insert(&mut attribute, "new", difference.new.as_deref())?;
            attributes.push(attribute).map_err(failed)?;
        }
        insert(&mut row, "attributes", attributes)?;
        insert(&mut row, "more", number(entry.more))?;
        let members = match &entry.members {
            Some(moved) => {
                let mut members = ZendHashTable::new();
                insert(&mut members, "replaced", moved.replaced)?;
                insert(&mut members, "joined", texts(&moved.joined)?)?;
                insert(&mut members, "moreJoined", number(moved.more_joined))?;
                insert(&mut members, "left", texts(&moved.left)?)?;
                insert(&mut members, "moreLeft", number(moved.more_left))?;
                Some(members)
            }
            None => None,
        };
        insert(&mut row, "members", members)?;
        table.push(row).map_err(failed)?;
    }
    Ok(table)
}

/// What `notices()` answers.
pub(super) fn notices(response: &Response) -> PhpResult<Table> {
    let mut table = ZendHashTable::new();
    for notice in &response.notices {
        let mut entry = ZendHashTable::new();
        insert(&mut entry, "code", notice.code)?;
        insert(&mut entry, "detail", notice.detail.as_str())?;
        insert(&mut entry, "resource", notice.resource.as_str())?;
        table.push(entry).map_err(failed)?;
    }
    Ok(table)
}
