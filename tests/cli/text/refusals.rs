//! The error that each refused command prints, and the usage errors of the parser.

use super::Transcript;
use crate::refusals::{ALL, MALFORMED};
use crate::world::World;

#[test]
fn refusals_by_theme() {
    for refusals in &ALL {
        let (world, server) = refusals.prepared();
        let mut transcript = Transcript::default();
        for line in refusals.lines {
            transcript.command(&world.line(line).with_token(&server).finish());
        }
        transcript.hold(&format!("refusals-{}", refusals.theme));
    }
}

#[test]
fn arguments_that_cannot_be_parsed() {
    let world = World::new();
    let mut transcript = Transcript::default();
    for line in MALFORMED {
        transcript.command(&world.line(line).finish());
    }
    transcript.hold("refusals-arguments");
}
