//! The Users endpoint, RFC 7644 §3.2–3.6.

use serde_json::{Map, Value};

use super::need::{By, Changes, Record, StoreError};
use super::query::{self, Window};
use super::request::{Config, Request};
use super::response::{Notice, Response};
use super::store::Store;
use crate::error::{ErrorKind, ScimError, quoted};
use crate::limits::MAX_UPDATE_ATTEMPTS;
use crate::mapping::{self, Account, Keys, Login};
use crate::patch::PatchRequest;
use crate::path::member;
use crate::resource::envelope::{Meta, location, represent};
use crate::resource::list::list_response;
use crate::resource::project::Projection;
use crate::resource::{Resource, normalise, user};
use crate::schema::USER;
use crate::{json, limits};

/// `GET /Users`
pub(super) async fn list(request: &Request, config: &Config, store: &Store) -> Result<Response, ScimError> {
    let projection = projection(request)?;
    let window = Window::parse(request)?;
    let (total, page) = match request.parameter("filter")?.map(str::trim) {
        None | Some("") => {
            let offset = window.start_index - 1;
            let (total, records) = store.page(offset, window.count).await?;
            let page = records
                .iter()
                .map(|record| representation(record, config))
                .collect::<Result<Vec<_>, _>>()?;
            (total, page)
        }
        Some(text) => {
            let filter = crate::filter::Filter::parse(text, &USER)?;
            let found =
                query::evaluate(store, &filter, window, |record| representation(record, config)).await?;
            (found.total, found.page)
        }
    };
    let page = page
        .into_iter()
        .map(|user| projection.apply(user, &USER))
        .collect();
    Ok(Response::json(
        200,
        &list_response(total, window.start_index, page),
    ))
}

/// `GET /Users/{id}`
pub(super) async fn read(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
) -> Result<Response, ScimError> {
    let projection = projection(request)?;
    let record = fetch(store, id).await?;
    let user = representation(&record, config)?;
    Ok(Response::json(200, &projection.apply(user, &USER)))
}

/// `POST /Users`
pub(super) async fn create(request: &Request, config: &Config, store: &Store) -> Result<Response, ScimError> {
    let projection = projection(request)?;
    request.require_json()?;
    // RFC 7644 §3.3: an `id` that the client sends is ignored, the server assigns it.
    let mut resource = normalise::resource(&json::object(&request.body)?, &USER)?;
    user::check(&resource)?;
    resource.entry("active").or_insert_with(|| Value::Bool(true));
    let account = Account::of(&resource);
    let mut wordpress: Vec<_> = account
        .fields()
        .map(|(name, value)| (name, Some(value.to_owned())))
        .into();
    wordpress.push((
        "userPrincipalName",
        Some(mapping::user_name(&resource).to_owned()),
    ));
    wordpress.push(("aadObjectId", mapping::object_id(&resource).map(str::to_owned)));
    let record = store
        .create(
            config.new_id.clone(),
            changes(&resource, Some(mapping::is_active(&resource)), config, wordpress),
            Login::of(&resource),
        )
        .await?;
    let notices = shared_external_id(store, &resource, &record).await?;
    let user = representation(&record, config)?;
    let mut response = Response::json(201, &projection.apply(user, &USER))
        .with("Location", location(&config.base, &USER, &record.id));
    response.notices = notices;
    Ok(response)
}

/// `PUT /Users/{id}`
pub(super) async fn replace(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
) -> Result<Response, ScimError> {
    request.require_json()?;
    let body = json::object(&request.body)?;
    let new = normalise::resource(&body, &USER)?;
    user::check(&new)?;
    // RFC 7644 §3.5.1 would have a differing `id` ignored; but a body that names another user is a client's mistake, and
    // writing one person's data to another's account is not to be risked.
    if member(&body, "id").is_some_and(|named| !named.is_null() && named != id) {
        return Err(ScimError::new(
            ErrorKind::Mutability,
            "'id' in the body is not the id in the URL, and it cannot be changed",
        ));
    }
    change(request, config, store, id, |_| Ok((new.clone(), Vec::new()))).await
}

/// `PATCH /Users/{id}`
pub(super) async fn patch(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
) -> Result<Response, ScimError> {
    request.require_json()?;
    let operations = PatchRequest::parse(&json::object(&request.body)?)?;
    change(request, config, store, id, |before| {
        let mut target = before.clone();
        target.insert("id".into(), Value::String(id.to_owned()));
        let mut patched = operations.apply(&target, &USER)?;
        patched.resource.shift_remove("id");
        user::check(&patched.resource)?;
        Ok((patched.resource, patched.ignored))
    })
    .await
}

/// `DELETE /Users/{id}`
pub(super) async fn delete(store: &Store, id: &str) -> Result<Response, ScimError> {
    store.delete(id.to_owned()).await?;
    Ok(Response::no_content())
}

