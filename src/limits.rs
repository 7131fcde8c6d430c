//! Every limit of the engine, with its unit and its reason.
//!
//! PHP can't limit Rust: allocations here are outside `memory_limit`, time is outside
//! `max_execution_time`, and a recursion that is too deep is a segmentation fault rather than an error.

/// Largest request body, in bytes. Entra's largest known PATCH has 36 operations and 6 kB; full member lists of
/// other clients reach several hundred kB. `scimpress.max_body_bytes` in php.ini changes it.
pub const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// Upper end of what `scimpress.max_body_bytes` may be set to, in bytes: a worker holds a body about five times.
pub const MAX_BODY_BYTES_CEILING: usize = 64 * 1024 * 1024;

/// Deepest nesting of objects and arrays in a body. A SCIM resource needs four levels (RFC 7643 §2.3.8 forbids
/// complex attributes inside complex attributes).
pub const MAX_JSON_DEPTH: usize = 16;

/// Longest filter, in bytes: what URL lengths of common servers let through.
pub const MAX_FILTER_BYTES: usize = 8 * 1024;

/// Deepest nesting of groups, `not` and value paths in a filter.
pub const MAX_FILTER_DEPTH: usize = 32;

/// Most comparisons in one filter; bounds the cost of matching one resource.
pub const MAX_FILTER_TERMS: usize = 128;

/// Longest PATCH path, in bytes.
pub const MAX_PATH_BYTES: usize = 2 * 1024;

/// Most operations in one PATCH request. Microsoft's validator sends 36; other clients send one for each member.
pub const MAX_PATCH_OPERATIONS: usize = 2_000;

/// Most operations in one bulk request. Each is a transaction of its own, and PHP ends a request after a while.
pub const MAX_BULK_OPERATIONS: usize = 1_000;

/// Most values of one multi-valued attribute of a user.
pub const MAX_VALUES: usize = 1_000;

/// Most members that one request may add to a group. Okta pushes full lists.
pub const MAX_MEMBERS: usize = 100_000;

/// Members fetched from the store at a time.
pub const MEMBER_PAGE: usize = 5_000;

/// Most groups whose members' groups are followed for one answer: groups may be nested, and nested in a circle.
pub const MAX_GROUP_CLOSURE: usize = 10_000;

/// Longest `userName`, `externalId` and `objectId`, in characters: the width of their indexed columns.
pub const MAX_KEY_CHARS: usize = 255;

/// Longest e-mail address, in characters: the width of WordPress's `user_email` column.
pub const MAX_EMAIL_CHARS: usize = 100;

/// Longest display name that WordPress's `display_name` column holds, in characters.
pub const MAX_DISPLAY_NAME_CHARS: usize = 250;

/// Longest password, in bytes: what WordPress hashes, and more than anybody types.
pub const MAX_PASSWORD_BYTES: usize = 4096;

/// Resources in an answer when the client does not say (RFC 7644 §3.4.2.4).
pub const DEFAULT_COUNT: usize = 100;

/// Most resources in one answer (`filter.maxResults` of the ServiceProviderConfig).
pub const MAX_COUNT: usize = 200;

/// Records fetched from the store at a time while a filter is evaluated; bounds memory.
pub const SCAN_PAGE: usize = 200;

/// Most records that one filter may be evaluated on before the request is refused with `tooMany`.
pub const MAX_SCANNED: usize = 100_000;

/// How often an update is applied again after another request changed the resource in between.
pub const MAX_UPDATE_ATTEMPTS: usize = 10;

/// Most role rules of a site: each is tried on every user, and all of them are loaded with every request.
pub const MAX_ROLE_RULES: usize = 100;

/// Longest value of a role rule, in characters: a name, an id or a filter that a person wrote.
pub const MAX_ROLE_RULE_CHARS: usize = 500;

/// Most users that one exchange brings in line with the rules; bounds memory.
pub const MAX_SETTLED: usize = 500;

/// Longest piece of a client's input that an error text repeats, in characters.
pub const MAX_QUOTED_CHARS: usize = 80;

/// Longest message of WordPress that an error text repeats, in characters.
pub const MAX_QUOTED_TEXT_CHARS: usize = 300;

/// Longest value that an entry of the journal repeats, in characters: the longest key, or a sentence.
pub const MAX_JOURNAL_VALUE_CHARS: usize = 255;

/// Most attributes that one entry of the journal names.
pub const MAX_JOURNAL_ATTRIBUTES: usize = 100;

/// Most members who join, and most who leave, that one entry of the journal names.
pub const MAX_JOURNAL_MEMBERS: usize = 50;

/// Longest body that is shown without its secrets, in bytes. Longer ones are lists of members, which the journal sums up.
pub const MAX_SHOWN_BODY_BYTES: usize = 16 * 1024;

/// Shortest secret token, in bytes. Generated ones have 43.
pub const MIN_TOKEN_BYTES: usize = 16;

/// Longest secret token, in bytes.
pub const MAX_TOKEN_BYTES: usize = 4096;

/// Most mappings of attributes of a site: each is evaluated on every change of a user.
pub const MAX_MAPPINGS: usize = 100;

/// Most paths, extensions and texts that are suggested to whoever writes mappings and rules: a list for a person to read.
pub const MAX_RECEIVED: usize = 100;

/// Longest declaration of schemas, in bytes. It is read with every request of the site.
pub const MAX_DECLARATION_BYTES: usize = 64 * 1024;

/// Most schemas that a site may declare.
pub const MAX_DECLARED_SCHEMAS: usize = 20;

/// Most attributes that a site may declare, in all schemas together.
pub const MAX_DECLARED_ATTRIBUTES: usize = 200;

/// Longest URN of a declared schema, in bytes; it is a part of every name that a filter may have.
pub const MAX_URN_BYTES: usize = 200;

/// Longest name of a declared attribute, in bytes.
pub const MAX_ATTRIBUTE_NAME_BYTES: usize = 60;

/// Longest name or description of a declared schema or attribute, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 200;

/// Most bytes of the tables that one process makes of declarations. They stay until it ends, so that each declaration costs
/// once; this bounds a worker that serves a network of many sites, or one where somebody saves again and again.
pub const MAX_DECLARED_TABLE_BYTES: usize = 16 * 1024 * 1024;
