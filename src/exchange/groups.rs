//! The Groups endpoint while the site has none: Entra probes it before every cycle and takes anything but an empty list
//! for a failed connection test.

use super::query::Window;
use super::request::Request;
use super::response::Response;
use super::route::not_implemented;
use crate::error::ScimError;
use crate::resource::list::list_response;

pub(super) fn answer(request: &Request, method: &str, rest: &[&str]) -> Result<Response, ScimError> {
    match (method, rest) {
        ("GET", []) => {
            let window = Window::parse(request)?;
            Ok(Response::json(
                200,
                &list_response(0, window.start_index, Vec::new()),
            ))
        }
        ("GET", [_]) => Err(ScimError::status(404, "no group has this id")),
        _ => Err(not_implemented("changing groups")),
    }
}
