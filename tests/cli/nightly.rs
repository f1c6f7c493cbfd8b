//! The files in `samples/nightly/`: each names its check, is consistent, and has a command that invites no one when it
//! runs again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use atlas_sandbox::{CLIENT_ID, CLIENT_SECRET, ORGANIZATION, Options};
use serde_json::{Value, json};

use crate::world::{Invocation, World, sandbox};

/// The folders that the samples name, and those that stand for them here.
const PLACES: [(&str, &str); 4] = [
    ("/srv/hr/", "sheet/"),
    ("/etc/bulk-invite/", "profile/"),
    ("%d/", "profile/"),
    ("/var/lib/bulk-invite/", "results/"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/nightly")
}

fn sample(name: &str) -> String {
    fs::read_to_string(folder().join(name)).expect(name)
}

/// Returns a world with the folders, three people, and the sample's profile with the sandbox's secrets.
fn world() -> World {
    let world = World::new();
    for (_, place) in PLACES {
        fs::create_dir_all(world.path(place)).expect(place);
    }
    let rows = ["ada", "bob", "cleo"].map(|name| format!("{name}@example.com,member,{ORGANIZATION}\n"));
    world.write("sheet/people.csv", format!("email,roles,org_id\n{}", rows.concat()));
    let profile = sample("config.toml");
    let (own, organizations) = profile.split_once("\n# Rows may name").expect("its two parts");
    assert!(
        !own.contains("\nclient") && organizations.lines().skip(1).all(|line| line.starts_with('#')),
        "it has no secrets"
    );
    let own = own.replace("# client_id = \"mdb_sa_id_...\"", &format!("client_id = \"{CLIENT_ID}\""));
    let own = own.replace("# client_secret = \"mdb_sa_sk_...\"", &format!("client_secret = \"{CLIENT_SECRET}\""));
    world.write("profile/config.toml", own);
    world
}

fn placed(text: &str) -> String {
    PLACES.iter().fold(text.to_owned(), |text, (there, here)| text.replace(there, here))
}

/// Runs the command twice. The first time everyone is invited, the second time no one; what has to remain is in the
/// folder that does.
fn runs_every_night(name: &str, command: impl Fn(&World) -> Vec<Invocation>) {
    let world = world();
    let server = sandbox(Options::default());
    for night in 1..=2 {
        for run in command(&world) {
            let run = run.aimed_at(&server.base_url()).finish();
            run.exits(0);
            assert_eq!(run.stdout, "", "{name}");
        }
        let ledger = server.sandbox().ledger();
        assert_eq!((ledger.created.len(), ledger.create_requests()), (3, 3), "{name}, night {night}");
    }
    for place in ["sheet", "profile"] {
        assert_eq!(
            fs::read_dir(world.path(place)).expect(place).count(),
            1,
            "{name} writes nothing beside its {place}"
        );
    }
    let written =
        fs::read_dir(world.path("results")).expect("results").map(|entry| entry.expect("an entry").file_name());
    let written: Vec<String> = written.map(|name| name.to_string_lossy().into_owned()).collect();
    for kind in ["people.results", "people.failed", "people.summary"] {
        assert!(written.iter().any(|name| name.starts_with(kind)), "{name}: {written:?}");
    }
}

fn program(world: &World, arguments: &[String]) -> Invocation {
    let arguments: Vec<String> = arguments.iter().map(|argument| placed(argument)).collect();
    world.program(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn each_file_is_listed_and_names_its_check() {
    let page = sample("README.md");
    for entry in fs::read_dir(folder()).expect("samples/nightly") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        if name != "README.md" {
            assert!(page.contains(&format!("[{name}]({name})")), "{name} is not on the page");
            let text = sample(&name);
            let header: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
            assert!(header.iter().any(|line| line.starts_with("# Checked with: ")), "{name} does not name its check");
        }
    }
}

#[test]
fn the_crontab_prints_a_line_only_if_a_run_failed() {
    let crontab = sample("crontab");
    let mut lines = crontab.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    assert!(lines.next().expect("a variable").starts_with("PATH="));
    let line = lines.next().expect("a line");
    assert_eq!(lines.next(), None);
    let mut fields = line.splitn(6, ' ');
    let when: Vec<&str> = fields.by_ref().take(5).collect();
    assert_eq!(when, ["30", "2", "*", "*", "*"]);
    let command = fields.next().expect("a command");
    assert!(!command.contains('%'), "cron would end the command there");
    let script = placed(command).replacen("bulk-invite run", "\"$0\" run", 1);
    runs_every_night("crontab", |world| vec![world.shell(&script)]);
    let world = world();
    world.write("sheet/people.csv", "email,roles\n");
    world.write("profile/config.toml", "");
    let failed = world.shell(&script).finish();
    assert_eq!(failed.stdout.lines().count(), 1, "{}", failed.output());
    assert!(failed.stdout.starts_with("bulk-invite ended with 2"), "{}", failed.output());
    assert!(!world.read("results/people.log").is_empty(), "the log has the reason");
}

/// The assignments of a unit file, by section and key.
fn unit(name: &str) -> BTreeMap<(String, String), String> {
    let mut section = String::new();
    let mut settings = BTreeMap::new();
    for line in sample(name).lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(named) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = named.to_owned();
        } else {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{name}: {line}"));
            let twice = settings.insert((section.clone(), key.to_owned()), value.to_owned());
            assert_eq!(twice, None, "{name}: {line}");
        }
    }
    settings
}

