//! The question before anything is sent: when it is asked, where it is printed, and what answers it.

use atlas_sandbox::{Options, Running};
use serde_json::Value;

use crate::world::{Finished, Invocation, Typist, World, sandbox};

const NO: Typist<'_> = Typist { ahead: "", answer: "n", is_controlling: true };

struct Scene {
    world: World,
    server: Running,
}

impl Scene {
    fn new() -> Self {
        Self { world: World::with_people(2), server: sandbox(Options::default()) }
    }

    fn run(&self, arguments: &[&str]) -> Invocation {
        self.world.invite(&self.server.base_url()).args(arguments)
    }

    fn created(&self) -> usize {
        self.server.sandbox().ledger().created.len()
    }

    /// Asserts that the question was shown, answered with no, and that nothing was sent.
    #[track_caller]
    fn declined(&self, (run, seen): &(Finished, String)) {
        run.exits(130);
        assert!(seen.contains("[y/N]"), "{seen:?} {}", run.output());
        assert!(!run.stderr.contains("[y/N]") && !run.stdout.contains("[y/N]"), "{}", run.output());
        assert_eq!(self.created(), 0, "{}", run.output());
    }
}

#[test]
fn a_run_asks_wherever_its_output_goes() {
    let scene = Scene::new();
    // Both streams are files, and with `tee` standard output is a pipe.
    scene.declined(&scene.run(&[]).at_a_keyboard(NO));
    scene.declined(&scene.run(&["--quiet", "--summary", "-"]).at_a_keyboard(NO));
    let tee = scene.world.line("bulk-invite run people.csv 2>&1 | tee log; exit 7").with_token(&scene.server);
    let (tee, seen) = tee.at_a_keyboard(NO);
    tee.exits(7);
    assert!(seen.contains("[y/N]") && !scene.world.read("log").contains("[y/N]"), "{seen:?} {}", tee.output());
    assert!(scene.world.read("log").contains("stopped early"), "{}", tee.output());
    assert_eq!(scene.created(), 0);
    scene.run(&[]).at_a_keyboard(Typist { answer: "y", ..NO }).0.exits(0);
    assert_eq!(scene.created(), 2);
}

#[test]
fn a_json_log_stays_json_beside_a_question() {
    let scene = Scene::new();
    let json = ["--log-format", "json"];
    let events = |run: &Finished| -> Vec<Value> {
        let line = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} {}", run.output()));
        run.stderr.lines().map(line).collect()
    };
    let declined = scene.run(&json).at_a_keyboard(NO);
    scene.declined(&declined);
    assert!(events(&declined.0).iter().all(|event| event["event"] != "question"));
    // The terminal shows both if standard error is there too, and a log in a file has no question.
    let shown = scene.run(&json).on_a_terminal("n");
    shown.exits(130);
    assert!(shown.stderr.contains("[y/N]"), "{}", shown.output());

    let (run, seen) = scene.run(&json).at_a_keyboard(Typist { is_controlling: false, ..NO });
    run.exits(130);
    let asked: Vec<Value> = events(&run).into_iter().filter(|event| event["event"] == "question").collect();
    assert_eq!((asked.len(), seen.as_str()), (1, ""), "{}", run.output());
    assert!(asked[0]["text"].as_str().unwrap().contains("invite 2 people"), "{}", run.output());
    assert_eq!(scene.created(), 0);
}

#[test]
fn without_a_controlling_terminal_it_asks_on_stderr() {
    let scene = Scene::new();
    let (run, seen) = scene.run(&[]).at_a_keyboard(Typist { is_controlling: false, ..NO });
    run.exits(130);
    assert!(run.stderr.contains("[y/N]") && seen.is_empty(), "{seen:?} {}", run.output());
    assert_eq!(scene.created(), 0);
}

#[test]
fn input_typed_before_the_question_does_not_answer_it() {
    let scene = Scene::new();
    for ahead in ["y\n", "y\ny\ny\n", "yes"] {
        scene.declined(&scene.run(&[]).at_a_keyboard(Typist { ahead, ..NO }));
    }
    scene.run(&["--yes"]).finish().exits(0);
    let revoke = |typist| {
        let revoke = scene.world.program(&["revoke", "people.results.csv"]).with_token(&scene.server);
        revoke.at_a_keyboard(typist)
    };
    let (run, seen) = revoke(Typist { ahead: "y\n", ..NO });
    run.exits(130);
    assert!(seen.contains("[y/N]") && !run.stderr.contains("[y/N]"), "{}", run.output());
    let statuses = || scene.world.results_in("people.revoked.csv").column("status").join(" ");
    assert_eq!(statuses(), "not_sent not_sent", "{}", run.output());
    revoke(Typist { answer: "y", ..NO }).0.exits(0);
    assert_eq!(statuses(), "revoked revoked");
}

#[test]
fn without_a_question_nothing_is_asked() {
    for arguments in [&["--yes"][..], &["--dry-run"], &["--sandbox"]] {
        let scene = Scene::new();
        let (run, seen) = scene.run(arguments).at_a_keyboard(NO);
        run.exits(0);
        assert!(seen.is_empty() && !run.stderr.contains("[y/N]"), "{arguments:?} {}", run.output());
    }
    let scene = Scene::new();
    let run = scene.run(&[]).finish();
    run.exits(0);
    assert_eq!(scene.created(), 2, "no terminal on standard input {}", run.output());
}

/// A sheet of which two columns could have the addresses.
const TWO: &str = "email,roles,Work Email\nada@example.com,member,ada@example.org\n";

#[test]
fn a_sheet_with_two_address_columns_asks_for_one() {
    let scene = Scene::new();
    scene.world.write("people.csv", TWO);
    let check =
        |typist| scene.world.program(&["check", "people.csv", "--offline", "--format", "json"]).at_a_keyboard(typist);
    for (answer, column) in [("1", "email"), ("2", "Work Email")] {
        let (run, seen) = check(Typist { answer, ..NO });
        run.exits(0);
        assert!(seen.contains("2  Work Email: ada@example.org\n") && seen.contains("[1-2] "), "{seen:?}");
        assert_eq!(run.json()["input"]["columns"][0]["name"], column, "{}", run.output());
        assert!(run.stderr.contains("--column "), "the flag for next time {}", run.output());
    }
    for answer in ["", "0", "3", "Work Email", "y"] {
        let (run, _) = check(Typist { answer, ..NO });
        run.exits(2);
        assert_eq!(run.stdout, "", "{answer:?} {}", run.output());
    }
    let (run, _) = check(Typist { ahead: "1\n", answer: "", ..NO });
    run.exits(2);
}

#[test]
fn a_run_without_questions_refuses_two_address_columns() {
    let scene = Scene::new();
    scene.world.write("people.csv", TWO);
    let (run, seen) = scene.run(&["--yes"]).at_a_keyboard(NO);
    run.exits(2);
    assert!(seen.is_empty() && run.stderr.starts_with("error: "), "{seen:?} {}", run.output());
    scene.run(&[]).finish().exits(2);
    let (run, seen) = scene.run(&["--sandbox"]).at_a_keyboard(Typist { answer: "2", ..NO });
    run.exits(0);
    assert!(seen.contains("[1-2] "), "{seen:?} {}", run.output());
    assert_eq!(scene.world.results_in("people.sandbox.results.csv").column("email"), ["ada@example.org"]);
    assert_eq!(scene.created(), 0);
}
