//! Runs that end early: what is printed on the way, the verdict and the remedy.

use std::net::TcpListener;

use atlas_sandbox::{Access, Limits, Options, Window};

use super::{Terminal, Transcript};
use crate::world::{Signal, World, faults, sandbox, wait_until};

#[test]
fn credentials_that_are_refused() {
    let mut terminal = Terminal::new(Options::default()).people(3);
    for wrong in [
        "MONGODB_ATLAS_ACCESS_TOKEN=wrong",
        "env -u MONGODB_ATLAS_ACCESS_TOKEN MONGODB_ATLAS_CLIENT_ID=mdb_sa_id_0 MONGODB_ATLAS_CLIENT_SECRET=wrong",
        "env -u MONGODB_ATLAS_ACCESS_TOKEN MONGODB_ATLAS_PUBLIC_API_KEY=abcdefgh MONGODB_ATLAS_PRIVATE_API_KEY=wrong",
    ] {
        terminal.run(&format!("{wrong} bulk-invite run people.csv"));
    }
    terminal.hold("halts-credentials");
}

#[test]
fn organizations_that_accept_no_request() {
    let mut transcript = Transcript::default();
    for access in [Access::Member, Access::AddressNotListed, Access::ListRequired, Access::Suspended] {
        let world = World::with_people(1);
        let server = sandbox(Options { access, ..Options::default() });
        transcript.note(&format!("{access:?}"));
        transcript.command(&world.line("bulk-invite run people.csv").with_token(&server).finish());
    }
    let mut terminal = Terminal::new(Options::default()).people(1);
    terminal.transcript = transcript;
    terminal.run("bulk-invite run people.csv --org-id bbbbbbbbbbbbbbbbbbbbbbbb");
    terminal.hold("halts-access");
}

#[test]
fn too_many_failures() {
    let mut terminal = Terminal::new(faults(&["400:INVALID_ENUM_VALUE@1"])).people(60);
    terminal
        .run("bulk-invite run people.csv --concurrency 1 --max-failures 5")
        .run("bulk-invite run people.csv --concurrency 1 --fresh");
    terminal.hold("halts-failures");
}

#[test]
fn answers_that_end_the_run() {
    let mut transcript = Transcript::default();
    for fault in [
        "402@1",
        "revoke@#2",
        "html=410@1",
        "redirect=307@1/creates",
        "redirect=301@1/lookups",
        "html@1/lookups",
        "html=200@1/lookups",
        "no-id@1/lookups",
        "400:MAX_USERS_PER_ORG_EXCEEDED@1",
    ] {
        let mut terminal = Terminal::new(faults(&[fault])).people(2);
        terminal.transcript = transcript;
        terminal.transcript.note(fault);
        terminal.run("bulk-invite run people.csv --concurrency 1 --max-attempts 1 --settle 0s");
        transcript = terminal.transcript;
    }
    transcript.hold("halts-answers");
}

#[test]
fn servers_that_are_not_reached() {
    let mut terminal = Terminal::new(Options::default()).people(1);
    // It never accepts: the system makes the connection all the same.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent = silent.local_addr().expect("its address");
    let tls = terminal.server.base_url().replace("http://", "https://");
    for arguments in [
        "--base-url http://127.0.0.1:9".to_owned(),
        format!("--base-url https://{silent} --connect-timeout 30ms"),
        format!("--base-url http://{silent} --timeout 50ms --settle 0s"),
        format!("--base-url {tls}"),
    ] {
        terminal.run(&format!("bulk-invite run people.csv --max-attempts 1 {arguments}"));
    }
    terminal.hold("halts-network");
}

