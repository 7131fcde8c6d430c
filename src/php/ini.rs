//! Settings of php.ini.

use std::ffi::{CStr, c_char, c_int};

use ext_php_rs::flags::IniEntryPermission;
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
    /// `ZEND_API char *zend_ini_string(const char *name, size_t name_length, int orig)`
    fn zend_ini_string(name: *const c_char, length: usize, original: c_int) -> *const c_char;
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
    // SAFETY: the name is a C string of this length. PHP answers NULL or a C string of its own, which lives until the
    // setting changes; it is read at once.
    let value = unsafe {
        let value = zend_ini_string(name.as_ptr(), name.count_bytes(), 0);
        if value.is_null() {
            c""
        } else {
            CStr::from_ptr(value)
        }
    };
    match quantity(value.to_bytes()) {
        Some(bytes) if bytes > 0 => bytes.min(MAX_BODY_BYTES_CEILING),
        _ => MAX_BODY_BYTES,
    }
}

/// A number as php.ini spells sizes: decimal digits and perhaps `K`, `M` or `G`. PHP's own reader of integers stops at the
/// letter, and `2M` would be two bytes.
fn quantity(text: &[u8]) -> Option<usize> {
    let text = text.trim_ascii();
    let (digits, unit) = match text.split_last()? {
        (b'k' | b'K', digits) => (digits, 1 << 10),
        (b'm' | b'M', digits) => (digits, 1 << 20),
        (b'g' | b'G', digits) => (digits, 1 << 30),
        _ => (text, 1),
    };
    let digits = digits.trim_ascii_end();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits.iter().fold(0_usize, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(usize::from(digit - b'0'))
    });
    Some(number.saturating_mul(unit))
}
