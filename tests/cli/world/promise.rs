//! The promise: nothing is lost and no person is invited twice, despite any fault.

use std::collections::HashMap;

use atlas_sandbox::{Ledger, Running};

use super::{Invocation, World};

/// A job against a sandbox that has to succeed in the end, with as many runs as it takes.
pub(crate) struct Promise<'a> {
    pub(crate) world: &'a World,
    pub(crate) sandbox: &'a Running,
    pub(crate) people: Vec<String>,
    pub(crate) arguments: Vec<&'static str>,
}

impl Promise<'_> {
    /// The command, always the same.
    pub(crate) fn run(&self) -> Invocation {
        self.world.invite(&self.sandbox.base_url()).args(&self.arguments)
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.sandbox.sandbox().ledger()
    }

    /// Runs the same command until it succeeds, then compares the results with the server's ledger.
    #[track_caller]
    pub(crate) fn is_kept(&self) {
        let mut output = Vec::new();
        let done = (0..12).any(|_| {
            let finished = self.run().finish();
            output.push(finished.output());
            matches!(finished.code(), Some(0))
        });
        assert!(done, "not done after 12 runs\n{}", output.join("\n"));
        self.holds(&output.join("\n"));
    }

    /// Asserts that every row has one line, that every invitation is reported with its own id, and that no person got two
    /// emails.
    #[track_caller]
    fn holds(&self, output: &str) {
        let (results, ledger) = (self.world.results(), self.ledger());
        assert_eq!(ledger.invited_twice(), Vec::<&str>::new(), "{output}");
        assert_eq!(results.column("email"), self.people, "a line a row, in their order\n{output}");
        let rows: Vec<String> = (2..2 + self.people.len()).map(|row| row.to_string()).collect();
        assert_eq!(results.column("row"), rows, "{output}");
        let made: HashMap<String, &str> =
            ledger.created.iter().map(|made| (made.email.to_lowercase(), made.id.as_str())).collect();
        for line in &results.lines {
            let email = line.get("email");
            let id = made.get(&email.to_lowercase()).unwrap_or_else(|| panic!("{email} was not invited\n{output}"));
            assert_eq!((line.get("status"), line.get("invite_id")), ("invited", *id), "{email}\n{output}");
        }
        assert_eq!(made.len(), self.people.len(), "no other person was invited\n{output}");
    }
}