#[test]
fn signals() {
    let mut terminal = Terminal::new(faults(&["slow-after=200ms@#1", "slow-after=10m@#2"])).people(4);
    let started = |terminal: &Terminal, count| {
        let run = terminal.start("bulk-invite run people.csv --concurrency 1 --timeout 10m");
        wait_until("a request is in flight", || terminal.server.sandbox().ledger().created.len() == count);
        run
    };
    let run = started(&terminal, 1);
    run.signal(Signal::Interrupt);
    terminal.transcript.command(&run.finish());

    let run = started(&terminal, 2);
    run.signal(Signal::Terminate);
    // Two lines are about the sheet, and one is about the results that are resumed.
    wait_until("the first signal is received", || run.stderr().lines().count() == 5);
    run.signal(Signal::Terminate);
    terminal.transcript.command(&run.finish());
    terminal.hold("halts-signals");
}

#[test]
fn a_signal_before_the_first_invite() {
    let mut terminal = Terminal::new(faults(&["slow=10m@#2/lookups"])).people(2);
    let run = terminal.start("bulk-invite run people.csv --timeout 10m");
    wait_until("the organization is read", || terminal.server.sandbox().ledger().total_requests() >= 2);
    run.signal(Signal::Interrupt);
    terminal.transcript.command(&run.finish());
    terminal.hold("halts-signal-before");
}

#[test]
fn a_limit_of_invitations() {
    let limits = Limits { invitations: Some(Window::per_minute(2)), ..Limits::default() };
    let mut terminal = Terminal::new(Options { limits, ..Options::default() }).people(4);
    let run = terminal.start("bulk-invite run people.csv --concurrency 1");
    wait_until("the limit is learned", || terminal.world.lines_written() >= 5 && run.stderr().lines().count() >= 4);
    run.signal(Signal::Interrupt);
    terminal.transcript.command(&run.finish());
    terminal.hold("halts-invitations");
}

#[test]
fn outputs_that_cannot_be_written() {
    let mut terminal = Terminal::new(faults(&["422@#2"])).people(3);
    terminal
        .run("bulk-invite run people.csv --concurrency 1 --failed /dev/full")
        .run("bulk-invite run people.csv --summary /dev/full")
        .run("bulk-invite run people.csv --summary - > /dev/full")
        .run("(ulimit -f 16; bulk-invite run people.csv --report page.html)")
        .run("bulk-invite template > /dev/full");
    terminal.hold("halts-outputs");
}

#[test]
fn a_results_folder_that_vanishes() {
    let mut terminal = Terminal::new(faults(&["slow-after=1s@1"])).people(3);
    std::fs::create_dir(terminal.world.path("out")).expect("a folder");
    let run = terminal.start("bulk-invite run people.csv --results out/people.csv --concurrency 1");
    wait_until("one is invited", || terminal.server.sandbox().ledger().created.len() == 1);
    std::fs::remove_dir_all(terminal.world.path("out")).expect("the folder is removed");
    terminal.transcript.command(&run.finish());
    terminal.hold("halts-results");
}

#[test]
fn results_that_another_program_changes() {
    let mut terminal = Terminal::new(faults(&["slow-after=1s@1"])).people(3);
    let run = terminal.start("bulk-invite run people.csv --concurrency 1");
    wait_until("one is invited", || terminal.server.sandbox().ledger().created.len() == 1);
    terminal.world.write("people.results.csv", "");
    terminal.transcript.command(&run.finish());
    terminal.run("bulk-invite run people.csv --concurrency 1");
    terminal.hold("halts-changed");
}

#[test]
fn results_that_another_process_uses() {
    let mut terminal = Terminal::new(faults(&["slow-after=10m@1"])).people(1);
    let _run = terminal.start("bulk-invite run people.csv --timeout 10m");
    wait_until("the run is at work", || terminal.server.sandbox().ledger().created.len() == 1);
    std::os::unix::fs::symlink("people.results.csv", terminal.world.path("link.csv")).expect("a link");
    terminal
        .run("bulk-invite run people.csv")
        .run("bulk-invite revoke people.results.csv")
        .run("bulk-invite revoke link.csv");
    terminal.hold("halts-in-use");
}
