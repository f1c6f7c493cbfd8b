//! The sandbox's invitations a second over loopback, beside a server that answers the same without doing anything, and
//! their change as the organization grows.
//!
//! `cargo bench --bench load` runs the sandbox, the other server and the sender in turn, each as a process of its own that
//! shares the cores with the others. `-- --people 50000` sets the size that the organization grows to.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::cell::Cell;
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::Instant;

use atlas_sandbox::{Caps, Limits, ORGANIZATION, Options, TOKEN};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{client, server};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinSet, LocalSet};

const CONCURRENCY: usize = 32;
/// Invitations between two figures.
const STEP: u64 = 20_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["sandbox"] => serve_sandbox(),
        ["floor"] => block_on(serve_floor()),
        ["send", address, first, rows] => {
            let first: u64 = first.parse().expect("a number");
            block_on(send(address, first, first + rows.parse::<u64>().expect("a number")));
        }
        ["--people", people] => measure(people.parse().expect("people")),
        _ => measure(200_000),
    }
}

fn measure(people: u64) {
    let (floor, sandbox) = (Server::start("floor"), Server::start("sandbox"));
    let mut invited = 0;
    let mut invite = |rows| {
        let rate = rate(&sandbox, invited, rows);
        invited += rows;
        (rate, invited)
    };
    rate(&floor, 0, STEP / 4);
    invite(STEP / 4);

    // The two alternate: what else the machine does changes more than what is measured.
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

/// Returns the requests a second of a sender, including its start.
fn rate(server: &Server, first: u64, rows: u64) -> f64 {
    let start = Instant::now();
    let status = itself().args(["send", &server.address, &first.to_string(), &rows.to_string()]).status();
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
    address: String,
}

impl Server {
    /// Starts this program as the server, and reads its address from its output.
    fn start(name: &str) -> Self {
        let mut child = itself().arg(name).stdout(Stdio::piped()).spawn().expect("a server");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its address");
        Server { child, address: line.trim().trim_start_matches("http://").to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve_sandbox() {
    let options = Options { limits: Limits::off(), caps: Caps::unlimited(), ..Options::default() };
    let server = atlas_sandbox::start(options).expect("a sandbox");
    println!("{}", server.base_url());
    loop {
        std::thread::park();
    }
}

/// Serves the answer to an invitation for every request.
async fn serve_floor() {
    const BODY: &str = r#"{"createdAt":"2026-08-10T03:03:37Z","expiresAt":"2026-09-09T03:03:37Z","groupRoleAssignments":[],"id":"6a7940a95a4db00000000001","inviterUsername":"mdb_sa_id_5a4db0c5a4db0c5a4db0c500","orgId":"5a4db0c5a4db0c5a4db0c5a4","orgName":"Sandbox","roles":["ORG_MEMBER"],"teamIds":[],"username":"person0000001@example.com"}"#;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        let service = service_fn(|request: Request<Incoming>| async {
            request.into_body().collect().await.expect("a body");
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(BODY.as_bytes()))))
        });
        tokio::task::spawn_local(server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// Sends an invitation for each row over a number of connections, and checks only the status.
async fn send(address: &str, first: u64, end: u64) {
    let next = Rc::new(Cell::new(first));
    let mut senders = JoinSet::new();
    for _ in 0..CONCURRENCY {
        let (address, next) = (address.to_owned(), Rc::clone(&next));
        senders.spawn_local(async move {
            let stream = TcpStream::connect(&address).await.expect("a connection");
            stream.set_nodelay(true).expect("a socket");
            let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
            tokio::task::spawn_local(connection);
            while next.get() < end {
                let row = next.replace(next.get() + 1);
                let body = format!(r#"{{"username":"person{row:07}@example.com","roles":["ORG_MEMBER"]}}"#);
                let request = Request::post(format!("/api/atlas/v2/orgs/{ORGANIZATION}/invites"))
                    .header("host", &address)
                    .header("authorization", format!("Bearer {TOKEN}"))
                    .header("accept", "application/vnd.atlas.2023-01-01+json")
                    .header("content-type", "application/vnd.atlas.2023-01-01+json")
                    .body(Full::new(Bytes::from(body)));
                let response = sender.send_request(request.expect("a request")).await.expect("an answer");
                assert!(response.status().is_success());
                response.into_body().collect().await.expect("its body");
            }
        });
    }
    senders.join_all().await;
}

fn block_on(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    LocalSet::new().block_on(&runtime, future);
}
