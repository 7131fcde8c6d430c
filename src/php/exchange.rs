//! `Scimpress\Exchange`

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::{FINAL, input, output};
use crate::exchange::{self, Kind};

/// One SCIM request being answered. PHP asks for the next need, does it, brings the result, until nothing is needed.
///
/// A record is one user or one group as the store holds it, `position` its number in a stable order; times are milliseconds
/// since 1970, `document` and `observed` JSON text. The members of a group are no part of it.
///
/// @phpstan-type Account array{user_email: string, first_name: string, last_name: string, display_name: string, active: bool}
/// @phpstan-type User array{position: int, id: string, version: int, created: int, modified: int, document: string, observed: string, inGroups?: bool, wordpress: Account}
/// @phpstan-type Group array{position: int, id: string, version: int, created: int, modified: int, document: string}
/// @phpstan-type Member array{position: int, id: string, isGroup: bool, display: string}
/// @phpstan-type Membership array{member: string, group: string, display: string, externalId?: ?string}
/// @phpstan-type RoleRule array{role: string, group?: string, groupExternalId?: string, appRole?: string, filter?: string}
/// @phpstan-type Rule array{path: string, target: string}
/// @phpstan-type Mapped array{path: string, target: string, value: string|list<string>|null}
/// @phpstan-type Condition list<mixed>
/// @phpstan-type Change array{operation: 'create'|'update'|'delete'|'bulk', resourceType: 'User'|'Group'|'', id: string, name: string, key: string, status: int, scimType: string, detail: string, attributes: list<array{path: string, old: ?string, new: ?string}>, more: int, members: ?array{replaced: bool, joined: list<string>, moreJoined: int, left: list<string>, moreLeft: int}}
#[php_class]
#[php(name = "Scimpress\\Exchange")]
#[php(flags = FINAL)]
pub(crate) struct Exchange {
    inner: exchange::Exchange,
    /// Whose records the answer to the last need may bring; none while nothing is asked.
    asked: Option<Kind>,
}

#[cfg(feature = "probe")]
impl Exchange {
    /// An exchange with a defect, for the extension's own tests.
    pub(super) fn defective() -> Self {
        Self {
            inner: exchange::Exchange::defective(),
            asked: None,
        }
    }
}

#[php_impl]
impl Exchange {
    /// Starts to answer an authenticated request.
    ///
    /// @param array{method: string, path: string, query: array<string>, headers: array<string, string>, body: string} $request
    ///        The path begins below the base URL and is decoded, header names are in lower case, the body is raw. Bytes
    ///        that are not UTF-8 are the client's fault, and answered so.
    /// @param array{base: string, now: int, newId: string, membersAdditive: bool, passwordsIgnored: bool, schemas?: string, mappings?: list<Rule>, roles?: list<RoleRule>, journal?: bool} $config
    ///        Base URL without a slash at its end, the time in milliseconds since 1970, the id for a resource that the
    ///        request may create, whether a PATCH that replaces the members of a group adds them instead, and whether
    ///        passwords that clients send are passed over. The ids of what a bulk request creates are derived from `newId`,
    ///        which must not be guessable. `schemas` are the extensions of users that the site declares, as JSON text (see
    ///        `Attributes::problems()`); `mappings` the attributes that it keeps in a place of its own, too. Of `roles` each
    ///        rule gives its role to whom its other entry, exactly one, is about: who is in the group with this name or
    ///        external id, directly or by another group, has the app role with this value, or matches the filter. One that
    ///        cannot be read matches nobody, with a notice `roleRuleBroken`. `journal`: whether changes are collected for
    ///        `changes()`; without it they are not.
    ///
    /// @throws \TypeError when an entry is missing or of another type.
    pub(crate) fn __construct(request: &ZendHashTable, config: &ZendHashTable) -> PhpResult<Self> {
        let request = input::request(request)?;
        Ok(Self {
            inner: match input::config(config)? {
                Ok(config) => exchange::Exchange::new(request, config),
                Err(error) => exchange::Exchange::failed(&error),
            },
            asked: None,
        })
    }

