//! Differences between an implementation and the document that are right.

use crate::check::Finding;

/// A difference that is right.
#[derive(Debug)]
pub struct Exemption {
    operation: &'static str,
    place: &'static str,
    text: &'static str,
    reason: &'static str,
}

impl Exemption {
    /// Creates an exemption of all findings of an operation whose place and text begin with these.
    ///
    /// An operation with a space is a method and a path, and covers this operation only; anything else covers all
    /// operations that contain it.
    pub const fn new(operation: &'static str, place: &'static str, text: &'static str, reason: &'static str) -> Self {
        Exemption { operation, place, text, reason }
    }

    fn covers(&self, finding: &Finding) -> bool {
        let whole = self.operation.contains(' ');
        let fits = if whole { finding.operation == self.operation } else { finding.operation.contains(self.operation) };
        fits && finding.place.starts_with(self.place) && finding.text.starts_with(self.text)
    }
}

/// Returns, in words, the findings that no exemption covers and the exemptions that cover no finding.
pub fn unexplained(findings: Vec<Finding>, exemptions: &[Exemption]) -> Vec<String> {
    let mut used = vec![false; exemptions.len()];
    let mut left: Vec<String> = Vec::new();
    for finding in findings {
        let covering = exemptions.iter().zip(&mut used).filter(|(exemption, _)| exemption.covers(&finding));
        if covering.map(|(_, used)| *used = true).count() == 0 {
            left.push(format!("{} ({}): {}", finding.operation, finding.place, finding.text));
        }
    }
    let unused = exemptions.iter().zip(used).filter(|(_, used)| !used);
    left.extend(unused.map(|(Exemption { operation, place, text, reason }, _)| {
        format!("the exemption of {operation:?} ({place}), {text:?} is not needed: {reason}")
    }));
    left.sort();
    left.dedup();
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uncovered_findings_and_unused_exemptions_are_returned() {
        let finding =
            |operation: &str| Finding { operation: operation.into(), place: "409".into(), text: "no way".into() };
        let exemption = Exemption::new("GET /a", "40", "no", "a reason");
        assert_eq!(unexplained(vec![finding("GET /a")], &[exemption]), [""; 0]);
        let exemption = Exemption::new("GET /a", "409", "no", "a reason");
        let left = unexplained(vec![finding("GET /a/b")], &[exemption, Exemption::new("/b", "", "", "a reason")]);
        assert_eq!(left, ["the exemption of \"GET /a\" (409), \"no\" is not needed: a reason"]);
        assert_eq!(unexplained(vec![finding("GET /c")], &[]), ["GET /c (409): no way"]);
    }
}
