//! Measures the whole program over loopback, beside a bare `reqwest` loop that sends the same requests: rows a second, CPU
//! a row and memory with a server that answers at once, time with 50 ms of latency, and start-up to the first request.
//!
//! `cargo bench --bench whole_job` runs the program, the loop and the server as separate processes with one thread each.
//! The program and the loop take turns. It prints medians and their ratio: the program with `--durability process`, which
//! leaves out the disk as the loop does, and in the last column its time with `--durability power` beside that.
//! `-- --rows 10000,100000` chooses the sizes.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod bare;
mod server;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

const ORGANIZATION: &str = "32b6e34b3d91647abb20e7b8";
const ROUNDS: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["server", latency] => server::serve(Duration::from_millis(latency.parse().expect("milliseconds"))),
        ["bare", url, rows, concurrency] => {
            let invites = format!("{url}/api/atlas/v2/orgs/{ORGANIZATION}/invites");
            bare::send(&invites, "token", 0, rows.parse().expect("rows"), concurrency.parse().expect("a number"));
        }
        ["--rows", sizes] => measure(&sizes.split(',').map(|size| size.parse().expect("rows")).collect::<Vec<_>>()),
        _ => measure(&[10_000, 100_000, 1_000_000]),
    }
}

fn measure(sizes: &[u64]) {
    let folder = tempfile::tempdir().expect("a folder");
    start_up(folder.path());

    let server = Server::start(0);
    println!(
        "{:>9} {:>12} {:>12} {:>7} {:>12} {:>12} {:>7} {:>9} {:>12} {:>7}",
        "rows", "rows/s", "bare", "ratio", "CPU us/row", "bare", "ratio", "MiB", "power rows/s", "ratio"
    );
    for rows in sizes {
        let sheet = sheet(folder.path(), *rows);
        let rounds = if *rows > 100_000 { 1 } else { ROUNDS };
        let measured: Vec<Costs> = (0..rounds)
            .map(|_| Costs {
                bare: bare_loop(&server, *rows, 16),
                process: job(&server, &sheet, 16, "process"),
                power: job(&server, &sheet, 16, "power"),
            })
            .collect();
        let median = |of: &dyn Fn(&Costs) -> f64| {
            let mut values: Vec<f64> = measured.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let rate = |cost: &Cost| *rows as f64 / cost.wall.as_secs_f64();
        let cpu = |cost: &Cost| cost.cpu.as_secs_f64() * 1e6 / *rows as f64;
        println!(
            "{rows:>9} {:>12.0} {:>12.0} {:>7.2} {:>12.1} {:>12.1} {:>7.2} {:>9.1} {:>12.0} {:>7.2}",
            median(&|costs| rate(&costs.process)),
            median(&|costs| rate(&costs.bare)),
            median(&|costs| rate(&costs.process) / rate(&costs.bare)),
            median(&|costs| cpu(&costs.process)),
            median(&|costs| cpu(&costs.bare)),
            median(&|costs| cpu(&costs.process) / cpu(&costs.bare)),
            // The maximum of all children so far: sizes increase, and the loop needs less than the program.
            measured.last().map_or(0.0, |costs| costs.process.memory as f64 / f64::from(1 << 20)),
            median(&|costs| rate(&costs.power)),
            median(&|costs| rate(&costs.power) / rate(&costs.process)),
        );
    }
    drop(server);

    let slow = Server::start(50);
    for (concurrency, rows) in [(1, 100), (16, 1600), (64, 6400)] {
        let sheet = sheet(folder.path(), rows);
        let bare = bare_loop(&slow, rows, concurrency);
        let job = |durability| job(&slow, &sheet, concurrency, durability);
        let (process, power) = (job("process"), job("power"));
        println!(
            "50 ms latency, concurrency {concurrency:>2}: {rows} rows in {:.2} s, bare {:.2} s, ratio {:.3}; power {:.2} s",
            process.wall.as_secs_f64(),
            bare.wall.as_secs_f64(),
            process.wall.as_secs_f64() / bare.wall.as_secs_f64(),
            power.wall.as_secs_f64(),
        );
    }
}

/// The costs of one round.
struct Costs {
    bare: Cost,
    process: Cost,
    power: Cost,
}

struct Cost {
    wall: Duration,
    cpu: Duration,
    memory: u64,
}

/// Runs a command to its end and returns its time, CPU time and peak memory.
fn cost(mut command: Command) -> Cost {
    let cpu = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
        let time = |time: nix::sys::time::TimeVal| Duration::new(time.tv_sec() as u64, time.tv_usec() as u32 * 1000);
        (time(usage.user_time()) + time(usage.system_time()), usage.max_rss() as u64 * 1024)
    };
    let (before, start) = (cpu().0, Instant::now());
    let output = command.output().expect("a child");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let wall = start.elapsed();
    let (after, memory) = cpu();
    Cost { wall, cpu: after - before, memory }
}

fn bare_loop(server: &Server, rows: u64, concurrency: usize) -> Cost {
    let mut command = itself();
    command.args(["bare", &server.url, &rows.to_string(), &concurrency.to_string()]);
    cost(command)
}

fn job(server: &Server, sheet: &Path, concurrency: usize, durability: &str) -> Cost {
    let mut command = program(&server.url, sheet);
    command.args(["--concurrency", &concurrency.to_string(), "--durability", durability]);
    cost(command)
}

/// Returns the command that invites everyone in the sheet, without earlier results and without a rate limit.
fn program(url: &str, sheet: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bulk-invite"));
    command.env_clear().env("MONGODB_ATLAS_ACCESS_TOKEN", "token");
    command.arg("run").arg(sheet).args(["--org-id", ORGANIZATION, "--base-url", url, "--rate", "unlimited", "--quiet"]);
    let results = sheet.with_extension("results.csv");
    let _ = std::fs::remove_file(&results);
    command.arg("--results").arg(results);
    command
}

fn itself() -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.env_clear();
    command
}

fn sheet(folder: &Path, rows: u64) -> PathBuf {
    let path = folder.join(format!("{rows}.csv"));
    // Not built in memory: a child's peak includes the memory of its parent when it was started.
    let mut file = BufWriter::new(File::create(&path).expect("a sheet"));
    writeln!(file, "email,roles,name").expect("a sheet");
    for row in 0..rows {
        writeln!(file, "person{row:07}@example.com,ORG_MEMBER,Person {row}").expect("a sheet");
    }
    file.flush().expect("a sheet");
    path
}

/// The server, in a separate process so that its CPU time is not counted.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(latency_ms: u64) -> Self {
        let mut child =
            itself().args(["server", &latency_ms.to_string()]).stdout(Stdio::piped()).spawn().expect("a server");
        let mut url = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut url).expect("its address");
        Self { child, url: url.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Measures the time from the start of the process to the first byte of its first request.
fn start_up(folder: &Path) {
    let sheet = sheet(folder, 1);
    let mut times: Vec<f64> = (0..20)
        .map(|_| {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let url = format!("http://{}", listener.local_addr().expect("an address"));
            let start = Instant::now();
            let mut child = program(&url, &sheet).stderr(Stdio::null()).spawn().expect("the program");
            let (mut stream, _) = listener.accept().expect("a connection");
            stream.read_exact(&mut [0]).expect("a request");
            let took = start.elapsed();
            let _ = child.kill();
            let _ = child.wait();
            took.as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("start-up to the first request: {:.1} ms (median of {})", times[times.len() / 2], times.len());
}
