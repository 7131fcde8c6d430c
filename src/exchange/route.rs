//! From method and path to what answers (RFC 7644 §3.2).

use serde_json::{Map, Value};

use super::request::{Config, Request};
use super::response::Response;
use super::store::Store;
use super::{groups, users};
use crate::error::{ScimError, quoted};
use crate::resource::list::list_response;
use crate::schema::discovery;

/// Answers a request that has been authenticated.
pub(super) async fn answer(request: Request, config: Config, store: Store) -> Response {
    let mut response = match dispatch(&request, &config, &store).await {
        Ok(response) => response,
        Err(error) => Response::error(&error),
    };
    // RFC 9110 §9.3.2
    if request.method.eq_ignore_ascii_case("HEAD") {
        response.body.clear();
    }
    response
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
    if is("Users") {
        return match rest {
            [] => match method {
                "GET" => users::list(request, config, store).await,
                "POST" => users::create(request, config, store).await,
                _ => Ok(not_allowed("GET, POST")),
            },
            [".search"] => Err(not_implemented("/Users/.search")),
            [id] => match method {
                "GET" => users::read(request, config, store, id).await,
                "PUT" => users::replace(request, config, store, id).await,
                "PATCH" => users::patch(request, config, store, id).await,
                "DELETE" => users::delete(store, id).await,
                _ => Ok(not_allowed("GET, PUT, PATCH, DELETE")),
            },
            _ => Err(no_route(&request.path)),
        };
    }
    if is("Groups") {
        return groups::answer(request, method, rest);
    }
    let document = if is("ServiceProviderConfig") && rest.is_empty() {
        discovery::service_provider_config(&config.base)
    } else if is("ResourceTypes") {
        collection(rest, discovery::resource_types(&config.base), "name")?
    } else if is("Schemas") {
        collection(rest, discovery::schemas(&config.base), "id")?
    } else if ["Bulk", "Me", ".search"].iter().any(|name| is(name)) {
        // RFC 7644 §3.7, §3.11: what is not supported is 501.
        return Err(not_implemented(&format!("/{endpoint}")));
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
pub(super) fn not_implemented(what: &str) -> ScimError {
    ScimError::status(501, format!("{} is not supported by this server", quoted(what)))
}
