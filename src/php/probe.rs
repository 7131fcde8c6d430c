//! Exports for the extension's own tests. Never part of a package.

use ext_php_rs::describe::{Module, ToStub};
use ext_php_rs::prelude::*;

/// Panics, to show that a worker survives it.
#[php_function]
#[php(name = "Scimpress\\Probe\\panic")]
#[expect(clippy::panic, reason = "that is its purpose")]
pub(crate) fn probe_panic() {
    panic!("a panic on demand");
}

/// The PHP stubs of the extension.
#[php_function]
#[php(name = "Scimpress\\Probe\\stubs")]
pub(crate) fn probe_stubs() -> PhpResult<String> {
    let module = super::exports(ModuleBuilder::new("scimpress", crate::VERSION));
    Module::from(module)
        .to_stub()
        .map_err(|error| error.to_string().into())
}

pub(super) fn register(module: ModuleBuilder) -> ModuleBuilder {
    module
        .function(wrap_function!(probe_panic))
        .function(wrap_function!(probe_stubs))
}
