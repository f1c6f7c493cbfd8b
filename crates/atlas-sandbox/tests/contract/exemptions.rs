//! Differences between the sandbox's answers and the document that are right.

use openapi_contract::Exemption;

pub(crate) const EXEMPTIONS: &[Exemption] = &[
    Exemption::new(
        "",
        "4",
        "type at /parameters/*: ",
        "described as objects; recorded answers have strings and numbers",
    ),
    Exemption::new(
        "POST /api/atlas/v2/orgs/{orgId}/invites",
        "409",
        "the status is not described",
        "the answer to a duplicate is not known; public scripts expect 409",
    ),
    Exemption::new(
        "GET /api/atlas/v2/orgs/{orgId}/users",
        "200",
        "required at /results/*: \"mobileNumber\"",
        "the older form requires fields that only a request to create an account can have",
    ),
    Exemption::new(
        "GET /api/atlas/v2/orgs/{orgId}/users",
        "200",
        "required at /results/*: \"password\"",
        "the same; no server answers passwords",
    ),
    Exemption::new(
        "/invites",
        "200",
        "format at /inviterUsername: ",
        "described as an email address; recorded answers to an API key have its public key",
    ),
    Exemption::new("/invites", "200", "format at /*/inviterUsername: ", "the same in the list"),
    Exemption::new("/users", "20", "format at /inviterUsername: ", "the same of a pending user"),
    Exemption::new("/users", "200", "format at /results/*/inviterUsername: ", "the same in the list"),
    Exemption::new("", "402", "the status is not described", "ACCOUNT_SUSPENDED is documented elsewhere"),
    Exemption::new(
        "",
        "405",
        "the status is not described",
        "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES is documented elsewhere",
    ),
    Exemption::new("", "405", "the method is not described", "recorded: an empty body and Allow"),
    Exemption::new("OPTIONS", "200", "the method is not described", "every resource has OPTIONS"),
    Exemption::new("", "406", "the status is not described", "reported for Accept headers without a version"),
    Exemption::new("", "415", "the status is not described", "a guess, for bodies that are not JSON"),
    Exemption::new("", "503", "the status is not described", "an example of the full document, and outages"),
    Exemption::new(
        "GET /api/atlas/v2/rateLimits",
        "404",
        "the status is not described",
        "an unknown organization needs some answer",
    ),
    Exemption::new("GET /api/atlas/v2", "400", "the status is not described", "an unknown parameter needs some answer"),
    Exemption::new("GET /api/atlas/v2/nothing", "404", "the path is not described", "a path that does not exist"),
];
