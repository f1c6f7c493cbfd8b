//! How fast the sandbox makes invitations, over loopback, beside a server that answers the same without looking; and
//! whether that stays so as its organization grows.
//!
//! `cargo bench --bench sandbox_load` runs the program's own `sandbox --no-limits`, the other server and the sender as
//! processes of their own, in turn. The machine's cores are shared by the sender and whichever server it asks.
//! `-- --people 50000` lets the organization grow to so many.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../whole_job/bare.rs"]
mod bare;
#[path = "../whole_job/server.rs"]
mod server;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use atlas_sandbox::{ORGANIZATION, TOKEN};

const CONCURRENCY: usize = 32;
/// Invitations between two figures.
const STEP: u64 = 20_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["server"] => server::serve(Duration::ZERO),
        ["send", url, first, rows] => {
            let invites = format!("{url}/api/atlas/v2/orgs/{ORGANIZATION}/invites");
            bare::send(&invites, TOKEN, first.parse().expect("rows"), rows.parse().expect("rows"), CONCURRENCY);
        }
        ["--people", people] => measure(people.parse().expect("people")),
        _ => measure(200_000),
    }
}

fn measure(people: u64) {
    let floor = Server::start(itself().arg("server"));
    let sandbox = Server::start(Command::new(env!("CARGO_BIN_EXE_bulk-invite")).env_clear().args([
        "sandbox",
        "--listen",
        "127.0.0.1:0",
        "--no-limits",
    ]));
    let mut invited = 0;
    let mut invite = |rows| {
        let rate = rate(&sandbox, invited, rows);
        invited += rows;
        (rate, invited)
    };
    rate(&floor, 0, STEP / 4);
    invite(STEP / 4);

    // Beside each other each time: what else the machine does changes more than what is measured.
    println!("{:>9} {:>12} {:>16} {:>7}", "people", "invites/s", "only answering/s", "ratio");
    let mut ratios = Vec::new();
    loop {
        let ((made, invited), answered) = (invite(STEP), rate(&floor, 0, STEP));
        println!("{invited:>9} {made:>12.0} {answered:>16.0} {:>7.2}", made / answered);
        ratios.push(made / answered);
        if invited >= people {
            break;
        }
    }
    let median = |ratios: &[f64]| {
        let mut sorted = ratios.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    let (young, old) = ratios.split_at(ratios.len() / 2);
    println!("median ratio {:.2}; first half {:.2}, second half {:.2}", median(&ratios), median(young), median(old));
}

/// Requests a second of a sender that is started for them; its start counts.
fn rate(server: &Server, first: u64, rows: u64) -> f64 {
    let start = Instant::now();
    let status = itself().args(["send", &server.url, &first.to_string(), &rows.to_string()]).status();
    assert!(status.expect("a sender").success());
    rows as f64 / start.elapsed().as_secs_f64()
}

fn itself() -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.env_clear();
    command
}

/// A server as a process of its own, stopped when this is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Starts it and waits for the line that ends in its address.
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a server");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its address");
        let url = line.trim().rsplit(' ').next().expect("its address").to_owned();
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
