//! The parts of an output that differ from run to run, and what replaces them in a snapshot.

use insta::Settings;

/// A pattern and its replacement, by what the pattern finds.
const REDACTIONS: [(&str, &str, &str); 14] = [
    ("the style of a page", r"(?s)<style>.*?</style>", "<style>[style]</style>"),
    ("the script of a page", r"(?s)<script>.*?</script>", "<script>[script]</script>"),
    ("a hash of these", r"'sha256-[^']+'", "'[hash]'"),
    ("the pace of a run", r"(?s)(<h2>Pace</h2>).*?</section>", "${1}\n[pace]\n</section>"),
    ("the folder of a test", r"(/[\w.+-]+)+/\.tmp\w{6}", "[folder]"),
    ("a time in results and logs", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[time]"),
    ("a time on a page", r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "[time]"),
    ("the date in a file's name", r"\.\d{8}T\d{6}Z", ".[date]"),
    ("how long a run took", r"( rows? in )\d+(\.\d+)? (ms|s)\b", "${1}[duration]"),
    ("how long requests were held", r"(waited )\d+(\.\d+)? (ms|s)\b", "${1}[duration]"),
    ("how long a limit holds the rest", r"(takes at least )\d+ s", "${1}[duration]"),
    ("durations in JSON", r#"("(?:elapsed|waited)_ms":)\d+"#, "${1}[duration]"),
    ("a port of this machine", r"(127\.0\.0\.1|0\.0\.0\.0|localhost):\d+", "${1}:[port]"),
    ("an id that the sandbox made", r"\b[0-9a-f]{8}5a4db0[0-9a-f]{10}\b", "[id]"),
];

/// Returns the settings of every snapshot.
pub(super) fn settings() -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (_, pattern, replacement) in REDACTIONS {
        settings.add_filter(pattern, replacement);
    }
    settings
}
