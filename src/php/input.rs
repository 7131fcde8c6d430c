//! From PHP arrays to the engine's types.

use std::rc::Rc;

use ext_php_rs::exception::PhpException;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::zend::ce;

use std::sync::Arc;

use super::ini;
use crate::attributes::Rule;
use crate::error::ScimError;
use crate::exchange::{
    AccountState, Answer, Config, Import, Kind, Member, Membership, Record, Request, StoreError,
};
use crate::mapping::Account;
use crate::roles::{RoleRules, RuleKind, RuleText};
use crate::schema::declared;

/// A `\TypeError`: our own plugin broke the contract, not the client.
pub(super) fn type_error(message: String) -> PhpException {
    PhpException::new(message, 0, ce::type_error())
}

fn wrong(key: &str, expected: &str) -> PhpException {
    type_error(format!("the entry '{key}' must be {expected}"))
}

/// The bytes of a PHP string.
pub(super) fn bytes(value: &Zval) -> Option<&[u8]> {
    value.dereference().binary_slice::<u8>()
}

fn text(table: &ZendHashTable, key: &str) -> PhpResult<String> {
    table
        .get(key)
        .and_then(bytes)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .map(str::to_owned)
        .ok_or_else(|| wrong(key, "a UTF-8 string"))
}

fn integer<T: TryFrom<i64>>(table: &ZendHashTable, key: &str) -> PhpResult<T> {
    table
        .get(key)
        .and_then(|value| value.dereference().long())
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| wrong(key, "an int in range"))
}

fn boolean(table: &ZendHashTable, key: &str) -> PhpResult<bool> {
    table
        .get(key)
        .and_then(|value| value.dereference().bool())
        .ok_or_else(|| wrong(key, "a bool"))
}

fn array<'a>(table: &'a ZendHashTable, key: &str) -> PhpResult<&'a ZendHashTable> {
    table
        .get(key)
        .and_then(|value| value.dereference().array())
        .ok_or_else(|| wrong(key, "an array"))
}

/// What an array holds, whatever its keys. Its own iterators copy each key that is a string, and panic at one that is not
/// UTF-8.
pub(super) fn values(table: &ZendHashTable) -> impl Iterator<Item = &Zval> {
    let mut entries = table.iter();
    std::iter::from_fn(move || entries.next_zval().map(|(_, value)| value))
}

/// Entries whose value is no string are passed over: `filter[]=x` is no parameter of SCIM. Names come from the client and
/// need not be UTF-8; PHP makes integers of those that look like one.
fn pairs(table: &ZendHashTable) -> Vec<(String, &[u8])> {
    let mut pairs = Vec::with_capacity(table.len());
    let mut entries = table.iter();
    // Not by the iterator's own items; see [`values`].
    while let Some((key, value)) = entries.next_zval() {
        let Some(value) = bytes(value) else { continue };
        let key = match (key.long(), bytes(&key)) {
            (Some(number), _) => number.to_string(),
            (None, Some(name)) => String::from_utf8_lossy(name).into_owned(),
            (None, None) => continue,
        };
        pairs.push((key, value));
    }
    pairs
}

/// `$request` of the constructor.
pub(super) fn request(table: &ZendHashTable) -> PhpResult<Request> {
    let raw = |key: &str| {
        table
            .get(key)
            .and_then(bytes)
            .ok_or_else(|| wrong(key, "a string"))
    };
    Ok(Request {
        method: String::from_utf8_lossy(raw("method")?).into_owned(),
        path: String::from_utf8_lossy(raw("path")?).into_owned(),
        query: pairs(array(table, "query")?)
            .into_iter()
            .map(|(key, value)| (key, value.to_vec()))
            .collect(),
        headers: pairs(array(table, "headers")?)
            .into_iter()
            .map(|(key, value)| (key, String::from_utf8_lossy(value).into_owned()))
            .collect(),
        body: raw("body")?.to_vec(),
    })
}

/// `$config` of the constructor. What is wrong with the declared schemas is the site's fault: an answer, not an exception.
pub(super) fn config(table: &ZendHashTable) -> PhpResult<Result<Config, ScimError>> {
    let types = match declared::resource_types(&optional(table, "schemas")?.unwrap_or_default()) {
        Ok(types) => types,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(Config {
        base: text(table, "base")?,
        now: integer(table, "now")?,
        new_id: text(table, "newId")?,
        max_body_bytes: ini::max_body_bytes(),
        members_additive: boolean(table, "membersAdditive")?,
        passwords_ignored: boolean(table, "passwordsIgnored")?,
        types,
        mappings: match table.get("mappings") {
            None => Arc::from([]),
            Some(_) => list(table, "mappings", mapping)?.into(),
        },
        roles: match table.get("roles") {
            Some(_) => Rc::new(RoleRules::parse(&list(table, "roles", role_rule)?, types.user)),
            None => Rc::default(),
        },
        journal: table.get("journal").is_some() && boolean(table, "journal")?,
    }))
}

fn mapping(table: &ZendHashTable) -> PhpResult<Rule> {
    Ok(Rule {
        path: text(table, "path")?,
        target: text(table, "target")?,
    })
}

/// A string that may be absent or null.
fn optional(table: &ZendHashTable, key: &str) -> PhpResult<Option<String>> {
    match table.get(key) {
        Some(value) if !value.dereference().is_null() => text(table, key).map(Some),
        _ => Ok(None),
    }
}

