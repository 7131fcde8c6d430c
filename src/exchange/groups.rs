//! Changes of groups, RFC 7644 §3.3, §3.5.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::need::{GroupAttributes, GroupChanges, Kind, MemberChanges, Record};
use super::request::{Config, Request};
use super::response::{Notice, Response};
use super::single::{self, Obstacle, projection};
use super::store::Store;
use super::tag::entity_tag;
use super::users::ignored_attributes;
use super::view::{Members, View, Wants, current};
use crate::error::ScimError;
use crate::filter::fold;
use crate::patch::PatchRequest;
use crate::patch::members::{Movement, ids};
use crate::path::strip_urn;
use crate::resource::{Resource, group, normalise};
use crate::schema::GROUP;

/// `POST /Groups`
pub(super) async fn create(request: &Request, config: &Config, store: &Store) -> Result<Response, ScimError> {
    let projection = projection(request, config, Kind::Group)?;
    let body = request.object()?;
    require_ids(&body)?;
    let mut resource = normalise::resource(body, &GROUP)?;
    let add = take_members(&mut resource)?;
    group::check(&resource)?;
    store.journal.about(Kind::Group, &resource);
    let changes = GroupChanges {
        now: config.now,
        attributes: Some(attributes(&resource)),
        members: MemberChanges {
            add,
            ..MemberChanges::default()
        },
    };
    let moved = store.journal.moved(&changes.members);
    let record = store.create_group(config.new_id.clone(), changes).await?;
    store.journal.group_created(&record, &resource, moved);
    single::answer(201, View { config, store }, Kind::Group, &record, &projection).await
}

/// `PUT /Groups/{id}`: of members too the body is all there is (RFC 7644 §3.5.1).
pub(super) async fn replace(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
) -> Result<Response, ScimError> {
    let body = request.object()?;
    require_ids(&body)?;
    single::refuse_other_id(&body, id)?;
    let mut new = normalise::resource(body, &GROUP)?;
    let add = take_members(&mut new)?;
    group::check(&new)?;
    let movement = Movement {
        clear: true,
        add,
        ..Movement::default()
    };
    let projection = projection(request, config, Kind::Group)?;
    let (record, _) = change(request, config, store, id, |_| {
        Ok((new.clone(), members(&movement), Vec::new()))
    })
    .await?;
    single::answer(200, View { config, store }, Kind::Group, &record, &projection).await
}

/// `PATCH /Groups/{id}`: 204, so that a group of 50,000 is not sent with each member that joins; 200 when `attributes` is
/// asked for (RFC 7644 §3.5.2).
pub(super) async fn patch(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
) -> Result<Response, ScimError> {
    let projection = projection(request, config, Kind::Group)?;
    let operations = PatchRequest::parse(&request.object()?)?;
    let (record, notices) = match operations.movement(config.members_additive)? {
        Some((rest, movement)) => {
            let (record, mut notices) = change(request, config, store, id, |before| {
                let (after, ignored) = apply(&rest, before, id)?;
                Ok((after, members(&movement), ignored))
            })
            .await?;
            if movement.replaced_by_one && !config.members_additive {
                notices.push(replaced_by_one(&record));
            }
            (record, notices)
        }
        None => patch_list(request, config, store, id, &operations).await?,
    };
    let mut response = if request.parameter("attributes")?.is_some() {
        single::answer(200, View { config, store }, Kind::Group, &record, &projection).await?
    } else {
        // The tag of the group without its members, who are not read for this.
        Response::no_content().with("ETag", entity_tag(&record).to_string())
    };
    response.notices = notices;
    Ok(response)
}

/// A PATCH that selects members by what only the list tells.
async fn patch_list(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
    operations: &PatchRequest,
) -> Result<(Record, Vec<Notice>), ScimError> {
    let view = View { config, store };
    let wants = Wants {
        groups: false,
        members: Members::All,
    };
    single::change(request, store, Kind::Group, id, async |record| {
        let mut before = view
            .represent(Kind::Group, std::slice::from_ref(&record), &wants)
            .await?
            .pop()
            .unwrap_or_default();
        for name in ["schemas", "id", "meta"] {
            before.shift_remove(name);
        }
        let (mut after, ignored) = apply(operations, &before, id)?;
        let (old, new) = (take_members(&mut before)?, take_members(&mut after)?);
        let (was, is): (HashSet<&String>, HashSet<&String>) = (old.iter().collect(), new.iter().collect());
        let changes = GroupChanges {
            now: config.now,
            attributes: (after != before).then(|| attributes(&after)),
            members: MemberChanges {
                clear: false,
                remove: old.iter().filter(|id| !is.contains(id)).cloned().collect(),
                add: new.iter().filter(|id| !was.contains(id)).cloned().collect(),
            },
        };
        let version = Some(record.version);
        write(store, record, version, (&before, &after), changes, &ignored).await
    })
    .await
}

