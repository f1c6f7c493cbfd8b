//! The promise: nothing lost, nobody invited twice, whatever breaks.

use std::collections::HashMap;

use atlas_sandbox::{Ledger, Running};

use super::{Invocation, World};

/// A job against a sandbox that is to end well, however often it has to be continued.
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

    /// Runs the same command until all is settled well, then holds the results against the server's ledger.
    #[track_caller]
    pub(crate) fn is_kept(&self) {
        let mut told = Vec::new();
        let done = (0..12).any(|_| {
            let finished = self.run().finish();
            told.push(finished.told());
            matches!(finished.code(), Some(0))
        });
        assert!(done, "not done after so many runs\n{}", told.join("\n"));
        self.holds(&told.join("\n"));
    }

    /// Every row has one line, every invitation that exists is reported with its own id, and nobody got two emails.
    #[track_caller]
    fn holds(&self, told: &str) {
        let (results, ledger) = (self.world.results(), self.ledger());
        assert_eq!(ledger.invited_twice(), Vec::<&str>::new(), "{told}");
        assert_eq!(results.column("email"), self.people, "a line a row, in their order\n{told}");
        let rows: Vec<String> = (2..2 + self.people.len()).map(|row| row.to_string()).collect();
        assert_eq!(results.column("row"), rows, "{told}");
        let made: HashMap<String, &str> =
            ledger.created.iter().map(|made| (made.email.to_lowercase(), made.id.as_str())).collect();
        for line in &results.lines {
            let email = line.get("email");
            let id = made.get(&email.to_lowercase()).unwrap_or_else(|| panic!("{email} was not invited\n{told}"));
            assert_eq!((line.get("status"), line.get("invite_id")), ("invited", *id), "{email}\n{told}");
        }
        assert_eq!(made.len(), self.people.len(), "nobody else was invited\n{told}");
    }
}
