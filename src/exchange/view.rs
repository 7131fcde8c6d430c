//! From the store's records to what an answer shows.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::need::{Kind, Membership, Record};
use super::request::Config;
use super::store::Store;
use super::tag::{Tag, entity_tag};
use crate::error::{ErrorKind, ScimError};
use crate::limits::MAX_GROUP_CLOSURE;
use crate::mapping;
use crate::resource::Resource;
use crate::resource::declared::fit;
use crate::resource::envelope::{Meta, location, represent};
use crate::resource::project::Projection;
use crate::resource::verbatim::Verbatim;
use crate::schema::{GROUP, USER};

/// Which of the attributes that cost another look into the store are wanted.
#[derive(Clone, Debug)]
pub(super) struct Wants {
    /// `groups` of users.
    pub(super) groups: bool,
    /// `members` of groups.
    pub(super) members: Members,
}

/// Which members of a group are wanted.
#[derive(Clone, Debug)]
pub(super) enum Members {
    None,
    /// Those of these ids that are members.
    Only(Vec<String>),
    All,
}

/// A reader of the store.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) config: &'a Config,
    pub(super) store: &'a Store,
}

impl View<'_> {
    /// Complete representations of records, as far as wanted.
    pub(super) async fn represent(
        &self,
        kind: Kind,
        records: &[Record],
        wants: &Wants,
    ) -> Result<Vec<Map<String, Value>>, ScimError> {
        let mut output = Vec::with_capacity(records.len());
        match kind {
            Kind::User => {
                let mut groups = if wants.groups {
                    self.groups_of(records).await?
                } else {
                    HashMap::new()
                };
                for record in records {
                    output.push(self.user(record, groups.remove(record.id.as_str()))?);
                }
            }
            Kind::Group => {
                for record in records {
                    let mut group = current(record, self.config)?;
                    let tag = entity_tag(record);
                    let only = match &wants.members {
                        Members::None => {
                            output.push(self.envelope(kind, record, &tag, group));
                            continue;
                        }
                        Members::Only(ids) => Some(ids.clone()),
                        Members::All => None,
                    };
                    let members = self.store.members(&record.id, only).await?;
                    let members: Vec<Value> = members
                        .into_iter()
                        .map(|member| {
                            let mut value = json!({
                                "value": member.id,
                                "$ref": location(&self.config.base, member.kind.resource_type(), &member.id),
                                "type": member.kind.name(),
                            });
                            if let (Value::Object(parts), false) = (&mut value, member.display.is_empty()) {
                                parts.insert("display".into(), json!(member.display));
                            }
                            value
                        })
                        .collect();
                    let tag = tag.showing(&members);
                    group.insert("members".into(), Value::Array(members));
                    output.push(self.envelope(kind, record, &tag, group));
                }
            }
        }
        Ok(output)
    }

    /// JSON texts of records, as much as `projection` shows of them.
    pub(super) async fn texts(
        &self,
        kind: Kind,
        records: &[Record],
        projection: &Projection,
    ) -> Result<Vec<String>, ScimError> {
        let resource_type = self.config.resource_type(kind);
        let text = |representation| {
            let shown = projection.apply(representation, resource_type);
            serde_json::to_string(&shown).unwrap_or_default()
        };
        if kind == Kind::Group || !matches!(projection, Projection::Default) {
            let wants = Wants::of(projection, kind);
            let representations = self.represent(kind, records, &wants).await?;
            return Ok(representations.into_iter().map(text).collect());
        }
        let mut groups = self.groups_of(records).await?;
        let verbatim = Verbatim::new(&self.config.base, resource_type, self.config.types.declared);
        let mut texts = Vec::with_capacity(records.len());
        for record in records {
            let groups = groups.remove(record.id.as_str());
            // What an administrator edited, and what comes from elsewhere, is put into the document.
            let copied = match &record.account {
                Some(account) if groups.is_none() && account.wordpress == account.observed => {
                    let meta = meta(record, &entity_tag(record));
                    verbatim.representation(&record.document, account.active, &record.id, &meta)
                }
                _ => None,
            };
            texts.push(match copied {
                Some(copied) => copied,
                None => text(self.user(record, groups)?),
            });
        }
        Ok(texts)
    }

    /// The complete representation of a user.
    fn user(&self, record: &Record, groups: Option<Vec<Value>>) -> Result<Map<String, Value>, ScimError> {
        let mut user = current(record, self.config)?;
        let mut tag = entity_tag(record);
        if let Some(groups) = groups {
            tag = tag.showing(&groups);
            user.insert("groups".into(), Value::Array(groups));
        }
        Ok(self.envelope(Kind::User, record, &tag, user))
    }

    fn envelope(&self, kind: Kind, record: &Record, tag: &Tag, resource: Resource) -> Map<String, Value> {
        represent(
            resource,
            &record.id,
            &meta(record, tag),
            &self.config.base,
            kind.resource_type(),
        )
    }

    /// The complete representation of a user that is going to be `resource`, for a filter to look at.
    pub(super) fn complete(
        &self,
        record: &Record,
        mut resource: Resource,
        belongings: &[Belonging],
    ) -> Map<String, Value> {
        if !belongings.is_empty() {
            resource.insert("groups".into(), Value::Array(self.values(belongings)));
        }
        self.envelope(Kind::User, record, &entity_tag(record), resource)
    }

    /// `groups` of each user (RFC 7643 §4.1.2).
    async fn groups_of(&self, users: &[Record]) -> Result<HashMap<String, Vec<Value>>, ScimError> {
        let belongings = self.belongings(users).await?;
        Ok(belongings
            .into_iter()
            .map(|(user, groups)| (user, self.values(&groups)))
            .collect())
    }

    /// `groups` of a user.
    fn values(&self, belongings: &[Belonging]) -> Vec<Value> {
        belongings
            .iter()
            .map(|Belonging { membership, kind }| {
                json!({
                    "value": membership.group,
                    "$ref": location(&self.config.base, &GROUP, &membership.group),
                    "display": membership.display,
                    "type": kind,
                })
            })
            .collect()
    }

    /// The groups of each user that has some: those it is a member of, and those that these are members of in turn.
    pub(super) async fn belongings(&self, users: &[Record]) -> Result<Belongings, ScimError> {
        let mut parents: HashMap<String, Vec<Membership>> = HashMap::new();
        let mut asked: HashSet<String> = HashSet::new();
        let mut frontier: Vec<String> = users
            .iter()
            .filter(|user| user.in_groups)
            .map(|user| user.id.clone())
            .collect();
        while !frontier.is_empty() {
            asked.extend(frontier.iter().cloned());
            if asked.len() > MAX_GROUP_CLOSURE + users.len() {
                return Err(ScimError::new(
                    ErrorKind::TooMany,
                    "the groups of these users are nested too far; exclude them with excludedAttributes=groups",
                ));
            }
            let mut next = Vec::new();
            for membership in self.store.memberships(std::mem::take(&mut frontier)).await? {
                if !asked.contains(&membership.group) && !next.contains(&membership.group) {
                    next.push(membership.group.clone());
                }
                parents
                    .entry(membership.member.clone())
                    .or_default()
                    .push(membership);
            }
            frontier = next;
        }
        let mut output = HashMap::new();
        for user in users {
            let groups = closure(&user.id, &parents);
            if !groups.is_empty() {
                output.insert(user.id.clone(), groups);
            }
        }
        Ok(output)
    }
}

