//! The real worker, dispatcher, limiter and journal against a scripted Atlas, on a paused clock.
//!
//! Every row of the verdict table is here, with the requests that it leads to, when they go out, what the results say
//! and what becomes of the run. A test reads as a sentence about a [`world::World`]; what is not scripted goes well.

mod attribution;
mod blocked;
mod continuing;
mod doubt;
mod limits;
mod order;
mod revoking;
mod several;
mod stopping;
mod verdicts;

mod script;
mod world;
