//! Looks an address up among the organization's people, and among its invites if the invites endpoint is in use.

use super::session::{Session, Unanswered};
use crate::atlas::api::{Api, Body, Gateway, Invite, Membership, NextLink, Page, Request};
use crate::model::email::fold_email;

/// All entries with an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// Set if the person is a member. The lists are empty then.
    pub member: bool,
    /// The person as a pending user.
    pub pending: Vec<Invite>,
    /// The pending invites, if the invites endpoint is in use.
    pub invites: Vec<Invite>,
    /// Set if a person without an entry is absent. A list with other people shows that the server ignored the address,
    /// and a list that goes on may have the person on another page.
    pub is_conclusive: bool,
}

impl<G: Gateway> Session<G> {
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

        let mut entries = Entries { is_conclusive: true, ..Entries::default() };
        for spelling in spellings.into_iter().flatten() {
            let response = self.ask(&Request::FindUser(spelling.to_owned())).await?;
            let Body::People(Page { entries: people, next }) = response.body else {
                return Err(unexpected("the list of users"));
            };
            let (found, others): (Vec<_>, Vec<_>) = people.into_iter().partition(|person| same(&person.email));
            entries.is_conclusive &= others.is_empty() && next != NextLink::Present;
            for person in found {
                match person.membership {
                    Membership::Active => return Ok(Entries { member: true, ..Entries::default() }),
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
                let (found, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|invite| same(&invite.email));
                entries.is_conclusive &= others.is_empty();
                found.into_iter().for_each(|invite| add(&mut entries.invites, invite));
            }
        }
        Ok(entries)
    }
}

fn unexpected(what: &str) -> Unanswered {
    Unanswered::GaveUp(format!("the answer was not {what}"))
}
