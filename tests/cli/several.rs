//! Several organizations in one sheet, each with its own credentials, limits and people.

use atlas_sandbox::{Options, Running, Seed};

use crate::world::{Finished, World, people};

pub(crate) const OURS: &str = "32b6e34b3d91647abb20e7b8";
pub(crate) const THEIRS: &str = "42b6e34b3d91647abb20e7b8";
const NOBODYS: &str = "52b6e34b3d91647abb20e7b8";

pub(crate) fn organization(id: &str, options: Options) -> Running {
    let seed = Seed { id: id.into(), ..Seed::without_people() };
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
    sheet.push_str(&format!("nobody@example.com,ORG_MEMBER,{NOBODYS}\n"));
    world.write("people.csv", sheet);
}

fn run(world: &World) -> Finished {
    world.program(&["run", "people.csv", "--config", "config.toml"]).finish()
}

#[test]
fn each_row_goes_to_its_own_and_a_second_run_sends_nothing() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, atlas_sandbox::CLIENT_SECRET);
    sheet(&world);
    let first = run(&world);
    first.exits(1).says("61 rows").says(&format!("organization {THEIRS}: limit: 500 requests at once"));
    let results = world.results();
    assert_eq!((results.count("invited"), results.count("invalid")), (60, 1), "{}", first.told());
    assert_eq!(
        (ours.sandbox().ledger().created.len(), theirs.sandbox().ledger().created.len()),
        (40, 20),
        "{}",
        first.told()
    );
    for line in results.lines.iter().filter(|line| line.get("status") == "invited") {
        let server = if line.get("org_id") == THEIRS { &theirs } else { &ours };
        let ledger = server.sandbox().ledger();
        let created = ledger.created.iter().find(|created| created.email == line.get("email"));
        assert_eq!(created.expect("an invitation").id, line.get("invite_id"));
    }
    let detail = results.row(62).get("error_detail");
    assert!(detail.contains(NOBODYS) && detail.contains("profile file"), "{detail}");

    run(&world).exits(1).says("60 of them kept");
    assert_eq!((ours.sandbox().ledger().created.len(), theirs.sandbox().ledger().created.len()), (40, 20));
}

#[test]
fn one_whose_credentials_are_refused_leaves_the_others_alone() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, "wrong");
    sheet(&world);
    let halted = run(&world);
    halted.exits(3).says(&format!("organization {THEIRS}")).says("the others go on").says("check the credentials");
    let results = world.results();
    assert_eq!((results.count("invited"), results.count("not_sent")), (40, 20), "{}", halted.told());
}

#[test]
fn one_that_refuses_is_named_by_a_check_and_by_a_status_which_go_on_with_the_others() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, atlas_sandbox::CLIENT_SECRET);
    sheet(&world);
    run(&world).exits(1);
    profile(&world, &ours, &theirs, "wrong");
    let refused = format!("error: organization {THEIRS}: the credentials are refused");
    let of = |arguments: &[&str]| world.program(arguments).args(&["--config", "config.toml"]).finish();

    let check = of(&["check", "people.csv"]);
    check.exits(2).says(&refused).says(&format!("checking offline the rows for organization {THEIRS}"));
    assert!(check.stdout.contains("61 rows: 20 would be sent, 40 there already, 1 invalid"), "{}", check.told());
    let json = of(&["check", "people.csv", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("a document");
    assert_eq!((&json["exit_code"], &json["online"]), (&2.into(), &false.into()));

    let status = of(&["status", "people.results.csv"]);
    status.exits(2).says(&refused);
    status.says("40 pending, 20 of organizations that could not be asked, 1 of organizations without credentials");
    let told = world.read("people.status.csv");
    for line in &world.results_in("people.status.csv").lines {
        assert_eq!(line.get("current_status").is_empty(), [THEIRS, NOBODYS].contains(&line.get("org_id")), "{line:?}");
    }

    // Where nobody answers there is nothing to go on with.
    let text = world.read("config.toml").replace(atlas_sandbox::TOKEN, "a-lapsed-token");
    world.write("config.toml", text);
    for arguments in [["check", "people.csv"], ["status", "people.results.csv"]] {
        let nobody = of(&arguments);
        nobody.exits(2).says(&refused).says(&format!("error: organization {OURS}: the credentials are refused"));
        assert_eq!((nobody.stdout.as_str(), nobody.stderr.lines().count()), ("", 2), "{}", nobody.told());
    }
    assert_eq!(world.read("people.status.csv"), told);
}

#[test]
fn an_organization_that_no_row_is_for_is_not_asked_about() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, atlas_sandbox::CLIENT_SECRET);
    world.write("people.csv", format!("email,roles,org_id\nada@example.com,member,{THEIRS}\n"));
    run(&world).exits(0);
    let requests = |server: &Running| server.sandbox().ledger().requests.values().sum::<u64>();
    assert_eq!((requests(&ours), theirs.sandbox().ledger().created.len()), (0, 1));
}

#[test]
fn a_check_looks_up_each_row_in_its_own_and_offline_believes_them_all() {
    let world = World::new();
    let (ours, theirs) = (organization(OURS, Options::default()), organization(THEIRS, Options::default()));
    profile(&world, &ours, &theirs, atlas_sandbox::CLIENT_SECRET);
    sheet(&world);
    let check = |more: &[&str]| world.program(&["check", "people.csv", "--config", "config.toml"]).args(more).finish();
    let online = check(&[]);
    online.exits(1);
    assert!(
        online.stdout.contains(&format!("seats of organization {THEIRS}: 20 needed, 500 of 500 left")),
        "{}",
        online.told()
    );
    assert!(
        online
            .stdout
            .contains(&format!("row 62, column Organization ID: there are no credentials for organization {NOBODYS}"))
    );
    let offline = check(&["--offline"]);
    offline.exits(1);
    assert!(offline.stdout.contains("61 rows: 60 would be sent, 1 invalid"), "{}", offline.told());
    for server in [&ours, &theirs] {
        assert_eq!(server.sandbox().ledger().created.len(), 0);
    }
}
