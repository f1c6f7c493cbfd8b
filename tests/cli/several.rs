//! Several organizations in one sheet, each with its own credentials, limits and people.

use atlas_sandbox::{InitialOrganization, Options, Running};
use serde_json::Value;

use crate::world::{Finished, World, people};

pub(crate) const OURS: &str = "32b6e34b3d91647abb20e7b8";
pub(crate) const THEIRS: &str = "42b6e34b3d91647abb20e7b8";
const UNKNOWN: &str = "52b6e34b3d91647abb20e7b8";

pub(crate) fn organization(id: &str, options: Options) -> Running {
    let seed = InitialOrganization { id: id.into(), ..InitialOrganization::without_people() };
    atlas_sandbox::start(Options { organization: seed, ..options }).expect("a sandbox")
}

/// A profile whose own organization is ours, with theirs beside it.
pub(crate) fn profile(world: &World, ours: &Running, theirs: &Running, secret: &str) {
    let (token, id) = (atlas_sandbox::TOKEN, atlas_sandbox::CLIENT_ID);
    world.write(
        "config.toml",
        format!(
            "[default]\norg_id = \"{OURS}\"\nbase_url = \"{}\"\naccess_token = \"{token}\"\n\
             [default.organizations.{THEIRS}]\nbase_url = \"{}\"\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\n",
            ours.base_url(),
            theirs.base_url()
        ),
    );
}

fn sheet(world: &World) {
    let mut sheet = "email,roles,Organization ID\n".to_owned();
    for (number, person) in people(60).iter().enumerate() {
        let organization = ["", THEIRS, OURS][number % 3];
        sheet.push_str(&format!("{person},ORG_MEMBER,{organization}\n"));
    }
    sheet.push_str(&format!("stranger@example.com,ORG_MEMBER,{UNKNOWN}\n"));
    world.write("people.csv", sheet);
}

fn run(world: &World) -> Finished {
    world.program(&["run", "people.csv", "--config", "config.toml"]).summed().finish()
}

/// Returns something of each organization in a summary.
fn organizations<T>(run: &Finished, of: impl Fn(&Value) -> T) -> Vec<(String, T)> {
    let organizations = run.json()["organizations"].as_array().expect("a list").clone();
    organizations.iter().map(|one| (one["org_id"].as_str().expect("an id").to_owned(), of(one))).collect()
}

fn limits(run: &Finished) -> Vec<(String, u64)> {
    organizations(run, |one| one["limit"]["capacity"].as_u64().expect("a number"))
}

#[test]
fn each_row_goes_to_its_own_organization_once() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, atlas_sandbox::CLIENT_SECRET);
    sheet(&world);
    let first = run(&world);
    first.exits(1);
    assert_eq!(limits(&first), [(OURS.to_owned(), 500), (THEIRS.to_owned(), 500)]);
    let results = world.results();
    assert_eq!((results.count("invited"), results.count("invalid")), (60, 1), "{}", first.output());
    assert_eq!(
        (ours.sandbox().ledger().created.len(), theirs.sandbox().ledger().created.len()),
        (40, 20),
        "{}",
        first.output()
    );
    for line in results.lines.iter().filter(|line| line.get("status") == "invited") {
        let server = if line.get("org_id") == THEIRS { &theirs } else { &ours };
        let ledger = server.sandbox().ledger();
        let created = ledger.created.iter().find(|created| created.email == line.get("email"));
        assert_eq!(created.expect("an invitation").id, line.get("invite_id"));
    }
    assert_eq!(results.row(62).get("error_code"), "OTHER_ORGANIZATION");

    let second = run(&world);
    second.exits(1);
    assert_eq!(second.json()["kept"], 60);
    assert_eq!((ours.sandbox().ledger().created.len(), theirs.sandbox().ledger().created.len()), (40, 20));
}

#[test]
fn refused_credentials_block_only_their_organization() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, "wrong");
    sheet(&world);
    let halted = run(&world);
    halted.exits(3);
    let reasons = organizations(&halted, |organization| organization["ended_early_reason"].clone());
    assert_eq!(reasons, [(OURS.to_owned(), Value::Null), (THEIRS.to_owned(), "UNAUTHORIZED".into())]);
    let results = world.results();
    assert_eq!((results.count("invited"), results.count("not_sent")), (40, 20), "{}", halted.output());
}

#[test]
fn check_and_status_go_on_with_other_organizations() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, atlas_sandbox::CLIENT_SECRET);
    sheet(&world);
    run(&world).exits(1);
    profile(&world, &ours, &theirs, "wrong");
    let of = |arguments: &[&str]| world.program(arguments).args(&["--config", "config.toml"]).finish();

    let check = of(&["check", "people.csv", "--format", "json"]);
    check.exits(2);
    let document = check.json();
    assert_eq!((&document["exit_code"], &document["online"]), (&2.into(), &false.into()));
    let counts = ["rows", "would_be_sent", "already_invited", "invalid"].map(|name| document["summary"][name].clone());
    assert_eq!(counts, [61, 20, 40, 1], "{}", check.output());

    of(&["status", "people.results.csv"]).exits(2);
    let before = world.read("people.status.csv");
    for line in &world.results_in("people.status.csv").lines {
        assert_eq!(line.get("current_status").is_empty(), [THEIRS, UNKNOWN].contains(&line.get("org_id")), "{line:?}");
    }

    // If no organization answers, nothing is written.
    let text = world.read("config.toml").replace(atlas_sandbox::TOKEN, "a-lapsed-token");
    world.write("config.toml", text);
    for arguments in [["check", "people.csv"], ["status", "people.results.csv"]] {
        let run = of(&arguments);
        run.exits(2);
        assert_eq!((run.stdout.as_str(), run.messages().len()), ("", 2), "{}", run.output());
    }
    assert_eq!(world.read("people.status.csv"), before);
}

#[test]
fn an_organization_without_rows_gets_no_request() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, atlas_sandbox::CLIENT_SECRET);
    world.write("people.csv", format!("email,roles,org_id\nada@example.com,member,{THEIRS}\n"));
    run(&world).exits(0);
    let requests = |server: &Running| server.sandbox().ledger().requests.values().sum::<u64>();
    assert_eq!((requests(&ours), theirs.sandbox().ledger().created.len()), (0, 1));
}

#[test]
fn check_looks_up_each_row_in_its_organization() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, atlas_sandbox::CLIENT_SECRET);
    sheet(&world);
    let check = |more: &[&str]| {
        let check = world.program(&["check", "people.csv", "--config", "config.toml", "--format", "json"]);
        let check = check.args(more).finish();
        check.exits(1);
        check.json()
    };
    let online = check(&[]);
    let seats = online["summary"]["seats"].as_array().expect("a list");
    let theirs_seats = seats.iter().find(|seats| seats["org_id"] == THEIRS).expect("their seats");
    assert_eq!((&theirs_seats["needed"], &theirs_seats["left"]), (&20.into(), &500.into()), "{online}");
    let problem = &online["problems"][0];
    assert_eq!((&problem["row"], &problem["code"]), (&62.into(), &"OTHER_ORGANIZATION".into()), "{online}");
    let offline = check(&["--offline"]);
    assert_eq!((&offline["summary"]["would_be_sent"], &offline["summary"]["invalid"]), (&60.into(), &1.into()));
    for server in [&ours, &theirs] {
        assert_eq!(server.sandbox().ledger().created.len(), 0);
    }
}
