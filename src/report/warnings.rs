//! Warnings before anything is sent: too few seats, and project roles that may not exist in Atlas.

use super::escaped;
use crate::model::seats::Seats;
use crate::plan::forecast::UnlistedRoles;
use crate::plan::{Addresses, FailedColumn};

/// The number of roles that are listed one by one.
const ROLES_SHOWN: usize = 10;

/// The number of columns that are listed.
const COLUMNS_SHOWN: usize = 8;

/// Returns the numbers of seats that are needed and free, and the remedy if they are too few.
pub fn seats(seats: Seats) -> String {
    let (limit, needed) = (Seats::LIMIT, seats.needed);
    let short = match seats.missing() {
        0 => String::new(),
        1 => "; 1 person would get no seat; ask MongoDB support to raise the limit first".to_owned(),
        missing => format!("; {missing} people would get no seat; ask MongoDB support to raise the limit first"),
    };
    match (seats.taken, seats.left()) {
        (None, _) if short.is_empty() => {
            format!(
                "{needed} needed, {limit} allowed; the number in use is unknown, because the organization was not read"
            )
        }
        (None, _) => format!("{needed} needed, {limit} allowed{short}"),
        (Some(_), Some(left)) => format!("{needed} needed, {left} of {limit} free{short}"),
        (Some(taken), None) => format!(
            "{needed} needed, {taken} in use; the limit was raised from {limit}, so the number of free seats is unknown"
        ),
    }
}

/// Returns the finding about a column of which every value fails, with the column.
pub fn failed_column(failed: &FailedColumn) -> String {
    format!("column {}: {}", escaped(&failed.name), escaped(&failed.to_string()))
}

/// Returns a line about addresses in columns that are not read, if there are any.
pub fn unread_addresses(addresses: &Addresses) -> Option<String> {
    let columns: Vec<String> = addresses
        .unread
        .iter()
        .take(COLUMNS_SHOWN)
        .map(|unread| format!("{} ({})", escaped(&unread.column), unread.addresses))
        .collect();
    let more = match addresses.unread.len().saturating_sub(COLUMNS_SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let columns = columns.join(", ");
    match addresses.all_unread() {
        0 => None,
        1 => Some(format!("1 address is in a column that is not read: {columns}")),
        all => Some(format!("{all} addresses are in columns that are not read: {columns}{more}")),
    }
}

/// Returns a warning for each of the first roles, and one warning for all others.
pub fn unlisted_roles(roles: &UnlistedRoles) -> Vec<String> {
    let by_row = roles.by_row();
    let listed = by_row.iter().take(ROLES_SHOWN).map(|(role, uses)| {
        let more = match uses.rows {
            1 => String::new(),
            2 => " and 1 more row".to_owned(),
            rows => format!(" and {} more rows", rows - 1),
        };
        format!(
            "warning: unknown project role \"{}\" (row {}{more}); it is sent as written",
            escaped(role),
            uses.first_row
        )
    });
    let mut lines: Vec<String> = listed.collect();
    if let Some(more @ 1..) = by_row.len().checked_sub(ROLES_SHOWN) {
        let at_least = if roles.beyond { "at least " } else { "" };
        let roles = if more == 1 { "role" } else { "roles" };
        lines.push(format!("warning: {at_least}{more} more unknown project {roles}; `bulk-invite check` lists them"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::invitation::{Invitation, ObjectId, OrgRoles, ProjectAccess};
    use crate::plan::UnreadAddresses;
    use crate::plan::forecast::Forecast;

    #[test]
    fn seats_are_counted_as_far_as_they_are_known() {
        let cases = [(18, Some(4)), (620, Some(4)), (1, Some(500)), (1, Some(620)), (18, None), (502, None)];
        let lines = cases.map(|(needed, taken)| seats(Seats { needed, taken }));
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn addresses_in_other_columns_are_counted() {
        let unread = |column: &str, addresses| UnreadAddresses { column: column.to_owned(), addresses };
        let many: Vec<_> = (1..12).map(|number| unread(&format!("Mail {number}"), number)).collect();
        let lists =
            [Vec::new(), vec![unread("Manager", 1)], vec![unread("Manager", 3), unread("N\u{1b}otes", 1)], many];
        let lines = lists.map(|unread| unread_addresses(&Addresses { unread, ..Addresses::default() }));
        insta::assert_snapshot!(lines.map(Option::unwrap_or_default).join("\n"));
    }

    #[test]
    fn each_role_is_listed_once_and_many_are_cut() {
        let mut forecast = Forecast::default();
        let mut add = |row, role: String| {
            let projects = vec![ProjectAccess { project: ObjectId::ZERO, roles: vec![role] }];
            let (email, roles, teams) = (String::new(), OrgRoles::default(), Vec::new());
            forecast.add(row, &Invitation { organization: ObjectId::ZERO, email, roles, teams, projects });
        };
        (3..16).for_each(|row| add(row, "GROUP_FOO".to_owned()));
        (16..30).for_each(|row| add(row, format!("GROUP_{row}")));
        let lines = unlisted_roles(&forecast.unlisted);
        assert_eq!(lines.len(), 11);
        insta::assert_snapshot!(lines.join("\n"));
    }
}
