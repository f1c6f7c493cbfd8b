//! `bulk-invite sandbox`: the embedded imitation of Atlas as a server, until Ctrl-C.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use atlas_sandbox::{Caps, Limits, Options, Sandbox, Window};
use bulk_invite::model::Exit;
use tokio::net::TcpListener;

use super::error::CliError;
use super::runtime::block_on;
use crate::cli::args::SandboxArgs;

pub(crate) fn run(args: &SandboxArgs) -> Result<Exit, CliError> {
    let options = options(args)?;
    block_on(async {
        let listener = TcpListener::bind(args.listen)
            .await
            .map_err(|source| CliError::AddressUnusable { address: args.listen, source })?;
        let address = listener.local_addr().map_err(CliError::AddressUnknown)?;
        let addresses = format!(
            "listening on http://{address}\n\
             organization: {}\n\
             access token: {}\n\
             service account: {} / {}\n\
             API key: {} / {}",
            atlas_sandbox::ORGANIZATION,
            atlas_sandbox::TOKEN,
            atlas_sandbox::CLIENT_ID,
            atlas_sandbox::CLIENT_SECRET,
            atlas_sandbox::PUBLIC_KEY,
            atlas_sandbox::PRIVATE_KEY,
        );
        let _ = writeln!(io::stdout(), "{addresses}");
        let stop = async {
            // If Ctrl-C cannot be caught, the sandbox serves until it is killed.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        atlas_sandbox::serve(listener, Arc::new(Sandbox::new(options)), stop).await;
        Ok(Exit::Success)
    })
}

fn options(args: &SandboxArgs) -> Result<Options, CliError> {
    let mut options = match &args.scenario {
        Some(path) => scenario(path)?,
        None => Options::default(),
    };
    options.faults.extend(args.fault.iter().cloned());
    if let Some(latency) = args.latency {
        options.latency = latency;
    }
    options.lookup_lag = args.lookup_lag.unwrap_or(options.lookup_lag);
    let organization = &mut options.organization;
    organization.generated_members = args.members.unwrap_or(organization.generated_members);
    organization.generated_pending = args.pending.unwrap_or(organization.generated_pending);
    if let Some(inviter) = &args.inviter {
        options.credentials.bearer_inviter = Some(inviter.clone());
    }
    if let Some(speed) = args.speed {
        options.speed = speed;
    }
    if args.no_limits {
        options.limits = Limits::off();
        options.caps = Caps::unlimited();
    }
    if args.invitation_limiter {
        options.limits.invitations = Some(Window::per_minute(10));
    }
    if let Some(duplicates) = args.duplicates {
        options.duplicates = duplicates.into();
    }
    options.seed = args.seed.unwrap_or(options.seed);
    Ok(options)
}

fn scenario(path: &Path) -> Result<Options, CliError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(source) => return Err(CliError::ScenarioUnreadable { path: path.to_owned(), source }),
    };
    text.parse().map_err(|source| CliError::InvalidScenario { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use atlas_sandbox::Duplicates;
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Cli, Command};

    fn parsed(flags: &[&str]) -> Options {
        let cli = Cli::parse_from(["bulk-invite", "sandbox"].iter().chain(flags));
        let Command::Sandbox(args) = &cli.command else { panic!("another command") };
        options(args).unwrap()
    }

    #[test]
    fn flags_override_the_scenario_and_keep_the_rest_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scenario.toml");
        std::fs::write(&path, "seed = 7\nduplicates = 'accept'\nfaults = ['500@1']\n").unwrap();
        let scenario = ["--scenario", path.to_str().unwrap()];
        let plain = parsed(&scenario);
        assert_eq!((plain.seed, plain.duplicates, plain.limits.invitations), (7, Duplicates::Accept, None));
        let changed = parsed(
            &[&scenario[..], &["--seed=9", "--duplicates=400", "--invitation-limiter", "--fault=cut@1", "--speed=60"]]
                .concat(),
        );
        assert_eq!((changed.seed, changed.duplicates), (9, Duplicates::Refuse400));
        assert_eq!(changed.limits.invitations, Some(Window::per_minute(10)));
        assert_eq!((changed.faults.len(), changed.speed), (2, 60.0));
    }

    #[test]
    fn flags_set_people_lag_inviter() {
        let options = parsed(&["--members=200", "--pending=130", "--lookup-lag=500ms", "--inviter=onboarding"]);
        let organization = &options.organization;
        assert_eq!((organization.generated_members, organization.generated_pending), (200, 130));
        assert_eq!(options.lookup_lag.as_millis(), 500);
        assert_eq!(options.credentials.bearer_inviter.as_deref(), Some("onboarding"));
    }

    #[test]
    fn the_page_lists_faults_and_keys_that_exist() {
        let page = include_str!("../../../docs/sandbox.md");
        let scenario = page.split("```toml\n").find(|block| block.starts_with("faults = ")).unwrap();
        scenario.split("```").next().unwrap().parse::<Options>().unwrap();
        let row = |name: &'static str| page.lines().filter(move |line| line.starts_with(&format!("| {name}")));
        let quoted = |name| row(name).flat_map(|row| row.split('`').skip(1).step_by(2));
        assert_eq!((quoted("KIND").count(), row("KIND").count()), (35, 4));
        for kind in quoted("KIND") {
            for (when, target) in quoted("WHEN").flat_map(|when| quoted("TARGET").map(move |target| (when, target))) {
                let fault = format!("{kind}@{when}/{target}");
                assert!(fault.parse::<atlas_sandbox::Fault>().is_ok(), "{fault}");
            }
        }
    }
}
