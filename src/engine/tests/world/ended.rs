//! What is left of a run that is over: the requests that it made, its summary, its results; and what is done next.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::sleep;

use super::{RUN_RESULTS, World, email, name};
use crate::engine::Summary;
use crate::model::exit::Exit;
use crate::model::reason::StopReason;
use crate::model::status::JobKind;

/// A run that is over.
pub(in crate::engine::tests) struct Run {
    pub(super) world: World,
    /// When each request came and what it was, in seconds from the beginning of the world.
    pub(in crate::engine::tests) requests: Vec<String>,
    pub(super) lines: Vec<csv::StringRecord>,
    /// None where the run was killed.
    pub(in crate::engine::tests) summary: Option<Summary>,
    pub(in crate::engine::tests) took: f64,
}

impl Run {
    /// The person's last line, which is the only one unless the run was killed.
    fn of(&self, person: &str) -> &csv::StringRecord {
        let email = email(person);
        self.lines
            .iter()
            .rfind(|line| line[1] == email)
            .unwrap_or_else(|| panic!("no line for {person}: {:?}", self.lines))
    }

    /// A person's line, without what is empty: `invited i-ada http 201 x1`; the last is the number of attempts.
    pub(in crate::engine::tests) fn line(&self, person: &str) -> String {
        self.shown(self.of(person))
    }

    /// Every line: `2 ada invited i-ada http 201 x1`.
    pub(in crate::engine::tests) fn lines(&self) -> Vec<String> {
        self.lines.iter().map(|line| format!("{} {} {}", &line[0], name(&line[1]), self.shown(line))).collect()
    }

    fn shown(&self, line: &csv::StringRecord) -> String {
        let http = if line[6].is_empty() { String::new() } else { format!("http {}", &line[6]) };
        let attempts = format!("x{}", &line[9]);
        let cells = [&line[3], &line[4], &http, &line[7], &attempts];
        cells.into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Every line's status, in the order of the file: `ada invited`.
    pub(in crate::engine::tests) fn fates(&self) -> Vec<String> {
        self.lines.iter().map(|line| format!("{} {}", name(&line[1]), &line[3])).collect()
    }

    pub(in crate::engine::tests) fn detail(&self, person: &str) -> &str {
        &self.of(person)[8]
    }

    /// From the row's first request to its end, in seconds.
    pub(in crate::engine::tests) fn elapsed(&self, person: &str) -> f64 {
        self.of(person)[10].parse::<f64>().unwrap() / 1000.0
    }

    fn summary(&self) -> &Summary {
        self.summary.as_ref().expect("the run was killed")
    }

    /// This run's results.
    pub(in crate::engine::tests) fn results(&self) -> PathBuf {
        self.world.results()
    }

    /// The results of the run that invited, where this is another command.
    pub(in crate::engine::tests) fn run_results(&self) -> PathBuf {
        self.world.folder.path().join(RUN_RESULTS)
    }

    pub(in crate::engine::tests) fn halt(&self) -> Option<StopReason> {
        self.summary().halt.as_ref().map(|halt| halt.reason())
    }

    pub(in crate::engine::tests) fn exit(&self) -> Exit {
        self.summary().exit()
    }

    /// The same command again, so many seconds later, with the same sheet and an Atlas without a script.
    pub(in crate::engine::tests) async fn again_after(self, seconds: f64) -> World {
        sleep(Duration::from_secs_f64(seconds)).await;
        let World { folder, keys, beginning, sheet, organizations, options, api, pace, ahead, kind, .. } = self.world;
        World { folder, keys, beginning, sheet, organizations, options, api, pace, ahead, kind, ..World::new() }
    }

    /// What this run did is taken back at once, by an Atlas without a script that holds nobody yet.
    pub(in crate::engine::tests) fn revoke(self) -> World {
        let World { folder, keys, beginning, sheet, organizations, options, pace, ahead, .. } = self.world;
        let kind = JobKind::Revoke;
        World { folder, keys, beginning, sheet, organizations, options, pace, ahead, kind, ..World::new() }
    }

    /// The same command again at once.
    pub(in crate::engine::tests) async fn again(self) -> World {
        self.again_after(0.0).await
    }
}
