//! The organization, and the rules by which people are invited to it. Nothing here depends on HTTP but the errors'
//! statuses.

pub(crate) mod invite_request;
pub(crate) mod refusal;
mod replica;
pub(crate) mod roles;
pub(crate) mod user;
pub(crate) mod users;

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use self::invite_request::InviteRequest;
use self::replica::Replica;
use self::user::{Grants, Invite, InviteEndpoint, MembershipStatus, User};
use self::users::{Slot, Users};
use crate::options::Options;
use crate::options::initial_organization::NamedResource;
use crate::options::limits::Caps;
use crate::options::policy::{Duplicates, EmailCase};
use crate::problem::Problem;

/// The organization.
#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) teams: Vec<NamedResource>,
    pub(crate) projects: Vec<NamedResource>,
    /// The people. The methods in `replica` change them.
    pub(crate) users: Users,
    replica: Option<Replica>,
    other_teams: Vec<String>,
    next_id: u64,
    email_case: EmailCase,
    duplicates: Duplicates,
    caps: Caps,
    invitation_lifetime: SignedDuration,
}

impl Organization {
    /// Creates the organization that the options describe.
    pub(crate) fn new(options: &Options, now: Timestamp) -> Self {
        let initial = &options.organization;
        let mut organization = Organization {
            id: initial.id.clone(),
            name: initial.name.clone(),
            created_at: now,
            teams: initial.teams.clone(),
            projects: initial.projects.clone(),
            users: Users::new(options.emails),
            replica: None,
            other_teams: initial.other_teams.clone(),
            next_id: 0,
            email_case: options.emails,
            duplicates: options.duplicates,
            caps: options.caps,
            invitation_lifetime: SignedDuration::try_from(options.invitation_lifetime).unwrap_or(SignedDuration::MAX),
        };
        let named = |prefix: &'static str, count| (1..=count).map(move |n| format!("{prefix}-{n:06}@example.com"));
        let members = initial.members.iter().cloned().chain(named("member", initial.generated_members));
        let pending = initial.pending.iter().cloned().chain(named("pending", initial.generated_pending));
        let members = members.map(|email| (email, MembershipStatus::Active));
        for (email, status) in members.chain(pending.map(|email| (email, MembershipStatus::Pending))) {
            let grants = Grants { roles: vec!["ORG_MEMBER".into()], ..Grants::default() };
            let request = InviteRequest { username: email, grants };
            let mut user = organization.pending_user(request, "owner@example.com", now);
            if status == MembershipStatus::Active {
                user.status = status;
                user.invites.clear();
            }
            organization.users.insert(user);
        }
        if !options.lookup_lag.is_zero() {
            let lag = SignedDuration::try_from(options.lookup_lag).unwrap_or(SignedDuration::MAX);
            organization.replica = Some(Replica::new(organization.users.clone(), lag));
        }
        organization
    }

    /// Creates an invitation that states `created_at`. Returns the person, and the position of the invite among the
    /// person's invites.
    pub(crate) fn invite(
        &mut self,
        request: InviteRequest,
        endpoint: InviteEndpoint,
        inviter: &str,
        now: Timestamp,
        created_at: Timestamp,
    ) -> Result<(Slot, usize), Problem> {
        self.check_grants(&request.grants)?;
        let existing = self.users.slot_of_email(&request.username);
        if let Some(slot) = existing {
            match self.users.get(slot).map(|user| user.status) {
                Some(MembershipStatus::Pending)
                    if endpoint == InviteEndpoint::Invites && self.duplicates == Duplicates::Accept =>
                {
                    let invite = self.new_invite(request.grants, created_at);
                    return Ok((slot, self.add_invite(slot, invite, now)));
                }
                Some(MembershipStatus::Pending | MembershipStatus::Active) => {
                    let status = self.duplicate_status(endpoint);
                    return Err(Problem::already_in_org(status, &request.username, &self.id));
                }
                Some(MembershipStatus::InvitationExpired | MembershipStatus::InvitationRejected) | None => {}
            }
        }
        self.check_caps(&request)?;
        if let Some(slot) = existing {
            self.remove(slot, now);
        }
        let user = self.pending_user(request, inviter, created_at);
        Ok((self.insert(user, now), 0))
    }

    fn check_grants(&self, grants: &Grants) -> Result<(), Problem> {
        let exists = |resources: &[NamedResource], id: &String| resources.iter().any(|resource| resource.id == *id);
        if let Some(id) = grants.team_ids.iter().find(|id| !exists(&self.teams, id)) {
            let elsewhere = self.other_teams.contains(id);
            return Err(if elsewhere { Problem::team_not_in_org(id, &self.id) } else { Problem::team_not_found(id) });
        }
        match grants.project_ids().find(|id| !exists(&self.projects, id)) {
            Some(id) => Err(Problem::group_not_found(id)),
            None => Ok(()),
        }
    }

    fn duplicate_status(&self, endpoint: InviteEndpoint) -> StatusCode {
        match (endpoint, self.duplicates) {
            (InviteEndpoint::Invites, Duplicates::Refuse400) => StatusCode::BAD_REQUEST,
            (InviteEndpoint::Invites, Duplicates::Refuse409 | Duplicates::Accept) | (InviteEndpoint::Users, _) => {
                StatusCode::CONFLICT
            }
        }
    }

    fn check_caps(&self, request: &InviteRequest) -> Result<(), Problem> {
        let Caps { seats, team, project, teams_per_user } = self.caps;
        let grants = &request.grants;
        if self.users.seats() >= seats {
            return Err(Problem::organization_full(seats, &self.id));
        }
        if grants.team_ids.len() > teams_per_user {
            return Err(Problem::too_many_teams(teams_per_user, &request.username));
        }
        if let Some(id) = grants.team_ids.iter().find(|id| self.users.size_of(id) >= team) {
            return Err(Problem::team_full(team, id));
        }
        match grants.project_ids().find(|id| self.users.size_of(id) >= project) {
            Some(id) => Err(Problem::project_full(project, id)),
            None => Ok(()),
        }
    }

    /// Creates a pending person. The user's id follows the invite's, as in recordings.
    fn pending_user(&mut self, request: InviteRequest, inviter: &str, now: Timestamp) -> User {
        let invite = self.new_invite(request.grants.clone(), now);
        User {
            id: self.new_id(now),
            username: self.email_case.stored(request.username),
            status: MembershipStatus::Pending,
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            inviter_username: inviter.to_owned(),
            grants: request.grants,
            invites: vec![invite],
        }
    }

    fn new_invite(&mut self, grants: Grants, now: Timestamp) -> Invite {
        let created_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let expires_at = created_at.saturating_add(self.invitation_lifetime).unwrap_or(Timestamp::MAX);
        Invite { id: self.new_id(now), created_at, expires_at, grants }
    }

    /// Creates an id like the database's: seconds, a constant, a counter.
    fn new_id(&mut self, now: Timestamp) -> String {
        let seconds = u32::try_from(now.as_second()).unwrap_or_default();
        loop {
            self.next_id += 1;
            let id = format!("{seconds:08x}5a4db0{:010x}", self.next_id);
            // A loaded state may already have it.
            if self.users.slot_of_id(&id).is_none() && self.users.slot_of_invite(&id).is_none() {
                return id;
            }
        }
    }
}