/// A role rule: the role, and one entry that says what must be there.
pub(super) fn role_rule(table: &ZendHashTable) -> PhpResult<RuleText> {
    let (word, kind) = RuleKind::WORDS
        .into_iter()
        .find(|(word, _)| table.get(*word).is_some())
        .ok_or_else(|| type_error("a role rule has no entry that says whom it is about".to_owned()))?;
    Ok(RuleText {
        role: text(table, "role")?,
        kind,
        value: text(table, word)?,
    })
}

/// `$values` of `assemble()`.
pub(super) fn texts(table: &ZendHashTable) -> Vec<(String, String)> {
    pairs(table)
        .into_iter()
        .map(|(path, value)| (path, String::from_utf8_lossy(value).into_owned()))
        .collect()
}

/// `$positions` of `settle()`.
pub(super) fn positions(table: &ZendHashTable) -> PhpResult<Vec<u64>> {
    values(table)
        .map(|value| {
            value
                .dereference()
                .long()
                .and_then(|number| u64::try_from(number).ok())
                .ok_or_else(|| type_error("a position must be a positive int".to_owned()))
        })
        .collect()
}

/// `$answer` of `resume()`, to a need of this collection.
pub(super) fn answer(table: &ZendHashTable, kind: Kind) -> PhpResult<Answer> {
    let has = |key: &str| table.get(key).is_some();
    if has("error") {
        return Ok(Answer::Error {
            error: StoreError::from_name(&text(table, "error")?),
            detail: text(table, "detail")?,
        });
    }
    if has("record") {
        return Ok(Answer::Record(Box::new(record(array(table, "record")?, kind)?)));
    }
    if has("deleted") {
        if !boolean(table, "deleted")? {
            return Err(wrong("deleted", "true; what was not deleted is an error"));
        }
        return Ok(match table.get("document") {
            Some(_) => Answer::Gone {
                document: text(table, "document")?,
            },
            None => Answer::Deleted,
        });
    }
    if has("settled") {
        if !boolean(table, "settled")? {
            return Err(wrong("settled", "true; what was not settled is an error"));
        }
        return Ok(Answer::Settled);
    }
    if has("members") {
        return Ok(Answer::Members(list(table, "members", member)?));
    }
    if has("memberships") {
        return Ok(Answer::Memberships(list(table, "memberships", membership)?));
    }
    let records = list(table, "records", |table| record(table, kind))?;
    if has("total") {
        return Ok(Answer::Page {
            total: integer(table, "total")?,
            records,
        });
    }
    Ok(Answer::Records(records))
}

fn list<T>(
    table: &ZendHashTable,
    key: &str,
    item: impl Fn(&ZendHashTable) -> PhpResult<T>,
) -> PhpResult<Vec<T>> {
    let entries = array(table, key)?;
    let mut list = Vec::with_capacity(entries.len());
    for entry in values(entries) {
        let entry = entry
            .dereference()
            .array()
            .ok_or_else(|| wrong(key, "a list of arrays"))?;
        list.push(item(entry)?);
    }
    Ok(list)
}

fn member(table: &ZendHashTable) -> PhpResult<Member> {
    Ok(Member {
        position: integer(table, "position")?,
        id: text(table, "id")?,
        kind: if boolean(table, "isGroup")? {
            Kind::Group
        } else {
            Kind::User
        },
        display: text(table, "display")?,
    })
}

fn membership(table: &ZendHashTable) -> PhpResult<Membership> {
    Ok(Membership {
        member: text(table, "member")?,
        group: text(table, "group")?,
        display: text(table, "display")?,
        external_id: optional(table, "externalId")?,
    })
}

pub(super) fn record(table: &ZendHashTable, kind: Kind) -> PhpResult<Record> {
    let account = match kind {
        // Never optional: a user without its account would be answered as SCIM last wrote it, and seem active.
        Kind::User => Some(account(table)?),
        Kind::Group => None,
    };
    Ok(Record {
        position: integer(table, "position")?,
        id: text(table, "id")?,
        version: integer(table, "version")?,
        created: integer(table, "created")?,
        modified: integer(table, "modified")?,
        document: text(table, "document")?,
        in_groups: table.get("inGroups").is_none() || boolean(table, "inGroups")?,
        account,
    })
}

fn account(table: &ZendHashTable) -> PhpResult<AccountState> {
    let wordpress = array(table, "wordpress")?;
    Ok(AccountState {
        observed: Account::from_json(&text(table, "observed")?),
        wordpress: fields(wordpress)?,
        active: boolean(wordpress, "active")?,
    })
}

fn fields(wordpress: &ZendHashTable) -> PhpResult<Account> {
    Ok(Account {
        user_email: text(wordpress, "user_email")?,
        first_name: text(wordpress, "first_name")?,
        last_name: text(wordpress, "last_name")?,
        display_name: text(wordpress, "display_name")?,
    })
}

/// `$user` of `import()`.
pub(super) fn import(table: &ZendHashTable) -> PhpResult<Import> {
    Ok(Import {
        user_name: text(table, "userName")?,
        external_id: optional(table, "externalId")?,
        object_id: optional(table, "objectId")?,
        active: boolean(table, "active")?,
        account: fields(array(table, "wordpress")?)?,
        attributes: list(table, "attributes", |entry| {
            Ok((text(entry, "path")?, text(entry, "value")?))
        })?,
    })
}
