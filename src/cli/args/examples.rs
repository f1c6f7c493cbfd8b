//! Examples of each command, shown below its long help and in its manual page.

/// The line above the examples.
pub(crate) const HEADING: &str = "Examples:";

/// Purposes and the command lines that serve them.
type Examples = &'static [(&'static str, &'static str)];

pub(super) const PROGRAM: Examples = &[
    ("Write a spreadsheet to fill in", "bulk-invite template > people.csv"),
    ("Try it without an account, network or email", "bulk-invite run people.csv --sandbox"),
    ("Check the spreadsheet", "bulk-invite check people.csv"),
    ("Invite the people in it", "bulk-invite run people.csv"),
];

pub(super) const RUN: Examples = &[
    ("Try it without an account, network or email", "bulk-invite run people.csv --sandbox"),
    ("Write what would be sent, and send nothing", "bulk-invite run people.csv --dry-run"),
    ("Invite the first 5 people", "bulk-invite run people.csv --limit 5"),
    (
        "Invite everyone unattended, with a summary for a script",
        "bulk-invite run people.csv --yes --summary summary.json",
    ),
];

pub(super) const CHECK: Examples = &[
    ("Check against the organization", "bulk-invite check people.csv"),
    ("Check without contacting Atlas", "bulk-invite check people.csv --offline"),
    ("Print the findings as JSON", "bulk-invite check people.csv --format json"),
];

pub(super) const STATUS: Examples = &[
    ("Write people.status.csv beside the results", "bulk-invite status people.results.csv"),
    ("Choose the output file", "bulk-invite status people.results.csv --output today.csv"),
];

pub(super) const AUDIT: Examples = &[
    ("Compare the results with Atlas", "bulk-invite audit people.results.csv"),
    ("Print the result as JSON", "bulk-invite audit people.results.csv --json"),
    ("Check that revoked invites are gone", "bulk-invite audit people.revoked.csv"),
];

pub(super) const REVOKE: Examples = &[
    ("Write what would be cancelled, and cancel nothing", "bulk-invite revoke people.results.csv --dry-run"),
    ("Cancel the pending invites", "bulk-invite revoke people.results.csv"),
];

pub(super) const SANDBOX: Examples = &[
    ("Listen on the default address", "bulk-invite sandbox"),
    ("Answer one request in ten with 500", "bulk-invite sandbox --fault 500@0.1"),
    ("Use any free port, and make each minute a second", "bulk-invite sandbox --listen 127.0.0.1:0 --speed 60"),
];

pub(super) const REPORT: Examples = &[
    ("Write people.results.html beside the results", "bulk-invite report people.results.csv"),
    ("Write the page to standard output", "bulk-invite report people.results.csv --output - > page.html"),
];

pub(super) const TEMPLATE: Examples = &[
    ("Write a CSV file", "bulk-invite template > people.csv"),
    ("Write an Excel workbook", "bulk-invite template --xlsx people.xlsx"),
    ("Write a map for an HR export, to fill in", "bulk-invite template --map people.csv > map.csv"),
];

pub(super) const CONFIG: Examples = &[
    ("Show the effective settings", "bulk-invite config show"),
    ("Show those of another profile", "bulk-invite config show --profile work"),
];

pub(super) const CONFIG_SHOW: Examples = &[
    ("Show the effective settings", "bulk-invite config show"),
    ("Show those of another profile", "bulk-invite config show --profile work"),
    ("Show those of another profile file", "bulk-invite config show --config team.toml"),
];

pub(super) const COMPLETIONS: Examples = &[
    ("Load completions in Bash", "source <(bulk-invite completions bash)"),
    ("Install completions for fish", "bulk-invite completions fish > ~/.config/fish/completions/bulk-invite.fish"),
];

pub(super) const MAN: Examples = &[
    ("Read the manual page", "bulk-invite man | man -l -"),
    ("Write a page for each command", "mkdir -p man1 && bulk-invite man man1"),
];

/// Returns the examples as they are shown below the long help.
pub(super) fn text(examples: Examples) -> String {
    let lines = examples.iter().map(|(purpose, command)| format!("  {purpose}:\n    {command}"));
    std::iter::once(HEADING.to_owned()).chain(lines).collect::<Vec<_>>().join("\n")
}