/// Reads, changes and writes a user. When another request wrote in between, all of it is done again on the new state, so
/// of two changes at once neither is lost.
async fn change(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
    apply: impl Fn(&Resource) -> Result<(Resource, Vec<String>), ScimError>,
) -> Result<Response, ScimError> {
    let projection = projection(request)?;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let record = fetch(store, id).await?;
        let before = current(&record)?;
        let (mut after, ignored) = apply(&before)?;
        // An account whose `active` is not mentioned, or removed, keeps its state: neither may let somebody in again.
        after
            .entry("active")
            .or_insert_with(|| Value::Bool(record.active));
        let mut notices = ignored_attributes(&record.id, &ignored);
        let record = if after == before {
            record
        } else {
            let state = mapping::is_active(&after);
            let active = (state != mapping::is_active(&before)).then_some(state);
            let changes = changes(&after, active, config, differences(&before, &after));
            match store.update(record.id, record.version, changes).await {
                Ok(updated) => {
                    if after.get("externalId") != before.get("externalId") {
                        notices.extend(shared_external_id(store, &after, &updated).await?);
                    }
                    updated
                }
                Err(refusal) if refusal.error == StoreError::Stale && attempts < MAX_UPDATE_ATTEMPTS => {
                    continue;
                }
                Err(refusal) => return Err(refusal.into()),
            }
        };
        let user = representation(&record, config)?;
        let mut response = Response::json(200, &projection.apply(user, &USER));
        response.notices = notices;
        return Ok(response);
    }
}

async fn fetch(store: &Store, id: &str) -> Result<Record, ScimError> {
    let not_found = || ScimError::status(404, format!("no user has the id {}", quoted(id)));
    if id.chars().count() > limits::MAX_KEY_CHARS {
        return Err(not_found());
    }
    store
        .select(Some((By::Id, id.to_owned())), 0, 1)
        .await?
        .into_iter()
        // The database may compare less strictly than RFC 7643 §3.1, where `id` is case-exact.
        .find(|record| record.id == id)
        .ok_or_else(not_found)
}

/// The user as it is now.
fn current(record: &Record) -> Result<Resource, ScimError> {
    let document: Resource = serde_json::from_str(&record.document).map_err(|_| {
        ScimError::status(
            500,
            "the stored document of this user is damaged; delete the user and provision it again",
        )
    })?;
    Ok(mapping::overlay(
        document,
        &record.observed,
        &record.wordpress,
        record.active,
    ))
}

fn representation(record: &Record, config: &Config) -> Result<Map<String, Value>, ScimError> {
    let meta = Meta {
        created: record.created,
        modified: record.modified,
    };
    Ok(represent(current(record)?, &record.id, meta, &config.base, &USER))
}

fn changes(
    resource: &Resource,
    active: Option<bool>,
    config: &Config,
    wordpress: Vec<(&'static str, Option<String>)>,
) -> Changes {
    Changes {
        now: config.now,
        keys: Keys::of(resource),
        active,
        document: serde_json::to_string(resource).unwrap_or_default(),
        wordpress,
    }
}

/// Fields of the account that the change concerns; the others may hold what an administrator wrote.
fn differences(before: &Resource, after: &Resource) -> Vec<(&'static str, Option<String>)> {
    let (old, new) = (Account::of(before), Account::of(after));
    let mut fields: Vec<_> = old
        .fields()
        .into_iter()
        .zip(new.fields())
        .filter(|(old, new)| old != new)
        .map(|(_, (name, value))| (name, Some(value.to_owned())))
        .collect();
    let name = mapping::user_name(after);
    if mapping::user_name(before) != name {
        fields.push(("userPrincipalName", Some(name.to_owned())));
    }
    let object_id = mapping::object_id(after);
    if mapping::object_id(before) != object_id {
        fields.push(("aadObjectId", object_id.map(str::to_owned)));
    }
    fields
}

/// Entra's default source of externalId (`mailNickname`) is not unique, so two users may share one; matching by it would
/// find both, and the administrator should know (Entra quirk Q-39).
async fn shared_external_id(
    store: &Store,
    resource: &Resource,
    record: &Record,
) -> Result<Vec<Notice>, ScimError> {
    let Some(external_id) = resource.get("externalId").and_then(Value::as_str) else {
        return Ok(Vec::new());
    };
    let holders = store
        .select(Some((By::ExternalId, external_id.to_owned())), 0, 2)
        .await?;
    if holders.iter().all(|holder| holder.id == record.id) {
        return Ok(Vec::new());
    }
    Ok(vec![Notice {
        code: "externalIdShared",
        detail:
            "several users have the same externalId; map externalId to objectId in Entra ID, which is unique"
                .to_owned(),
        resource: record.id.clone(),
    }])
}

fn ignored_attributes(id: &str, paths: &[String]) -> Vec<Notice> {
    paths
        .iter()
        .map(|path| Notice {
            code: "attributeIgnored",
            detail: format!("{} is not an attribute of a user and was ignored", quoted(path)),
            resource: id.to_owned(),
        })
        .collect()
}

fn projection(request: &Request) -> Result<Projection, ScimError> {
    Projection::parse(
        request.parameter("attributes")?,
        request.parameter("excludedAttributes")?,
        &USER,
    )
}
