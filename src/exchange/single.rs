//! One resource: finding it, its preconditions, its answer.

use serde_json::Value;

use super::need::{Kind, Record, StoreError};
use super::request::{Config, Request};
use super::response::Response;
use super::store::{Refusal, Store};
use super::tag::{entity_tag, is_in};
use super::view::{View, Wants};
use crate::error::{ScimError, quoted};
use crate::filter::{Column, Condition};
use crate::limits;
use crate::resource::envelope::location;
use crate::resource::project::Projection;

/// The record with this id.
pub(super) async fn fetch(store: &Store, kind: Kind, id: &str) -> Result<Record, ScimError> {
    let not_found = || {
        ScimError::status(
            404,
            format!("no {} has the id {}", kind.name().to_lowercase(), quoted(id)),
        )
    };
    if id.chars().count() > limits::MAX_KEY_CHARS {
        return Err(not_found());
    }
    store
        .select(kind, Some(Condition::equal(Column::Id, id.to_owned())), 0, 1)
        .await?
        .into_iter()
        // The database may compare less strictly than RFC 7643 §3.1, where `id` is case-exact.
        .find(|record| record.id == id)
        .ok_or_else(not_found)
}

/// Why a change was not made.
pub(super) enum Obstacle {
    /// Another request wrote in between; on the new state it may succeed.
    Outrun(ScimError),
    /// It cannot be made.
    Refused(ScimError),
}

impl From<ScimError> for Obstacle {
    fn from(error: ScimError) -> Self {
        Self::Refused(error)
    }
}

impl From<Refusal> for Obstacle {
    fn from(refusal: Refusal) -> Self {
        match refusal.error {
            StoreError::Stale => Self::Outrun(refusal.into()),
            _ => Self::Refused(refusal.into()),
        }
    }
}

/// Reads a resource and makes a change of it. When another request wrote in between, all of it is done again on the new
/// state, so of two changes at once neither is lost.
pub(super) async fn change<T>(
    request: &Request,
    store: &Store,
    kind: Kind,
    id: &str,
    make: impl AsyncFn(Record) -> Result<T, Obstacle>,
) -> Result<T, ScimError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let record = fetch(store, kind, id).await?;
        require_unchanged(request, &record)?;
        match make(record).await {
            Ok(done) => return Ok(done),
            Err(Obstacle::Outrun(_)) if attempts < limits::MAX_UPDATE_ATTEMPTS => {}
            Err(Obstacle::Outrun(error) | Obstacle::Refused(error)) => return Err(error),
        }
    }
}

/// `GET` of one resource.
pub(super) async fn read(
    request: &Request,
    view: View<'_>,
    kind: Kind,
    id: &str,
) -> Result<Response, ScimError> {
    let projection = projection(request, view.config, kind)?;
    let record = fetch(view.store, kind, id).await?;
    let response = answer(200, view, kind, &record, &projection).await?;
    // RFC 7644 §3.14. Only now, for the tag is that of what the client would get.
    match (request.header("if-none-match"), response.header("ETag")) {
        (Some(list), Some(tag)) if is_in(tag, list) => Ok(Response::not_modified().with("ETag", tag)),
        _ => Ok(response),
    }
}

/// The representation of a record as an answer.
pub(super) async fn answer(
    status: u16,
    view: View<'_>,
    kind: Kind,
    record: &Record,
    projection: &Projection,
) -> Result<Response, ScimError> {
    let wants = Wants::of(projection, kind);
    let representation = view
        .represent(kind, std::slice::from_ref(record), &wants)
        .await?
        .pop()
        .unwrap_or_default();
    let tag = representation
        .get("meta")
        .and_then(|meta| meta.get("version"))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let body = projection.apply(representation, view.config.resource_type(kind));
    let location = location(&view.config.base, kind.resource_type(), &record.id);
    // RFC 7643 §3.1: `meta.location` is the Content-Location.
    let response = Response::json(status, &body)
        .with("ETag", tag)
        .with("Content-Location", location.as_str());
    Ok(if status == 201 {
        response.with("Location", location)
    } else {
        response
    })
}

/// `attributes` and `excludedAttributes` of the URL.
pub(super) fn projection(request: &Request, config: &Config, kind: Kind) -> Result<Projection, ScimError> {
    Projection::parse(
        request.parameter("attributes")?,
        request.parameter("excludedAttributes")?,
        config.resource_type(kind),
    )
}

/// Refuses a change of a resource that is no longer what the client has seen (RFC 7644 §3.14).
pub(super) fn require_unchanged(request: &Request, record: &Record) -> Result<(), ScimError> {
    let tag = entity_tag(record);
    let is_other = request
        .header("if-match")
        .is_some_and(|list| !tag.own_is_in(list))
        || request
            .header("if-none-match")
            .is_some_and(|list| tag.own_is_in(list));
    if is_other {
        return Err(changed());
    }
    Ok(())
}

/// RFC 7644 §3.14, RFC 9110 §15.5.13
pub(super) fn changed() -> ScimError {
    ScimError::status(
        412,
        "the resource has changed since it was read, nothing was written; read it again",
    )
}

/// Whether a change depends on the version.
pub(super) fn is_conditional(request: &Request) -> bool {
    request.header("if-match").is_some() || request.header("if-none-match").is_some()
}

/// RFC 7644 §3.5.1 would have a differing `id` ignored; but a body that names another resource is a client's mistake, and
/// writing one person's data to another's account is not to be risked.
pub(super) fn refuse_other_id(body: &serde_json::Map<String, Value>, id: &str) -> Result<(), ScimError> {
    if crate::path::member(body, "id").is_some_and(|named| !named.is_null() && named != id) {
        return Err(ScimError::new(
            crate::error::ErrorKind::Mutability,
            "'id' in the body is not the id in the URL, and it cannot be changed",
        ));
    }
    Ok(())
}