/// Writes what `apply` makes of a group and its members.
async fn change(
    request: &Request,
    config: &Config,
    store: &Store,
    id: &str,
    apply: impl Fn(&Resource) -> Result<(Resource, MemberChanges, Vec<String>), ScimError>,
) -> Result<(Record, Vec<Notice>), ScimError> {
    single::change(request, store, Kind::Group, id, async |record| {
        let before = current(&record, config)?;
        store.journal.about(Kind::Group, &before);
        let (after, members, ignored) = apply(&before)?;
        let changes = GroupChanges {
            now: config.now,
            attributes: (after != before).then(|| attributes(&after)),
            members,
        };
        let is_based_on_it = changes.attributes.is_some() || single::is_conditional(request);
        let version = is_based_on_it.then_some(record.version);
        write(store, record, version, (&before, &after), changes, &ignored).await
    })
    .await
}

/// Sends changes to the store, if there are any.
async fn write(
    store: &Store,
    record: Record,
    version: Option<u64>,
    (before, after): (&Resource, &Resource),
    changes: GroupChanges,
    ignored: &[String],
) -> Result<(Record, Vec<Notice>), Obstacle> {
    let notices = ignored_attributes(&record.id, ignored);
    if changes.attributes.is_none() && changes.members.is_empty() {
        return Ok((record, notices));
    }
    let moved = store.journal.moved(&changes.members);
    let updated = store.update_group(record.id, version, changes).await?;
    store
        .journal
        .group_updated((record.version, &updated), before, after, moved);
    Ok((updated, notices))
}

fn apply(
    operations: &PatchRequest,
    before: &Resource,
    id: &str,
) -> Result<(Resource, Vec<String>), ScimError> {
    let mut target = before.clone();
    target.insert("id".into(), Value::String(id.to_owned()));
    let mut patched = operations.apply(&target, &GROUP)?;
    patched.resource.shift_remove("id");
    group::check(&patched.resource)?;
    Ok((patched.resource, patched.ignored))
}

fn attributes(group: &Resource) -> GroupAttributes {
    GroupAttributes {
        display_name: fold(group::display_name(group)),
        display: group::display_name(group).to_owned(),
        external_id: group.get("externalId").and_then(Value::as_str).map(str::to_owned),
        document: serde_json::to_string(group).unwrap_or_default(),
    }
}

fn members(movement: &Movement) -> MemberChanges {
    MemberChanges {
        clear: movement.clear,
        add: movement.add.clone(),
        remove: movement.remove.clone(),
    }
}

/// Refuses members without an id before normalising drops them: a PUT with nobody else would empty the group.
fn require_ids(body: &Map<String, Value>) -> Result<(), ScimError> {
    let Some(attribute) = GROUP.schema.attribute("members") else {
        return Ok(());
    };
    for (key, value) in body {
        // The name may have its URN before it, or the whole resource stand below that.
        let name = strip_urn(key, GROUP.schema.id).unwrap_or(key);
        match value {
            list if name.eq_ignore_ascii_case(attribute.name) => drop(ids(attribute, list)?),
            Value::Object(body) if name.eq_ignore_ascii_case(GROUP.schema.id) => require_ids(body)?,
            _ => {}
        }
    }
    Ok(())
}

/// The members' ids, each once; the members themselves are rows of their own.
fn take_members(group: &mut Resource) -> Result<Vec<String>, ScimError> {
    let (Some(attribute), Some(list)) = (GROUP.schema.attribute("members"), group.shift_remove("members"))
    else {
        return Ok(Vec::new());
    };
    let mut seen = HashSet::new();
    let mut ids = ids(attribute, &list)?;
    ids.retain(|id| seen.insert(id.clone()));
    Ok(ids)
}

/// Entra's new dialect, in field reports and in Microsoft's validator, sends a member who joins as a replace of all members.
fn replaced_by_one(record: &Record) -> Notice {
    Notice {
        code: "membersReplaced",
        detail: "a client replaced all members of a group by one; if it meant to add the member, set replacing members to additive"
            .to_owned(),
        resource: record.id.clone(),
    }
}
