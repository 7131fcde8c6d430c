//! A user whom another provisioning plugin has left on the site: no request of a client, but a record all the same.

use serde_json::{Map, Value, json};

use super::request::Config;
use super::response::{Notice, Response};
use super::store::Store;
use super::users;
use crate::error::ScimError;
use crate::mapping::{self, Account};
use crate::patch::PatchRequest;
use crate::resource::{Resource, normalise, password};
use crate::schema::WPO365_USER;

/// What the site knows about such a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// `userName`; in Entra ID the user principal name.
    pub user_name: String,
    /// `externalId`
    pub external_id: Option<String>,
    /// Object id in Entra ID.
    pub object_id: Option<String>,
    /// Whether the account may sign in.
    pub active: bool,
    /// The WordPress account.
    pub account: Account,
    /// Values kept outside the account: PATCH path and value.
    pub attributes: Vec<(String, String)>,
}

/// Makes the record; the answer is a 204 or the error. A value whose path names no attribute, or that its attribute cannot
/// hold, is left out with a notice.
pub(super) async fn answer(import: Import, config: Config, store: Store) -> Response {
    let mut notices = Vec::new();
    let resource = match resource(&import, &config, &mut notices) {
        Ok(resource) => resource,
        Err(error) => return refused(&error, &config, notices),
    };
    let mut response = match users::store_new(&store, &config, &resource, None).await {
        Ok(_) => Response::no_content(),
        Err(error) => return refused(&error, &config, notices),
    };
    response.notices = notices;
    response
}

fn resource(import: &Import, config: &Config, notices: &mut Vec<Notice>) -> Result<Resource, ScimError> {
    let mut body = Map::new();
    body.insert("userName".into(), json!(import.user_name));
    body.insert("active".into(), json!(import.active));
    if let Some(external_id) = &import.external_id {
        body.insert("externalId".into(), json!(external_id));
    }
    if let Some(object_id) = &import.object_id {
        body.insert(WPO365_USER.id.into(), json!({"objectId": object_id}));
    }
    let document = normalise::resource(body, config.types.user)?;
    let mut resource = mapping::overlay(document, &Account::default(), &import.account, import.active);
    for (path, value) in &import.attributes {
        let mut message = Map::new();
        message.insert(
            "Operations".into(),
            json!([{"op": "add", "path": path, "value": value}]),
        );
        match PatchRequest::parse(&message)
            .and_then(|operations| operations.apply(&resource, config.types.user))
        {
            Ok(patched) => {
                notices.extend(users::ignored_attributes(&config.new_id, &patched.ignored));
                resource = patched.resource;
            }
            Err(error) => notices.push(Notice {
                code: "valueLeftOut",
                detail: error.detail,
                resource: config.new_id.clone(),
            }),
        }
    }
    // What identifies the user is not a mapped attribute's to change.
    resource.insert("userName".into(), Value::String(import.user_name.clone()));
    resource.insert("active".into(), Value::Bool(import.active));
    // User meta that was mapped to it is nobody's password in WordPress, and no resource holds one.
    password::take(&mut resource);
    users::settled(&mut resource, None, config)?;
    Ok(resource)
}

/// The error, also as a notice: whoever imports reads no SCIM.
fn refused(error: &ScimError, config: &Config, mut notices: Vec<Notice>) -> Response {
    let mut response = Response::error(error);
    notices.push(Notice {
        code: "importRefused",
        detail: error.detail.clone(),
        resource: config.new_id.clone(),
    });
    response.notices = notices;
    response
}
