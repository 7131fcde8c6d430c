//! Exports for the extension's own tests. Never part of a package.

use ext_php_rs::describe::{Class, Module, ToStub};
use ext_php_rs::prelude::*;

use super::exchange::Exchange;

/// Panics, to show that a worker survives it.
#[php_function]
#[php(name = "Scimpress\\Probe\\panic")]
#[expect(clippy::panic, reason = "that is its purpose")]
pub(crate) fn probe_panic() {
    panic!("a panic on demand");
}

/// An exchange that has one need, and panics once it is met.
#[php_function]
#[php(name = "Scimpress\\Probe\\defective")]
pub(crate) fn probe_defective() -> Exchange {
    Exchange::defective()
}

/// The PHP stubs of the extension.
#[php_function]
#[php(name = "Scimpress\\Probe\\stubs")]
pub(crate) fn probe_stubs() -> PhpResult<String> {
    let module = super::exports(ModuleBuilder::new("scimpress", crate::VERSION));
    let exports = Module::from(module)
        .to_stub()
        .map_err(|error| error.to_string())?;
    let error_class = Class::from(super::filter::error_class())
        .to_stub()
        .map_err(|error| error.to_string())?;
    Ok(format!("{exports}\nnamespace Scimpress {{\n{error_class}}}\n"))
}

pub(super) fn register(module: ModuleBuilder) -> ModuleBuilder {
    module
        .function(wrap_function!(probe_panic))
        .function(wrap_function!(probe_defective))
        .function(wrap_function!(probe_stubs))
}