#[test]
fn the_service_keeps_its_results_and_has_a_timer() {
    let service = unit("bulk-invite.service");
    let get = |section: &str, key: &str| service[&(section.to_owned(), key.to_owned())].as_str();
    assert_eq!((get("Service", "Type"), get("Service", "User")), ("oneshot", "bulk-invite"));
    assert_eq!(format!("/var/lib/{}/", get("Service", "StateDirectory")), PLACES[3].0);
    assert!(get("Service", "LoadCredential").starts_with("config.toml:"));
    let stop: u64 = get("Service", "TimeoutStopSec").parse().expect("seconds");
    assert!(stop > 30, "longer than --timeout");
    let command: Vec<String> = get("Service", "ExecStart").split(' ').map(ToOwned::to_owned).collect();
    assert_eq!(command[0], "/usr/local/bin/bulk-invite");
    runs_every_night("the service", |world| vec![program(world, &command[1..])]);
    let timer = unit("bulk-invite.timer");
    let get = |section: &str, key: &str| timer[&(section.to_owned(), key.to_owned())].as_str();
    assert_eq!((get("Timer", "Persistent"), get("Install", "WantedBy")), ("true", "timers.target"));
    assert!(get("Timer", "OnCalendar").starts_with("*-*-* "));
}

fn documents(name: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&sample(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Returns the arguments of a pod that runs as its own user and can write only to the folder of the results.
fn arguments(pod: &Value) -> Vec<String> {
    assert_eq!(pod["restartPolicy"], "Never", "the job decides about another attempt");
    assert!(pod["terminationGracePeriodSeconds"].as_u64().expect("seconds") > 30, "longer than --timeout");
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    let [container] = pod["containers"].as_array().expect("a list").as_slice() else { panic!("one container: {pod}") };
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    let kinds: BTreeMap<&str, &Value> = pod["volumes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|volume| (volume["name"].as_str().expect("text"), volume))
        .collect();
    let mounts = container["volumeMounts"].as_array().expect("a list");
    assert_eq!(mounts.len(), kinds.len(), "every volume is used");
    let arguments = container["args"].as_array().expect("a list");
    let arguments: Vec<String> = arguments.iter().map(|argument| argument.as_str().expect("text").to_owned()).collect();
    for path in arguments.iter().filter_map(|argument| argument.find('/').map(|at| &argument[at..])) {
        let Some(mount) = mounts.iter().find(|mount| path.starts_with(mount["mountPath"].as_str().expect("text")))
        else {
            assert_eq!(path, "/8", "{path} is on no volume");
            continue;
        };
        let lasts = kinds[mount["name"].as_str().expect("text")].get("persistentVolumeClaim").is_some();
        let reads = mount["readOnly"] == true;
        assert!(lasts != reads, "{path} is only read, or on a volume that lasts");
    }
    arguments
}

#[test]
fn the_cron_job_runs_every_night_one_at_a_time() {
    let documents = documents("cronjob.yaml");
    let [claim, job] = documents.as_slice() else { panic!("{documents:?}") };
    assert_eq!((&job["apiVersion"], &job["kind"]), (&json!("batch/v1"), &json!("CronJob")));
    assert_eq!(job["spec"]["schedule"], "30 2 * * *");
    assert_eq!(job["spec"]["concurrencyPolicy"], "Forbid");
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert_eq!(pod["volumes"][2]["persistentVolumeClaim"]["claimName"], claim["metadata"]["name"]);
    let arguments = arguments(pod);
    runs_every_night("the cron job", |world| vec![program(world, &arguments)]);
}

#[test]
fn the_pods_of_the_indexed_job_cover_the_sheet() {
    let documents = documents("indexed-job.yaml");
    let [job] = documents.as_slice() else { panic!("{documents:?}") };
    let spec = &job["spec"];
    assert_eq!((&job["kind"], &spec["completionMode"]), (&json!("Job"), &json!("Indexed")));
    let arguments = arguments(&spec["template"]["spec"]);
    let count = spec["completions"].as_u64().unwrap();
    assert!(arguments.contains(&format!("--shard=index/{count}")), "as many shards as completions: {arguments:?}");
    runs_every_night("the indexed job", |world| {
        let pod = |index: u64| {
            // What Kubernetes does with a variable of the pod.
            let index = index.to_string();
            let expand = |argument: &String| argument.replace("$(JOB_COMPLETION_INDEX)", &index);
            let arguments: Vec<String> = arguments.iter().map(expand).collect();
            program(world, &arguments).env("JOB_COMPLETION_INDEX", &index)
        };
        (0..count).map(pod).collect()
    });
}

#[test]
fn the_image_uses_the_oldest_rust_and_no_root() {
    let dockerfile = sample("Dockerfile");
    let line = |start: &str| dockerfile.lines().rfind(|line| line.starts_with(start)).expect(start);
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    let oldest = manifest["workspace"]["package"]["rust-version"].as_str().unwrap();
    assert!(dockerfile.contains(&format!("FROM rust:{oldest}-alpine AS build")));
    assert_eq!((line("FROM"), line("USER")), ("FROM scratch", "USER 65532:65532"));
    assert_eq!(line("ENTRYPOINT"), "ENTRYPOINT [\"/usr/local/bin/bulk-invite\"]");
    let version = manifest["package"]["version"].as_str().unwrap();
    for name in ["Dockerfile", "cronjob.yaml", "indexed-job.yaml"] {
        assert!(sample(name).contains(&format!("bulk-invite:{version}")), "{name}");
    }
}