/// A group of a user, and whether it is `direct` or `indirect`.
pub(super) struct Belonging {
    pub(super) membership: Membership,
    kind: &'static str,
}

/// SCIM id of a user => its groups.
pub(super) type Belongings = HashMap<String, Vec<Belonging>>;

/// The groups of a member, nearest first, each once: groups may be nested in a circle.
fn closure(user: &str, parents: &HashMap<String, Vec<Membership>>) -> Vec<Belonging> {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut groups = Vec::new();
    let mut queue: Vec<(&str, &'static str)> = vec![(user, "direct")];
    let mut index = 0;
    while let Some((member, kind)) = queue.get(index).copied() {
        index += 1;
        for membership in parents.get(member).into_iter().flatten() {
            if !seen.insert(&membership.group) {
                continue;
            }
            groups.push(Belonging {
                membership: membership.clone(),
                kind,
            });
            queue.push((&membership.group, "indirect"));
        }
    }
    groups
}

fn meta(record: &Record, tag: &Tag) -> Meta {
    Meta {
        created: record.created,
        modified: record.modified,
        version: tag.to_string(),
    }
}

/// The resource as it is now, without what derives from memberships. Fails when the stored document is damaged.
pub fn current(record: &Record, config: &Config) -> Result<Resource, ScimError> {
    let mut document: Resource = serde_json::from_str(&record.document).map_err(|_| {
        ScimError::status(
            500,
            "the stored document of this resource is damaged; delete the resource and provision it again",
        )
    })?;
    if record.account.is_some() {
        fit(&mut document, config.types.declared);
    }
    Ok(match &record.account {
        Some(account) => mapping::overlay(document, &account.observed, &account.wordpress, account.active),
        None => document,
    })
}

/// Both resource types, in the order of a search over all.
pub(super) const KINDS: [Kind; 2] = [Kind::User, Kind::Group];

impl Wants {
    /// What a projection shows.
    pub(super) fn of(projection: &Projection, kind: Kind) -> Self {
        match kind {
            Kind::User => Self {
                groups: projection.shows("groups", &USER),
                members: Members::None,
            },
            Kind::Group => Self {
                groups: false,
                members: if projection.shows("members", &GROUP) {
                    Members::All
                } else {
                    Members::None
                },
            },
        }
    }
}
