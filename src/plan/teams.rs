//! Parses the teams cell: `Backend; Data Platform`.

use super::directory::Directory;
use super::rejection::{self, Cell, Rejection};
use super::{entries, is_list};
use crate::model::invitation::ObjectId;

pub(super) fn parse(cell: Cell<'_>, directory: &Directory) -> Result<Vec<ObjectId>, Rejection> {
    if cell.text.is_empty() {
        return Ok(Vec::new());
    }
    let one = |entry: &str| {
        let unresolved = |why| rejection::unresolved(cell, rejection::TEAM, entry, why, directory);
        directory.team(entry).map_err(unresolved)
    };
    if !is_list(cell.text) {
        return Ok(vec![one(cell.text)?]);
    }
    // A team's name may contain a separator; only the organization's list of teams shows that.
    if !directory.is_offline()
        && let Ok(id) = directory.team(cell.text)
    {
        return Ok(vec![id]);
    }
    let mut teams = entries(cell.text).map(one).collect::<Result<Vec<_>, _>>()?;
    teams.sort_unstable();
    teams.dedup();
    Ok(teams)
}
