//! A finished run: its requests, summary and results, and the commands that may follow.

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::sleep;

use super::{RUN_RESULTS, World, email, name};
use crate::engine::Summary;
use crate::model::exit::Exit;
use crate::model::reason::StopReason;
use crate::model::status::JobKind;

/// A finished run.
pub(in crate::engine::tests) struct Run {
    pub(super) world: World,
    /// The requests, each with the seconds since the first run began: `0.5 invite ada`.
    pub(in crate::engine::tests) requests: Vec<String>,
    pub(super) lines: Vec<csv::StringRecord>,
    /// `None` if the run was killed.
    pub(in crate::engine::tests) summary: Option<Summary>,
    pub(in crate::engine::tests) took: f64,
}

impl Run {
    /// Returns the person's last line. It is the only one, unless the run was killed.
    fn of(&self, person: &str) -> &csv::StringRecord {
        let email = email(person);
        self.lines
            .iter()
            .rfind(|line| line[1] == email)
            .unwrap_or_else(|| panic!("no line for {person}: {:?}", self.lines))
    }

    /// Returns a person's line without empty columns: `invited i-ada http 201 x1`. The last is the number of attempts.
    pub(in crate::engine::tests) fn line(&self, person: &str) -> String {
        self.shown(self.of(person))
    }

    /// Returns every line: `2 ada invited i-ada http 201 x1`.
    pub(in crate::engine::tests) fn lines(&self) -> Vec<String> {
        self.lines.iter().map(|line| format!("{} {} {}", &line[0], name(&line[1]), self.shown(line))).collect()
    }

    fn shown(&self, line: &csv::StringRecord) -> String {
        let http = if line[6].is_empty() { String::new() } else { format!("http {}", &line[6]) };
        let attempts = format!("x{}", &line[9]);
        let cells = [&line[3], &line[4], &http, &line[7], &attempts];
        cells.into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Returns the status of every line: `ada invited`.
    pub(in crate::engine::tests) fn statuses(&self) -> Vec<String> {
        self.lines.iter().map(|line| format!("{} {}", name(&line[1]), &line[3])).collect()
    }

    pub(in crate::engine::tests) fn detail(&self, person: &str) -> &str {
        &self.of(person)[8]
    }

    /// Returns the seconds from the row's first request to its end.
    pub(in crate::engine::tests) fn elapsed(&self, person: &str) -> f64 {
        self.of(person)[10].parse::<f64>().unwrap() / 1000.0
    }

    fn summary(&self) -> &Summary {
        self.summary.as_ref().expect("the run was killed")
    }

    /// Returns the path of this run's results.
    pub(in crate::engine::tests) fn results(&self) -> PathBuf {
        self.world.results()
    }

    /// Returns the path of the results of the run that invited, if this is a revoke.
    pub(in crate::engine::tests) fn run_results(&self) -> PathBuf {
        self.world.folder.path().join(RUN_RESULTS)
    }

    pub(in crate::engine::tests) fn halt(&self) -> Option<StopReason> {
        self.summary().halt.as_ref().map(|halt| halt.reason())
    }

    pub(in crate::engine::tests) fn exit(&self) -> Exit {
        self.summary().exit()
    }

    /// Returns the world for the same command again, this number of seconds later, with the same sheet and no script.
    pub(in crate::engine::tests) async fn again_after(self, seconds: f64) -> World {
        sleep(Duration::from_secs_f64(seconds)).await;
        let World { folder, keys, beginning, sheet, organizations, options, api, pace, ahead, inviter, kind, .. } =
            self.world;
        World {
            folder,
            keys,
            beginning,
            sheet,
            organizations,
            options,
            api,
            pace,
            ahead,
            inviter,
            kind,
            ..World::new()
        }
    }

    /// Returns the world for a revoke of this run at once, with no script and no people in the organization.
    pub(in crate::engine::tests) fn revoke(self) -> World {
        let World { folder, keys, beginning, sheet, organizations, options, pace, ahead, inviter, .. } = self.world;
        let kind = JobKind::Revoke;
        World { folder, keys, beginning, sheet, organizations, options, pace, ahead, inviter, kind, ..World::new() }
    }

    /// Returns the world for the same command again at once.
    pub(in crate::engine::tests) async fn again(self) -> World {
        self.again_after(0.0).await
    }
}
