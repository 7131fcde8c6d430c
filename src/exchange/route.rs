//! From method and path to what answers (RFC 7644 §3.2).

use serde_json::{Map, Value};

use super::need::{Kind, StoreError};
use super::request::{Config, Request};
use super::response::Response;
use super::store::Store;
use super::view::{KINDS, View};
use super::{bulk, groups, search, single, users};
use crate::error::{ScimError, quoted};
use crate::resource::list::list_response;
use crate::schema::discovery;

/// Answers a request that has been authenticated.
pub(super) async fn answer(request: Request, config: Config, store: Store) -> Response {
    let mut response = match perform(&request, &config, &store).await {
        Ok(response) => response,
        Err(error) => Response::error(&error),
    };
    // RFC 9110 §9.3.2
    if request.method.eq_ignore_ascii_case("HEAD") {
        response.body.clear();
    }
    response
}

/// Does what one request, or one operation of a bulk request, asks for, and notes in the journal how it ended.
pub(super) async fn perform(
    request: &Request,
    config: &Config,
    store: &Store,
) -> Result<Response, ScimError> {
    let begin = store.journal.begin(request);
    let outcome = dispatch(request, config, store).await;
    store.journal.end(begin, &outcome);
    outcome
}

async fn dispatch(request: &Request, config: &Config, store: &Store) -> Result<Response, ScimError> {
    request.require_size(config)?;
    let segments: Vec<&str> = request
        .path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let Some((endpoint, rest)) = segments.split_first() else {
        return Err(no_route(&request.path));
    };
    let is = |name: &str| endpoint.eq_ignore_ascii_case(name);
    // HEAD is GET without the body.
    let method = match request.method.to_ascii_uppercase() {
        method if method == "HEAD" => "GET".to_owned(),
        method => method,
    };
    let method = method.as_str();
    let resource_kind = if is("Users") {
        Some(Kind::User)
    } else if is("Groups") {
        Some(Kind::Group)
    } else {
        None
    };
    if let Some(kind) = resource_kind {
        return resources(request, config, store, kind, method, rest).await;
    }
    if is(".search") && rest.is_empty() {
        return match method {
            "POST" => search::search(request, config, store, &KINDS).await,
            _ => Ok(not_allowed("POST")),
        };
    }
    if is("Bulk") && rest.is_empty() {
        return match method {
            "POST" => bulk::answer(request, config, store).await,
            _ => Ok(not_allowed("POST")),
        };
    }
    let document = if is("ServiceProviderConfig") && rest.is_empty() {
        discovery::service_provider_config(&config.base, config.max_body_bytes, !config.passwords_ignored)
    } else if is("ResourceTypes") {
        collection(
            rest,
            discovery::resource_types(&config.base, config.types),
            "name",
        )?
    } else if is("Schemas") {
        collection(
            rest,
            discovery::schemas(&config.base, config.types, !config.passwords_ignored),
            "id",
        )?
    } else if is("Me") && rest.is_empty() {
        // RFC 7644 §3.11: a token belongs to the client, no resource is its own.
        return Err(not_implemented("/Me"));
    } else {
        return Err(no_route(&request.path));
    };
    if method != "GET" {
        return Ok(not_allowed("GET"));
    }
    // RFC 7644 §4: filters, sorting and paging of discovery endpoints are to be refused with 403.
    if request.parameter("filter")?.is_some() {
        return Err(ScimError::status(
            403,
            "the discovery endpoints cannot be filtered",
        ));
    }
    Ok(Response::json(200, &document))
}

/// Below `/Users` and `/Groups`.
async fn resources(
    request: &Request,
    config: &Config,
    store: &Store,
    kind: Kind,
    method: &str,
    rest: &[&str],
) -> Result<Response, ScimError> {
    match (rest, method, kind) {
        ([], "GET", _) => search::list(request, config, store, &[kind]).await,
        ([], "POST", Kind::User) => users::create(request, config, store).await,
        ([], "POST", Kind::Group) => groups::create(request, config, store).await,
        ([], ..) => Ok(not_allowed("GET, POST")),
        ([".search"], "POST", _) => search::search(request, config, store, &[kind]).await,
        ([".search"], ..) => Ok(not_allowed("POST")),
        ([id], "GET", _) => single::read(request, View { config, store }, kind, id).await,
        ([id], "PUT", Kind::User) => users::replace(request, config, store, id).await,
        ([id], "PUT", Kind::Group) => groups::replace(request, config, store, id).await,
        ([id], "PATCH", Kind::User) => users::patch(request, config, store, id).await,
        ([id], "PATCH", Kind::Group) => groups::patch(request, config, store, id).await,
        ([id], "DELETE", _) => delete(request, store, kind, id).await,
        ([_], ..) => Ok(not_allowed("GET, PUT, PATCH, DELETE")),
        _ => Err(no_route(&request.path)),
    }
}

/// RFC 7644 §3.6
async fn delete(request: &Request, store: &Store, kind: Kind, id: &str) -> Result<Response, ScimError> {
    let version = if single::is_conditional(request) {
        let record = single::fetch(store, kind, id).await?;
        single::require_unchanged(request, &record)?;
        Some(record.version)
    } else {
        None
    };
    match store.delete(kind, id.to_owned(), version).await {
        Ok(()) => Ok(Response::no_content()),
        Err(refusal) if refusal.error == StoreError::Stale => Err(single::changed()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// A whole discovery collection, or the one of its resources that the path names.
fn collection(
    rest: &[&str],
    resources: Vec<Map<String, Value>>,
    key: &str,
) -> Result<Map<String, Value>, ScimError> {
    match rest {
        [] => {
            let total = resources.len();
            Ok(list_response(total, 1, resources))
        }
        [name] => resources
            .into_iter()
            .find(|resource| {
                resource
                    .get(key)
                    .and_then(Value::as_str)
                    .is_some_and(|value| value.eq_ignore_ascii_case(name))
            })
            .ok_or_else(|| ScimError::status(404, format!("there is no {}", quoted(name)))),
        _ => Err(ScimError::status(404, "there is nothing at this path")),
    }
}

fn no_route(path: &str) -> ScimError {
    ScimError::status(
        404,
        format!(
            "there is no SCIM endpoint {}; the Tenant URL ends in /wpo365/v1 and is followed by /Users",
            quoted(path)
        ),
    )
}

/// RFC 9110 §15.5.6: 405 names the methods that there are.
fn not_allowed(allow: &'static str) -> Response {
    Response::error(&ScimError::status(
        405,
        format!("this endpoint answers only {allow}"),
    ))
    .with("Allow", allow)
}

/// RFC 7644 §3.12 table 8.
fn not_implemented(what: &str) -> ScimError {
    ScimError::status(501, format!("{} is not supported by this server", quoted(what)))
}
