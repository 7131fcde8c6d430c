//! Settings of php.ini.

use std::ffi::{c_char, c_int};

use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::types::ZendLong;
use ext_php_rs::zend::{IniEntryDef, IniEntryDefs, ModuleEntry};

use crate::limits::{MAX_BODY_BYTES, MAX_BODY_BYTES_CEILING};

/// Largest request body in bytes; a site whose client sends long member lists may raise it.
static ENTRIES: IniEntryDefs<2> = IniEntryDefs::new([
    IniEntryDef::new(
        c"scimpress.max_body_bytes",
        c"2097152",
        IniEntryPermission::System,
    ),
    IniEntryDef::end(),
]);

const _: () = assert!(MAX_BODY_BYTES == 2_097_152);

unsafe extern "C" {
    /// `ZEND_API zend_long zend_ini_long(const char *name, size_t name_length, int orig)`
    fn zend_ini_long(name: *const c_char, length: usize, original: c_int) -> ZendLong;
    /// `PHPAPI void display_ini_entries(zend_module_entry *module)`
    fn display_ini_entries(module: *mut ModuleEntry);
}

pub(super) fn register(module_number: i32) {
    IniEntryDef::register(ENTRIES.as_slice(), module_number);
}

/// Prints the settings below the module's table.
pub(super) fn display(module: *mut ModuleEntry) {
    // SAFETY: PHP passes its own module entry to the info function, and this is the function PHP's headers name for it.
    unsafe { display_ini_entries(module) }
}

/// `scimpress.max_body_bytes`, at most [`MAX_BODY_BYTES_CEILING`]; the default where the setting is no positive number.
pub(super) fn max_body_bytes() -> usize {
    let name = c"scimpress.max_body_bytes";
    // SAFETY: the name is a C string of this length, and PHP only reads it.
    let value = unsafe { zend_ini_long(name.as_ptr(), name.count_bytes(), 0) };
    match usize::try_from(value) {
        Ok(bytes) if bytes > 0 => bytes.min(MAX_BODY_BYTES_CEILING),
        _ => MAX_BODY_BYTES,
    }
}