    /// What the engine needs next of the store, null when the answer is ready. Asked again without `resume()` in between,
    /// it repeats itself.
    ///
    /// Records are those behind the position `after`, ascending; with `before`, those ahead of it, descending. Members are
    /// asked for in the same way, `only` some or everybody. `roles` are those that the rules give, null when there are none. A
    /// null `version` is not compared, null `attributes` stay as they are, and `clear` ends every membership that `add` does not name. `wordpress` has a `password` only where the client
    /// says something of it: to be hashed and kept nowhere else, or null, so that nobody has one.
    ///
    /// `mapped` are the attributes of `mappings`: of a new user all, of a change those that it changes. A null value is one that
    /// the user does not have. A boolean is `1` or `0`, an object its JSON text; a multi-valued attribute is a list, unless the
    /// path's filter selects a single value of it.
    ///
    /// `where` is a condition that is true of the records asked for, null when all are: `[and, condition…]` (of none: true),
    /// `[or, condition…]` (of none: false), `[not, condition]`, `[present, column]`, or a comparison `[relation, column, value]`
    /// with `eq`, `co` (contains), `sw` (starts with), `ew` (ends with), `gt`, `ge`, `lt`, `le`. Texts compare byte by byte;
    /// what is absent passes no comparison. The columns, folded ones in the engine's lower case: `position`, `created`,
    /// `modified` (numbers); `id`, `externalId`, folded `userName`, `objectId`, `displayName` of a group (texts, not empty,
    /// without control characters unless after `gt` to `le`); `email` (folded, only `eq`: the key of the record or the
    /// account's address, whatever its case); `active` (only `present`: the document has the attribute, and `eq` with a boolean:
    /// and the account may sign in or not); `member` of a group (only `eq`: it has the member with this id); `groups` (only
    /// `present`: the user is a member of a group).
    ///
    /// `order` is a number or text column and a direction, null for ascending positions. Absent values come last
    /// ascending and first descending, equal ones by ascending position. `total` of a page counts all that `where` is true of.
    ///
    /// @return array{need: 'select', resource: 'User'|'Group', where: ?Condition, after: int, before: ?int, limit: int}
    ///         |array{need: 'page', resource: 'User'|'Group', where: ?Condition, order: ?array{string, 'ascending'|'descending'}, offset: int, limit: int}
    ///         |array{need: 'fetch', resource: 'User'|'Group', positions: list<int>}
    ///         |array{need: 'create', resource: 'User', id: string, now: int, userName: string, externalId: ?string, objectId: ?string, email: ?string, active: bool, document: string, roles: ?list<string>, wordpress: array<string, ?string>, mapped: list<Mapped>, login: array{preferred: string, suffix: string}}
    ///         |array{need: 'create', resource: 'Group', id: string, now: int, attributes: array{displayName: string, display: string, externalId: ?string, document: string}, clear: bool, add: list<string>, remove: list<string>}
    ///         |array{need: 'update', resource: 'User', id: string, version: int, now: int, userName: string, externalId: ?string, objectId: ?string, email: ?string, active: ?bool, document: string, roles: ?list<string>, wordpress: array<string, ?string>, mapped: list<Mapped>}
    ///         |array{need: 'update', resource: 'Group', id: string, version: ?int, now: int, attributes: ?array{displayName: string, display: string, externalId: ?string, document: string}, clear: bool, add: list<string>, remove: list<string>}
    ///         |array{need: 'delete', resource: 'User'|'Group', id: string, version: ?int}
    ///         |array{need: 'members', group: string, after: int, limit: int, only: ?list<string>}
    ///         |array{need: 'memberships', members: list<string>}
    ///         |array{need: 'settle', users: list<array{position: int, id: string, roles: ?list<string>, mapped: list<Mapped>}>}
    ///         |null
    #[php(name = "next")]
    pub(crate) fn next(&mut self) -> PhpResult<Option<ZBox<ZendHashTable>>> {
        let need = self.inner.next();
        self.asked = need.map(output::collection);
        need.map(output::need).transpose()
    }

    /// Brings the result of the last need; without one, it is passed over.
    ///
    /// @param array{records: list<User>|list<Group>}|array{total: int, records: list<User>|list<Group>}|array{record: User|Group}|array{deleted: true, document?: string}|array{members: list<Member>}|array{memberships: list<Membership>}|array{settled: true}|array{error: string, detail: string} $answer
    ///
    /// @return void
    ///
    /// @throws \TypeError when it is none of these; the need is still there.
    #[php(name = "resume")]
    pub(crate) fn resume(&mut self, answer: &ZendHashTable) -> PhpResult<()> {
        if let Some(kind) = self.asked {
            self.inner.resume(input::answer(answer, kind)?);
            self.asked = None;
        }
        Ok(())
    }

    /// HTTP status code of the answer; 500 while something is still needed.
    ///
    /// @return int
    #[php(name = "status")]
    pub(crate) fn status(&self) -> i64 {
        i64::from(self.inner.response().status)
    }

