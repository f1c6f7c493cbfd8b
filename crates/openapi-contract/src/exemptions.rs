//! What the document omits or contradicts, each with its reason. Nothing else may differ, and nothing may be listed that
//! does not differ.

use super::check::Finding;

/// A difference that is right.
pub(crate) struct Exemption {
    /// Some of the operation: of `POST /api/atlas/v2/orgs/{orgId}/invites`, say.
    operation: &'static str,
    /// `request`, or some of the status.
    place: &'static str,
    /// How the finding begins.
    text: &'static str,
    /// The document in which it is one.
    document: Within,
    reason: &'static str,
}

/// The documents that lack something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Any,
    /// One that was cut down to the endpoints in use, too far.
    CutDown,
}

const fn exempt(
    operation: &'static str,
    place: &'static str,
    text: &'static str,
    document: Within,
    reason: &'static str,
) -> Exemption {
    Exemption { operation, place, text, document, reason }
}

/// Of the client's requests.
pub(crate) const REQUESTS: &[Exemption] = &[exempt(
    "GET /api/atlas/v2/orgs/{orgId}",
    "request",
    "the security scheme \"\" is not described",
    Within::Any,
    "digest begins with a request without credentials, to be challenged (RFC 7616, 3.3)",
)];

/// Of the sandbox's answers.
pub(crate) const ANSWERS: &[Exemption] = &[
    exempt(
        "",
        "4",
        "type at /parameters/*: ",
        Within::Any,
        "described as objects; recorded answers hold strings and numbers",
    ),
    exempt(
        "POST /api/atlas/v2/orgs/{orgId}/invites",
        "409",
        "the status is not described",
        Within::Any,
        "what a duplicate is answered is not known; public scripts expect 409",
    ),
    exempt(
        "GET /api/atlas/v2/orgs/{orgId}/users",
        "200",
        "required at /results/*: \"mobileNumber\"",
        Within::Any,
        "the older shape requires what only a request to create an account can have",
    ),
    exempt(
        "GET /api/atlas/v2/orgs/{orgId}/users",
        "200",
        "required at /results/*: \"password\"",
        Within::Any,
        "the same; no server answers passwords",
    ),
    exempt(
        "/invites",
        "200",
        "format at /inviterUsername: ",
        Within::Any,
        "described as an email address; recorded answers to an API key hold its public key",
    ),
    exempt("/invites", "200", "format at /*/inviterUsername: ", Within::Any, "the same in the list"),
    exempt("/users", "20", "format at /inviterUsername: ", Within::Any, "the same of a pending user"),
    exempt("/users", "200", "format at /results/*/inviterUsername: ", Within::Any, "the same in the list"),
    exempt("", "402", "the status is not described", Within::Any, "ACCOUNT_SUSPENDED is documented elsewhere"),
    exempt(
        "",
        "405",
        "the status is not described",
        Within::Any,
        "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES is documented elsewhere",
    ),
    exempt("", "405", "the method is not described", Within::Any, "recorded: an empty body and Allow"),
    exempt("OPTIONS", "200", "the method is not described", Within::Any, "every resource knows OPTIONS"),
    exempt("", "406", "the status is not described", Within::Any, "reported for Accept headers without a version"),
    exempt("", "415", "the status is not described", Within::Any, "a guess, for bodies that are not JSON"),
    exempt("", "503", "the status is not described", Within::Any, "an example of the full document, and outages"),
    exempt(
        "GET /api/atlas/v2/rateLimits",
        "404",
        "the status is not described",
        Within::Any,
        "an unknown organization has to be answered somehow",
    ),
    exempt("GET /api/atlas/v2", "400", "the status is not described", Within::Any, "so has an unknown parameter"),
    exempt("GET /api/atlas/v2/nothing", "404", "the path is not described", Within::Any, "that is the point"),
    exempt("/users/", "", "the path is not described", Within::CutDown, "GET and DELETE of one user were cut"),
];

/// The findings that no exemption covers and the exemptions that cover no finding, in words.
pub(crate) fn unexplained(findings: Vec<Finding>, exemptions: &[Exemption], cut_down: bool) -> Vec<String> {
    let mut needed = vec![false; exemptions.len()];
    let mut left: Vec<String> = Vec::new();
    for finding in findings {
        let covers = exemptions.iter().zip(&mut needed).filter(|(exemption, _)| exemption.covers(&finding));
        let covered = covers.map(|(_, needed)| *needed = true).count() > 0;
        if !covered {
            left.push(format!("{} ({}): {}", finding.operation, finding.place, finding.text));
        }
    }
    let idle = exemptions.iter().zip(needed).filter(|(exemption, needed)| !needed && exemption.is_due(cut_down));
    left.extend(idle.map(|(exemption, _)| {
        let Exemption { operation, place, text, reason, .. } = exemption;
        format!("nothing needs the exemption of {operation:?} ({place}), {text:?}: {reason}")
    }));
    left.sort();
    left.dedup();
    left
}

impl Exemption {
    /// An operation with a path is exempt as a whole; anything shorter in all that contain it.
    fn covers(&self, finding: &Finding) -> bool {
        let whole = self.operation.contains(' ');
        let fits = if whole { finding.operation == self.operation } else { finding.operation.contains(self.operation) };
        fits && finding.place.starts_with(self.place) && finding.text.starts_with(self.text)
    }

    fn is_due(&self, cut_down: bool) -> bool {
        self.document == Within::Any || cut_down
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_and_what_is_listed_in_vain_are_told() {
        let finding = |operation: &str, place: &str, text: &str| Finding {
            operation: operation.into(),
            place: place.into(),
            text: text.into(),
        };
        let list = [exempt("GET /a", "409", "no", Within::Any, "so"), exempt("/b", "", "", Within::CutDown, "so")];
        assert_eq!(unexplained(vec![finding("GET /a", "409", "no way")], &list, false), [""; 0]);
        let left = unexplained(vec![finding("GET /a/b", "409", "no way")], &list, true);
        assert_eq!(left, ["nothing needs the exemption of \"GET /a\" (409), \"no\": so"]);
        assert_eq!(unexplained(vec![finding("GET /c", "200", "no")], &list, true).len(), 3);
    }
}
