//! The documented errors by which Atlas refuses one person for reasons that a sandbox does not have of its own: whom they
//! strike is for [`Options::refusals`] to say.
//!
//! [`Options::refusals`]: crate::Options::refusals

use http::StatusCode;
use serde_json::{Value, json};

use crate::options::Options;
use crate::problem::Problem;

/// Returns the refusal that the options set for this address or its domain.
pub(crate) fn configured(options: &Options, username: &str, org: &str) -> Option<Problem> {
    let refusals = &options.refusals;
    if refusals.is_empty() {
        return None;
    }
    let domain = username.rfind('@').map(|at| &username[at..]);
    let code = refusals.get(username).or_else(|| refusals.get(domain?))?;
    Some(refusal(code, username, org))
}

/// Creates the error with this code. Statuses and texts are as documented or recorded if they are known; any other code is
/// a 400 with a text of the sandbox's own. A status in front of the code, as in `403:SOME_CODE`, overrides the status.
fn refusal(code: &str, username: &str, org: &str) -> Problem {
    const BAD_REQUEST: StatusCode = StatusCode::BAD_REQUEST;
    let stated = code.split_once(':').and_then(|(status, code)| Some((status.parse().ok()?, code)));
    if let Some((status, code)) = stated {
        return Problem { status, ..refusal(code, username, org) };
    }
    let nothing: Vec<Value> = Vec::new();
    let name = || vec![json!(username)];
    let (status, detail, parameters) = match code {
        "USER_ORGS_RESTRICTED" => {
            let text =
                format!("User {username} cannot create or join organizations because of federation restrictions.");
            (StatusCode::FORBIDDEN, text, name())
        }
        "DOMAIN_NOT_IN_ALLOW_LIST" => {
            let text = format!(
                "User {username} cannot be added because the domain of the username is not in the allow list of the \
                 organization."
            );
            (BAD_REQUEST, text, name())
        }
        "DEFAULT_INVITATION_EXCEPTION" => {
            let text = format!("Failed to send an invitation to ({username}) to join ({org}).");
            (BAD_REQUEST, text, vec![json!(username), json!(org)])
        }
        "USER_ALREADY_EXISTS" => {
            (StatusCode::CONFLICT, format!("A user with username {username} already exists."), name())
        }
        "CANNOT_ADD_PENDING_USER" => (StatusCode::NOT_FOUND, format!("User {username} is still pending."), name()),
        "INVALID_EMAIL_ADDRESS" => (BAD_REQUEST, "An invalid email address was specified.".to_owned(), nothing),
        "INVALID_DOMAIN_IN_USERNAME" => (BAD_REQUEST, "The domain of the username is reserved.".to_owned(), name()),
        "BLOCKED_USERNAME" => (BAD_REQUEST, "The specified username is not allowed.".to_owned(), name()),
        "VALIDATION_ERROR" => {
            let text = format!("{username} cannot be invited.");
            let detail = format!("The request content produced the validation error: {text}.");
            (BAD_REQUEST, detail, vec![json!(text)])
        }
        "MAX_ORGS_PER_USER_EXCEEDED" => {
            let text = format!("Maximum number of organizations per user (250) exceeded for {username}.");
            (BAD_REQUEST, text, vec![json!("250"), json!(username)])
        }
        _ => (BAD_REQUEST, format!("User {username} was refused."), name()),
    };
    Problem::new(status, code, detail, parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_before_its_domain() {
        let mut options = Options::default();
        options.refusals.insert("@example.org".into(), "DOMAIN_NOT_IN_ALLOW_LIST".into());
        options.refusals.insert("eve@example.org".into(), "USER_ORGS_RESTRICTED".into());
        options.refusals.insert("bob@example.org".into(), "403:REFUSED".into());
        for (username, refused) in [
            ("eve@example.org", Some((403, "USER_ORGS_RESTRICTED"))),
            ("bob@example.org", Some((403, "REFUSED"))),
            ("ann@example.org", Some((400, "DOMAIN_NOT_IN_ALLOW_LIST"))),
            ("eve@example.com", None),
        ] {
            let problem = configured(&options, username, "an org");
            let found = problem.as_ref().map(|problem| (problem.status.as_u16(), problem.code.as_str()));
            assert_eq!(found, refused, "{username}");
        }
    }
}