    /// Header fields of the answer, complete.
    ///
    /// @return array<string, string>
    #[php(name = "headers")]
    pub(crate) fn headers(&self) -> PhpResult<ZBox<ZendHashTable>> {
        output::headers(self.inner.response())
    }

    /// Body of the answer, to be sent as it is; empty for 204.
    ///
    /// @return string
    #[php(name = "body")]
    pub(crate) fn body(&self) -> &str {
        &self.inner.response().body
    }

    /// What the site's administrator should know; never personal data.
    ///
    /// @return list<array{code: string, detail: string, resource: string}>
    #[php(name = "notices")]
    pub(crate) fn notices(&self) -> PhpResult<ZBox<ZendHashTable>> {
        output::notices(self.inner.response())
    }

    /// What the request has written so far, and what failed of it, each operation of a bulk request by itself; empty unless the
    /// configuration asks for a journal. A write that still needs something counts as failed with 500: whoever asks has given
    /// it up.
    ///
    /// `name` is the userName or displayName, `key` its fold, `detail` and `scimType` are those of the error that the client gets.
    /// Values are texts, shortened, null where the attribute is unassigned; `more` counts attributes that are left out. Of a
    /// password nothing is said but that it was `set`, or null, removed. When members were `replaced`, those who joined are all
    /// that there are now, and who left is not known. A delete shows what was, where the answer to its need had the `document`.
    ///
    /// @return list<Change>
    #[php(name = "changes")]
    pub(crate) fn changes(&self) -> PhpResult<ZBox<ZendHashTable>> {
        output::changes(&self.inner.changes())
    }

    /// Starts to make a record of a user whom another provisioning plugin has left on the site. Its only need is a `create`;
    /// the answer is 204, or an error that is also a notice `importRefused`. A value that its attribute cannot hold is left
    /// out with a notice `valueLeftOut`, one whose path names no attribute with `attributeIgnored`.
    ///
    /// @param array{userName: string, externalId: ?string, objectId: ?string, active: bool, wordpress: array{user_email: string, first_name: string, last_name: string, display_name: string}, attributes: list<array{path: string, value: string}>} $user
    ///        What the site knows about the user; paths are those of PATCH (RFC 7644 §3.5.2).
    /// @param array{base: string, now: int, newId: string, membersAdditive: bool, passwordsIgnored: bool, schemas?: string, mappings?: list<Rule>} $config
    ///        As for a request; `newId` is the id that clients know the user by.
    ///
    /// @return Exchange
    ///
    /// @throws \TypeError when an entry is missing or of another type.
    #[php(name = "import")]
    pub(crate) fn import(user: &ZendHashTable, config: &ZendHashTable) -> PhpResult<Self> {
        let user = input::import(user)?;
        Ok(Self {
            inner: match input::config(config)? {
                Ok(config) => exchange::Exchange::import(user, config),
                Err(error) => exchange::Exchange::failed(&error),
            },
            asked: None,
        })
    }

    /// Starts to bring users in line with the rules and mappings of the site: needs `fetch` and `memberships`, then one `settle` with what
    /// they say about each user that is still there. The answer is 204, or an error. A user whose document is damaged is
    /// left out with a notice `userNotSettled`.
    ///
    /// @param list<int> $positions Positions of users, at most 500.
    /// @param array{base: string, now: int, newId: string, membersAdditive: bool, passwordsIgnored: bool, schemas?: string, mappings?: list<Rule>, roles?: list<RoleRule>} $config
    ///        As for a request.
    ///
    /// @return Exchange
    ///
    /// @throws \TypeError when an entry is missing or of another type.
    #[php(name = "settle")]
    pub(crate) fn settle(positions: &ZendHashTable, config: &ZendHashTable) -> PhpResult<Self> {
        let positions = input::positions(positions)?;
        Ok(Self {
            inner: match input::config(config)? {
                Ok(config) => exchange::Exchange::settle(positions, config),
                Err(error) => exchange::Exchange::failed(&error),
            },
            asked: None,
        })
    }

    /// A finished exchange for a refusal that WordPress decides.
    ///
    /// @param int    $status HTTP status code, 400 to 599; 500 stands for any other.
    /// @param string $detail One line for a person.
    ///
    /// @return Exchange
    #[php(name = "refusal")]
    pub(crate) fn refusal(status: i64, detail: BinarySlice<u8>) -> Self {
        let status = u16::try_from(status).unwrap_or(500);
        Self {
            inner: exchange::Exchange::refusal(status, &String::from_utf8_lossy(&detail)),
            asked: None,
        }
    }
}
