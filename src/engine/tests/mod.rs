//! Tests of the worker, dispatcher, limiter and journal against a scripted Atlas, on a paused clock.
//!
//! They cover every row of the verdict table: the requests that follow an answer and their times, the results, and the
//! effect on the run. Requests that a test does not script succeed. See [`world::World`].

mod attribution;
mod blocked;
mod fresh;
mod limits;
mod order;
mod organizations;
mod resuming;
mod revoke;
mod stopping;
mod unresolved;
mod verdicts;
mod waiting;

mod script;
mod world;
