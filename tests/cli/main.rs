//! The real binary against the sandbox, over real sockets, in a sealed environment.
//!
//! Each module is a theme. `world` builds the folder, the servers and the processes that a case needs, and shows both
//! streams of the binary if a case fails. `text` alone tests what people read.

mod audit;
mod bad_rows;
mod cells;
#[cfg(unix)]
mod changed_results;
mod check;
mod config;
mod credentials;
mod echo;
mod exactly_once;
mod excel;
mod halts;
mod kills;
mod late;
mod ledger;
mod lists;
#[cfg(unix)]
mod locks;
mod map;
mod network;
mod nightly;
mod odd_answers;
mod output;
mod page;
#[cfg(target_os = "linux")]
mod questions;
#[cfg(target_os = "linux")]
mod refusals;
mod rehearsal;
mod revoke;
mod safety;
mod samples;
mod seats;
mod several;
mod shards;
mod sheets;
mod signals;
mod status;
mod summary;
#[cfg(target_os = "linux")]
mod text;
mod world;
