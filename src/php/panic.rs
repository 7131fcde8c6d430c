//! What becomes of a panic's message.

use std::ffi::{CString, c_char, c_int};

/// `LOG_ERR` of syslog.
const ERROR: c_int = 3;

unsafe extern "C" {
    /// `PHPAPI ZEND_COLD void php_log_err_with_severity(const char *log_message, int syslog_type_int)`
    fn php_log_err_with_severity(message: *const c_char, severity: c_int);
}

/// Sends the place of every panic to PHP's error log.
///
/// Rust would print to standard error, which php-fpm drops unless told otherwise, and it would print the message, in which
/// the standard library quotes the text it was working on: a person's name, for instance.
pub(super) fn report_to_error_log() {
    std::panic::set_hook(Box::new(|panic| {
        let place = match panic.location() {
            Some(place) => format!("{}:{}", place.file(), place.line()),
            None => "an unknown place".to_owned(),
        };
        let line = format!(
            "scimpress {}: defect at {place}, the request ends with an error; please report it",
            crate::VERSION
        );
        if let Ok(line) = CString::new(line) {
            // SAFETY: the line is a C string, which PHP copies. Writing to the log runs no PHP code, so nothing can
            // re-enter the engine. Panics happen on the thread that PHP called.
            unsafe { php_log_err_with_severity(line.as_ptr(), ERROR) }
        }
    }));
}
