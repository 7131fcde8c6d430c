//! Users whose accounts are brought in line with the rules and mappings of the site, without a request of a client: after a
//! change of these everybody, after a change of a group its members.

use super::need::{Kind, Record, Settled};
use super::request::Config;
use super::response::{Notice, Response};
use super::store::Store;
use super::view::{Belongings, View, current};
use crate::attributes;
use crate::error::ScimError;
use crate::limits::MAX_SETTLED;
use crate::resource::Resource;
use crate::resource::envelope::{Meta, represent};
use crate::roles::{GroupOfUser, RoleRules};

/// Says of each of these users what its account should be; the answer is a 204 or the error.
pub(super) async fn answer(positions: Vec<u64>, config: Config, store: Store) -> Response {
    match settle(positions, &config, &store).await {
        Ok(notices) => {
            let mut response = Response::no_content();
            response.notices = notices;
            response
        }
        Err(error) => Response::error(&error),
    }
}

async fn settle(positions: Vec<u64>, config: &Config, store: &Store) -> Result<Vec<Notice>, ScimError> {
    if positions.len() > MAX_SETTLED {
        return Err(ScimError::status(
            500,
            format!("at most {MAX_SETTLED} users are settled at a time"),
        ));
    }
    let mut records = store.fetch(Kind::User, positions).await?;
    records.sort_by_key(|record| record.position);
    let view = View { config, store };
    let belongings = belongings(view, &records).await?;
    let mut notices = Vec::new();
    let mut users = Vec::with_capacity(records.len());
    for record in &records {
        match current(record, config) {
            Ok(resource) => users.push(Settled {
                position: record.position,
                id: record.id.clone(),
                mapped: attributes::all(&resource, &config.mappings, config.types.user),
                roles: granted(view, record, resource, &belongings),
            }),
            // One damaged document must not keep everybody else from their roles.
            Err(error) => notices.push(Notice {
                code: "userNotSettled",
                detail: error.detail,
                resource: record.id.clone(),
            }),
        }
    }
    if !users.is_empty() {
        store.settle(users).await?;
    }
    notices.extend(broken(&config.roles, ""));
    Ok(notices)
}

/// Roles of a user that is yet to be made, who is in no group; `None` when the site has no rules.
pub(super) fn roles_of_new(config: &Config, resource: &Resource) -> Option<Vec<String>> {
    if config.roles.is_empty() {
        return None;
    }
    let meta = Meta {
        created: config.now,
        modified: config.now,
        version: String::new(),
    };
    let user = represent(
        resource.clone(),
        &config.new_id,
        &meta,
        &config.base,
        config.types.user,
    );
    Some(config.roles.granted(&user, &[]))
}

/// Roles of a user that is going to be `resource`; `None` when the site has no rules, and then nothing is asked of the store.
pub(super) async fn roles_of_changed(
    view: View<'_>,
    record: &Record,
    resource: &Resource,
) -> Result<Option<Vec<String>>, ScimError> {
    if view.config.roles.is_empty() {
        return Ok(None);
    }
    let belongings = belongings(view, std::slice::from_ref(record)).await?;
    Ok(granted(view, record, resource.clone(), &belongings))
}

/// What the administrator should know of the rules that a write met.
pub(super) fn broken(rules: &RoleRules, id: &str) -> Vec<Notice> {
    rules
        .broken()
        .iter()
        .map(|detail| Notice {
            code: "roleRuleBroken",
            detail: detail.clone(),
            resource: id.to_owned(),
        })
        .collect()
}

/// The groups of these users, where a rule asks for them.
async fn belongings(view: View<'_>, records: &[Record]) -> Result<Belongings, ScimError> {
    if view.config.roles.look_at_groups() {
        view.belongings(records).await
    } else {
        Ok(Belongings::new())
    }
}

fn granted(
    view: View<'_>,
    record: &Record,
    resource: Resource,
    belongings: &Belongings,
) -> Option<Vec<String>> {
    let rules = &view.config.roles;
    if rules.is_empty() {
        return None;
    }
    let own = belongings.get(&record.id).map(Vec::as_slice).unwrap_or_default();
    let groups: Vec<_> = own
        .iter()
        .map(|belonging| GroupOfUser {
            display: &belonging.membership.display,
            external_id: belonging.membership.external_id.as_deref(),
        })
        .collect();
    Some(rules.granted(&view.complete(record, resource, own), &groups))
}
