//! The PHP extension. Only this room may name zend types: each export converts, calls the engine, converts back.

#![expect(
    unsafe_code,
    reason = "the bindings' macros expand to unsafe code, and one symbol of PHP is declared here"
)]
#![expect(
    clippy::doc_markdown,
    reason = "the docs of exports become PHP docblocks, whose tags are no Markdown"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "the bindings hand arguments over by value"
)]

mod convert;
mod exchange;
mod filter;
mod ini;
#[cfg(feature = "probe")]
mod probe;
mod token;

use ext_php_rs::prelude::*;
use ext_php_rs::zend::ModuleEntry;
use ext_php_rs::{info_table_end, info_table_row, info_table_start};

use crate::limits;

/// Version of the extension, such as `0.1.0`.
///
/// @return string
#[php_function]
#[php(name = "Scimpress\\version")]
pub(crate) fn version() -> &'static str {
    crate::VERSION
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
    row("Resources in an answer", limits::MAX_COUNT.to_string());
    row("Users read for a filter", limits::MAX_SCANNED.to_string());
    info_table_end!();
    ini::display(module);
}

/// Registers the settings of php.ini.
fn startup(_kind: i32, module_number: i32) -> i32 {
    ini::register(module_number);
    0
}

/// Everything that the extension exports.
fn exports(module: ModuleBuilder) -> ModuleBuilder {
    module
        .name("scimpress")
        .version(crate::VERSION)
        .class::<filter::FilterError>()
        .class::<exchange::Exchange>()
        .class::<filter::Filter>()
        .class::<token::Token>()
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
