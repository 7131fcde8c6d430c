//! One resource: finding it, its preconditions, its answer.

use serde_json::Value;

use super::need::{By, Kind, Record};
use super::request::Request;
use super::response::Response;
use super::store::Store;
use super::view::{View, Wants, entity_tag};
use crate::error::{ScimError, quoted};
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
        .select(kind, Some((By::Id, id.to_owned())), 0, 1)
        .await?
        .into_iter()
        // The database may compare less strictly than RFC 7643 §3.1, where `id` is case-exact.
        .find(|record| record.id == id)
        .ok_or_else(not_found)
}

/// `GET` of one resource.
pub(super) async fn read(
    request: &Request,
    view: View<'_>,
    kind: Kind,
    id: &str,
) -> Result<Response, ScimError> {
    let projection = projection(request, kind)?;
    let record = fetch(view.store, kind, id).await?;
    let tag = entity_tag(&record);
    // RFC 7644 §3.14
    if request
        .header("if-none-match")
        .is_some_and(|tags| lists(tags, &tag))
    {
        return Ok(Response::not_modified().with("ETag", tag));
    }
    answer(200, view, kind, &record, &projection).await
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
    let body = projection.apply(representation, kind.resource_type());
    let location = location(&view.config.base, kind.resource_type(), &record.id);
    // RFC 7643 §3.1: `meta.location` is the Content-Location.
    let response = Response::json(status, &body)
        .with("ETag", entity_tag(record))
        .with("Content-Location", location.as_str());
    Ok(if status == 201 {
        response.with("Location", location)
    } else {
        response
    })
}

/// `attributes` and `excludedAttributes` of the URL.
pub(super) fn projection(request: &Request, kind: Kind) -> Result<Projection, ScimError> {
    Projection::parse(
        request.parameter("attributes")?,
        request.parameter("excludedAttributes")?,
        kind.resource_type(),
    )
}

/// Refuses a change of a resource that is no longer what the client has seen (RFC 7644 §3.14).
pub(super) fn require_unchanged(request: &Request, record: &Record) -> Result<(), ScimError> {
    let tag = entity_tag(record);
    let is_other = request.header("if-match").is_some_and(|tags| !lists(tags, &tag))
        || request
            .header("if-none-match")
            .is_some_and(|tags| lists(tags, &tag));
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

/// Whether a header's list names the tag. SCIM's tags are weak, and so is the comparison.
fn lists(tags: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.split(',')
        .any(|listed| listed.trim() == "*" || opaque(listed) == opaque(tag))
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
