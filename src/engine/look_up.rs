//! Looks an address up among the organization's people, and among its invites if the invites endpoint is in use.

use jiff::Timestamp;

use super::session::{Session, Unanswered};
use crate::atlas::api::{Api, Body, Gateway, Invite, Membership, Request};
use crate::model::email::fold_email;

/// The result of looking a person up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No person has the address, so no request of this job has created an invite.
    Absent,
    /// A person with a pending invite.
    Invited(Invite),
    /// A member of the organization, by user id.
    Member(String),
}

/// All entries with an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// The user id of a member. The lists are empty then.
    pub member: Option<String>,
    /// The person as a pending user.
    pub pending: Vec<Invite>,
    /// The pending invites, if the invites endpoint is in use.
    pub invites: Vec<Invite>,
}

impl<G: Gateway> Session<G> {
    /// Finds the person with an address, as [`Session::look_up`] does.
    ///
    /// Of several invites to the address it returns the latest that is not older than `since` (the server's time),
    /// because an older one cannot come from this job.
    ///
    /// # Errors
    ///
    /// The reason one of the requests has no answer.
    pub async fn find(
        &self,
        email: &str,
        sent_as: Option<&str>,
        since: Option<Timestamp>,
    ) -> Result<Found, Unanswered> {
        let Entries { member, pending, invites } = self.look_up(email, sent_as).await?;
        let recent = |invite: &Invite| invite.created_at.is_none_or(|at| since.is_none_or(|since| at >= since));
        let rank = |invite: &Invite| (recent(invite), invite.created_at);
        let later = |found: Invite, invite: Invite| if rank(&invite) > rank(&found) { invite } else { found };
        let latest = |invites: Vec<Invite>| invites.into_iter().reduce(later);
        Ok(match member {
            Some(id) => Found::Member(id),
            None => latest(invites).or_else(|| latest(pending)).map_or(Found::Absent, Found::Invited),
        })
    }

    /// Lists the entries with an address. It is requested as written, as an earlier run sent it, and in lower case.
    ///
    /// # Errors
    ///
    /// The reason one of the requests has no answer.
    pub async fn look_up(&self, email: &str, sent_as: Option<&str>) -> Result<Entries, Unanswered> {
        let folded = fold_email(email);
        let sent_as = sent_as.filter(|sent_as| ![email, &folded].contains(sent_as));
        let spellings = [Some(email), sent_as, Some(folded.as_ref()).filter(|folded| *folded != email)];
        let same = |theirs: &str| fold_email(theirs) == folded;
        // The same entry may be found under several spellings.
        let add = |entries: &mut Vec<Invite>, invite: Invite| {
            if entries.iter().all(|known| known.id != invite.id) {
                entries.push(invite);
            }
        };

        let mut entries = Entries::default();
        for spelling in spellings.into_iter().flatten() {
            let response = self.ask(&Request::FindUser(spelling.to_owned())).await?;
            let Body::People(page) = response.body else { return Err(unexpected("the list of users")) };
            for person in page.entries.into_iter().filter(|person| same(&person.email)) {
                match person.membership {
                    Membership::Active => return Ok(Entries { member: Some(person.id), ..Entries::default() }),
                    Membership::Pending => add(
                        &mut entries.pending,
                        Invite {
                            id: person.id,
                            email: person.email,
                            created_at: person.invited_at,
                            expires_at: person.expires_at,
                            invited_by: person.invited_by,
                            grants: person.grants,
                        },
                    ),
                    Membership::Expired | Membership::Declined => {}
                }
            }
        }
        if self.api == Api::Invites {
            for spelling in spellings.into_iter().flatten() {
                let response = self.ask(&Request::FindInvites(spelling.to_owned())).await?;
                let Body::Invites(found) = response.body else { return Err(unexpected("the list of invites")) };
                let found = found.into_iter().filter(|invite| same(&invite.email));
                found.for_each(|invite| add(&mut entries.invites, invite));
            }
        }
        Ok(entries)
    }
}

fn unexpected(what: &str) -> Unanswered {
    Unanswered::GaveUp(format!("the answer was not {what}"))
}
