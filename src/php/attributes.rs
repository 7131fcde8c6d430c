//! `Scimpress\Attributes`

use ext_php_rs::exception::PhpException;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;

use super::FINAL;
use super::output::{Table, insert};
use super::{input, output};
use crate::attributes;
use crate::error::ScimError;
use crate::exchange::{Kind, current};
use crate::mapping;
use crate::received;
use crate::schema::declared;

/// What a site declares and maps beyond the attributes that every site has.
#[php_class]
#[php(name = "Scimpress\\Attributes")]
#[php(flags = FINAL)]
pub(crate) struct Attributes;

#[php_impl]
impl Attributes {
    /// What is wrong with a declaration of schemas, in its order; an empty list when nothing is.
    ///
    /// @param string $schemas JSON text: a list of `{"id", "name", "description", "attributes"}`, each attribute `{"name", "type",
    ///        "multiValued", "caseExact", "description"}`. The id is a URN; the type one of string, boolean, integer,
    ///        decimal, dateTime and reference. An empty text declares nothing.
    ///
    /// @return list<array{schema: ?int, attribute: ?int, message: string}> 0-based places; null for the whole.
    #[php(name = "problems")]
    pub(crate) fn problems(schemas: String) -> PhpResult<Table> {
        let mut table = ZendHashTable::new();
        for problem in declared::problems(&schemas) {
            let place = |index: Option<usize>| index.and_then(|index| i64::try_from(index).ok());
            let mut entry = ZendHashTable::new();
            insert(&mut entry, "schema", place(problem.schema))?;
            insert(&mut entry, "attribute", place(problem.attribute))?;
            insert(&mut entry, "message", problem.message.as_str())?;
            table.push(entry).map_err(PhpException::from)?;
        }
        Ok(table)
    }

    /// What is wrong with the path of a mapping.
    ///
    /// @param string $path    Path as in PATCH (RFC 7644 section 3.5.2), such as `emails[type eq "work"].value`.
    /// @param string $schemas The extensions of users that the site declares, as JSON text.
    ///
    /// @return string|null Null when nothing is.
    ///
    /// @throws \Exception when the declaration cannot be read.
    #[php(name = "pathProblem")]
    pub(crate) fn path_problem(path: String, schemas: String) -> PhpResult<Option<String>> {
        let types = declared::resource_types(&schemas).map_err(failed)?;
        Ok(attributes::problem(&path, types.user))
    }

    /// What a stored user says as a SCIM resource: who it is, and every mapped attribute, whether the user has it or not.
    ///
    /// @param User  $record Record of the store.
    /// @param array{base: string, now: int, newId: string, membersAdditive: bool, passwordsIgnored: bool, schemas?: string, mappings?: list<Rule>} $config
    ///        As for a request.
    ///
    /// @return array{userName: string, externalId: ?string, objectId: ?string, manager: ?string, mapped: list<Mapped>}
    ///
    /// @throws \TypeError when an entry is missing or of another type.
    /// @throws \Exception when the declaration or the stored document cannot be read.
    #[php(name = "of")]
    pub(crate) fn of(record: &ZendHashTable, config: &ZendHashTable) -> PhpResult<Table> {
        let record = input::record(record, Kind::User)?;
        let config = input::config(config)?.map_err(failed)?;
        let user = current(&record, &config).map_err(failed)?;
        let external_id = user.get("externalId").and_then(serde_json::Value::as_str);
        let mut table = ZendHashTable::new();
        insert(&mut table, "userName", mapping::user_name(&user))?;
        insert(&mut table, "externalId", external_id)?;
        insert(&mut table, "objectId", mapping::object_id(&user))?;
        insert(&mut table, "manager", mapping::manager(&user))?;
        let mapped = attributes::all(&user, &config.mappings, config.types.user);
        insert(&mut table, "mapped", output::mapped(&mapped)?)?;
        Ok(table)
    }

    /// What occurs in stored users, the most frequent first and at most 100 of each: for whoever writes mappings and role rules.
    ///
    /// @param array<string> $documents Documents of records. Damaged ones are passed over.
    /// @param string        $schemas   The extensions of users that the site declares, as JSON text.
    ///
    /// @return array{paths: list<array{path: string, users: int}>, extensions: list<array{id: string, attributes: list<array{name: string, type: string, multiValued: bool}>, users: int}>, rules: list<array{kind: 'appRole'|'filter', value: string, users: int}>}
    ///         Paths that can be mapped, without those that reach every account; extensions that nobody has declared, with types
    ///         as the values look; texts of rules about app roles and departments. `users` have it. No other value is shown.
    ///
    /// @throws \Exception when the declaration cannot be read.
    #[php(name = "received")]
    pub(crate) fn received(documents: &ZendHashTable, schemas: String) -> PhpResult<Table> {
        let types = declared::resource_types(&schemas).map_err(failed)?;
        let texts = input::values(documents)
            .filter_map(input::bytes)
            .filter_map(|bytes| std::str::from_utf8(bytes).ok());
        output::received(&received::received(texts, types.user))
    }
}

fn failed(error: ScimError) -> PhpException {
    PhpException::from_message(error.detail.replace('\0', "\u{fffd}"))
}
