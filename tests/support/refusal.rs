//! What a row of a table expects of an error.

use serde::Deserialize;

use super::answer::assert_style;
use super::client::Reply;

/// What an error must say.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Refusal {
    #[serde(default = "bad_request")]
    status: u16,
    scim_type: Option<String>,
    detail: String,
}

fn bad_request() -> u16 {
    400
}

impl Refusal {
    pub(crate) fn assert(&self, reply: &Reply) {
        assert_eq!(reply.status, self.status, "{}", reply.text);
        assert_eq!(reply.scim_type(), self.scim_type, "{}", reply.text);
        let detail = reply.detail();
        assert!(
            detail.contains(&self.detail),
            "expected '{}' in: {detail}",
            self.detail
        );
        assert_style(&detail);
    }
}
