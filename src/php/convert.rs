//! Between PHP arrays and the engine's types.

use ext_php_rs::boxed::ZBox;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Error;
use ext_php_rs::exception::PhpException;
use ext_php_rs::prelude::*;
use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::zend::ce;

use super::ini;
use crate::exchange::{Answer, Changes, Config, Need, Record, Request, Response, StoreError};
use crate::mapping::Account;

type Table = ZBox<ZendHashTable>;

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

/// Entries whose value is no string are passed over: `filter[]=x` is no parameter of SCIM. Names come from the client and
/// need not be UTF-8; PHP makes integers of those that look like one.
fn pairs(table: &ZendHashTable) -> Vec<(String, &[u8])> {
    let mut pairs = Vec::with_capacity(table.len());
    let mut entries = table.iter();
    // Not by the iterator's own items, which panic at a name that is not UTF-8.
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

/// `$config` of the constructor.
pub(super) fn config(table: &ZendHashTable) -> PhpResult<Config> {
    Ok(Config {
        base: text(table, "base")?,
        now: integer(table, "now")?,
        new_id: text(table, "newId")?,
        max_body_bytes: ini::max_body_bytes(),
    })
}

/// `$answer` of `resume()`.
pub(super) fn answer(table: &ZendHashTable) -> PhpResult<Answer> {
    if table.get("error").is_some() {
        return Ok(Answer::Error {
            error: StoreError::from_name(&text(table, "error")?),
            detail: text(table, "detail")?,
        });
    }
    if table.get("record").is_some() {
        return Ok(Answer::Record(Box::new(record(array(table, "record")?)?)));
    }
    if table.get("deleted").is_some() {
        if !boolean(table, "deleted")? {
            return Err(wrong("deleted", "true; what was not deleted is an error"));
        }
        return Ok(Answer::Deleted);
    }
    let records = array(table, "records")?
        .values()
        .map(|value| {
            let table = value
                .dereference()
                .array()
                .ok_or_else(|| wrong("records", "a list of arrays"))?;
            record(table)
        })
        .collect::<PhpResult<Vec<_>>>()?;
    if table.get("total").is_some() {
        return Ok(Answer::Page {
            total: integer(table, "total")?,
            records,
        });
    }
    Ok(Answer::Records(records))
}

fn record(table: &ZendHashTable) -> PhpResult<Record> {
    let wordpress = array(table, "wordpress")?;
    Ok(Record {
        position: integer(table, "position")?,
        id: text(table, "id")?,
        version: integer(table, "version")?,
        created: integer(table, "created")?,
        modified: integer(table, "modified")?,
        document: text(table, "document")?,
        observed: Account::from_json(&text(table, "observed")?),
        wordpress: Account {
            user_email: text(wordpress, "user_email")?,
            first_name: text(wordpress, "first_name")?,
            last_name: text(wordpress, "last_name")?,
            display_name: text(wordpress, "display_name")?,
        },
        active: boolean(wordpress, "active")?,
    })
}

fn failed(error: Error) -> PhpException {
    PhpException::from(error)
}

fn insert(table: &mut ZendHashTable, key: &str, value: impl IntoZval) -> PhpResult<()> {
    table.insert(key, value).map_err(failed)
}

fn number<T: TryInto<i64>>(value: T) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// What `next()` answers.
pub(super) fn need(need: &Need) -> PhpResult<Table> {
    let mut table = ZendHashTable::new();
    insert(&mut table, "need", need.name())?;
    match need {
        Need::Select { by, after, limit } => {
            let (by, value) = match by {
                Some((by, value)) => (Some(by.name()), Some(value.as_str())),
                None => (None, None),
            };
            insert(&mut table, "by", by)?;
            insert(&mut table, "value", value)?;
            insert(&mut table, "after", number(*after))?;
            insert(&mut table, "limit", number(*limit))?;
        }
        Need::Page { offset, limit } => {
            insert(&mut table, "offset", number(*offset))?;
            insert(&mut table, "limit", number(*limit))?;
        }
        Need::Create { id, changes, login } => {
            insert(&mut table, "id", id.as_str())?;
            write(&mut table, changes)?;
            let mut names = ZendHashTable::new();
            insert(&mut names, "preferred", login.preferred.as_str())?;
            insert(&mut names, "suffix", login.suffix.as_str())?;
            insert(&mut table, "login", names)?;
        }
        Need::Update { id, version, changes } => {
            insert(&mut table, "id", id.as_str())?;
            insert(&mut table, "version", number(*version))?;
            write(&mut table, changes)?;
        }
        Need::Delete { id } => insert(&mut table, "id", id.as_str())?,
    }
    Ok(table)
}

fn write(table: &mut ZendHashTable, changes: &Changes) -> PhpResult<()> {
    insert(table, "now", changes.now)?;
    insert(table, "userName", changes.keys.user_name.as_str())?;
    insert(table, "externalId", changes.keys.external_id.as_deref())?;
    insert(table, "objectId", changes.keys.object_id.as_deref())?;
    insert(table, "email", changes.keys.email.as_deref())?;
    insert(table, "active", changes.active)?;
    insert(table, "document", changes.document.as_str())?;
    let mut fields = ZendHashTable::new();
    for (name, value) in &changes.wordpress {
        insert(&mut fields, name, value.as_deref())?;
    }
    insert(table, "wordpress", fields)
}

/// What `headers()` answers.
pub(super) fn headers(response: &Response) -> PhpResult<Table> {
    let mut table = ZendHashTable::new();
    for (name, value) in &response.headers {
        insert(&mut table, name, value.as_str())?;
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
