//! The PHP extension. Only this room may name zend types: each export converts, calls the engine, converts back.

#![expect(
    unsafe_code,
    reason = "the bindings' macros expand to unsafe code, and three symbols of PHP are declared here"
)]
#![expect(
    clippy::doc_markdown,
    reason = "the docs of exports become PHP docblocks, whose tags are no Markdown"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "the bindings hand arguments over by value"
)]

mod attributes;
mod exchange;
mod filter;
mod ini;
mod input;
mod output;
mod panic;
#[cfg(feature = "probe")]
mod probe;
mod token;

use ext_php_rs::binary_slice::BinarySlice;
use ext_php_rs::boxed::ZBox;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::*;
use ext_php_rs::types::ZendHashTable;
use ext_php_rs::zend::ModuleEntry;
use ext_php_rs::{info_table_end, info_table_row, info_table_start};

use crate::limits;

/// Of each class with a Rust value behind its objects. Properties of such an object would be lost to PHP's collector of
/// cycles.
const FINAL: ClassFlags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties);

/// Version of the extension, such as `0.1.0`.
///
/// @return string
#[php_function]
#[php(name = "Scimpress\\version")]
pub(crate) fn version() -> &'static str {
    crate::VERSION
}

/// A text in the form in which it is compared without case: two texts are equal for SCIM when their folds are equal.
///
/// @param string $text Bytes that are not UTF-8 become replacement characters.
///
/// @return string
#[php_function]
#[php(name = "Scimpress\\fold")]
pub(crate) fn fold(text: BinarySlice<u8>) -> String {
    crate::filter::fold(&String::from_utf8_lossy(&text))
}

/// What is to be said of a role rule before it is stored.
///
/// @param array{role: string, group?: string, groupExternalId?: string, appRole?: string, filter?: string} $rule As in the
///        configuration of an exchange.
/// @param string|null $schemas The extensions of users that the site declares, as JSON text.
///
/// @return array{error: ?string, groups: bool} Why it would match nobody, one line for the administrator who wrote it, and
///         whether it asks for the user's groups.
///
/// @throws \TypeError when an entry is missing or of another type; \Exception when the declaration is none.
#[php_function]
#[php(name = "Scimpress\\role_rule")]
pub(crate) fn role_rule(rule: &ZendHashTable, schemas: Option<String>) -> PhpResult<ZBox<ZendHashTable>> {
    let types = crate::schema::declared::resource_types(&schemas.unwrap_or_default())
        .map_err(|error| PhpException::from_message(error.detail.replace('\0', "\u{fffd}")))?;
    output::rule(&crate::roles::Rule::parse(&input::role_rule(rule)?, types.user))
}

/// A request as a log may show it, as text: without header fields and parameters that nobody knows, without passwords in any
/// form. A body that is no JSON object, or too long, is left out.
///
/// @param array{method: string, path: string, query: array<string>, headers: array<string, string>, body: string} $request As for an exchange.
///
/// @return string
///
/// @throws \TypeError when an entry is missing or of another type.
#[php_function]
#[php(name = "Scimpress\\redacted")]
pub(crate) fn redacted(request: &ZendHashTable) -> PhpResult<String> {
    Ok(crate::redact::request(&input::request(request)?))
}

/// A user as JSON text, out of values that stand beside their paths, as in a row of a table.
///
/// @param array<string, string> $values  Path as in PATCH (RFC 7644 section 3.5.2), such as `emails[type eq "work"].value` => text;
///        what is no string is passed over.
/// @param string|null           $schemas The extensions of users that the site declares, as JSON text.
///
/// @return array{user: ?string, error: ?string} One of both: the user, or why a value is none, one line.
///
/// @throws \Exception when the declaration is none.
#[php_function]
#[php(name = "Scimpress\\assemble")]
pub(crate) fn assemble(values: &ZendHashTable, schemas: Option<String>) -> PhpResult<ZBox<ZendHashTable>> {
    let types = crate::schema::declared::resource_types(&schemas.unwrap_or_default())
        .map_err(|error| PhpException::from_message(error.detail.replace('\0', "\u{fffd}")))?;
    output::assembled(crate::assemble::user(&input::texts(values), types.user))
}

/// Rows of `phpinfo()` and `php --ri scimpress`.
extern "C" fn info(module: *mut ModuleEntry) {
    let row = |name: &str, value: String| {
        info_table_row!(name, value.as_str());
    };
    info_table_start!();
    row("SCIM 2.0 engine (RFC 7643, RFC 7644)", "enabled".to_owned());
    row("Version", crate::VERSION.to_owned());
    row("Largest body, bytes", ini::max_body_bytes().to_string());
    row("Deepest JSON nesting", limits::MAX_JSON_DEPTH.to_string());
    row("Longest filter, bytes", limits::MAX_FILTER_BYTES.to_string());
    row("Comparisons in a filter", limits::MAX_FILTER_TERMS.to_string());
    row("Operations in a PATCH", limits::MAX_PATCH_OPERATIONS.to_string());
    row(
        "Operations in a bulk request",
        limits::MAX_BULK_OPERATIONS.to_string(),
    );
    row("Members that a request may add", limits::MAX_MEMBERS.to_string());
    row("Resources in an answer", limits::MAX_COUNT.to_string());
    row("Resources read for a query", limits::MAX_SCANNED.to_string());
    info_table_end!();
    ini::display(module);
}

/// Registers what the module builder cannot: the settings of php.ini and the exception class.
fn startup(_kind: i32, module_number: i32) -> i32 {
    const SUCCESS: i32 = 0;
    const FAILURE: i32 = -1;
    panic::report_to_error_log();
    ini::register(module_number);
    match filter::error_class().register() {
        Ok(()) => SUCCESS,
        Err(_) => FAILURE,
    }
}

/// What the extension exports beside [`filter::error_class`].
fn exports(module: ModuleBuilder) -> ModuleBuilder {
    module
        .name("scimpress")
        .version(crate::VERSION)
        .class::<attributes::Attributes>()
        .class::<exchange::Exchange>()
        .class::<filter::Filter>()
        .class::<token::Token>()
        .function(wrap_function!(assemble))
        .function(wrap_function!(fold))
        .function(wrap_function!(role_rule))
        .function(wrap_function!(redacted))
        .function(wrap_function!(version))
}

#[php_module]
#[php(startup = "startup")]
pub(crate) fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    let module = exports(module).info_function(info);
    #[cfg(feature = "probe")]
    let module = probe::register(module);
    module
}
