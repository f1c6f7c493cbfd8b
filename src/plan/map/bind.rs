//! Binds a map to a sheet and to organizations: conditions to columns, names to ids.

use super::error::MapError;
use super::index::Index;
use super::pattern::Pattern;
use super::rules::{BoundRule, Column, Granted, Rules};
use super::table::{GRANTS, RoleMap, TableRule};
use crate::model::invitation::ObjectId;
use crate::model::quote::quoted;
use crate::plan::ANY;
use crate::plan::directory::Directory;
use crate::plan::rejection::Rejection;
use crate::spreadsheet::{Header, normalized, shortened};

impl RoleMap {
    /// Returns the rules for the rows below this header. Each of their teams and projects must exist in one of the
    /// organizations; an entry for [`ANY`] covers all.
    pub fn bind(&self, header: &Header, directories: &[(ObjectId, &Directory)]) -> Result<Rules, MapError> {
        self.check_grants(header)?;
        let columns = self.columns(header)?;
        let at = |index: usize| columns.iter().position(|(condition, _)| *condition == index);
        let (mut rules, mut faults) = (Vec::with_capacity(self.rules.len()), Vec::new());
        for rule in &self.rules {
            let conditions: Vec<(usize, Pattern)> =
                rule.conditions.iter().filter_map(|(index, text)| Some((at(*index)?, Pattern::new(text)))).collect();
            let org_id = columns.iter().position(|(_, column)| Some(column.cell) == header.org_id());
            let organization = conditions.iter().find(|(at, _)| Some(*at) == org_id).map(|(_, pattern)| pattern);
            match self.granted(rule, organization, directories) {
                Ok(granted) => rules.push(BoundRule {
                    row: rule.row,
                    conditions,
                    roles: rule.roles,
                    teams: rule.teams.clone(),
                    projects: rule.projects.clone(),
                    granted,
                }),
                Err(rejection) => faults.push(rule.fault(rejection)),
            }
        }
        if !faults.is_empty() {
            return Err(MapError::Cells(faults));
        }
        let index = Index::new(rules.iter().map(|rule| rule.conditions.as_slice()));
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        Ok(Rules { name: self.name.clone(), columns, email: header.email(), rules, blank: self.blank.clone(), index })
    }

    /// Returns what a rule grants in each organization, or the error if it names what no organization has.
    fn granted(
        &self,
        rule: &TableRule,
        organization: Option<&Pattern>,
        directories: &[(ObjectId, &Directory)],
    ) -> Result<Granted, Rejection> {
        let fits = |id: &ObjectId| organization.is_none_or(|pattern| *id == ANY || pattern.matches(&id.to_string()));
        let granted: Vec<_> = directories.iter().map(|(id, directory)| (*id, self.resolve(rule, directory))).collect();
        let mut relevant = granted.iter().filter(|(id, _)| fits(id)).map(|(_, resolved)| resolved);
        match relevant.next() {
            Some(Err(first)) if relevant.all(Result::is_err) => Err(first.clone()),
            Some(_) | None => Ok(granted),
        }
    }

    /// Rejects a column that may be a condition or hold what people get.
    fn check_grants(&self, header: &Header) -> Result<(), MapError> {
        for (column, index) in GRANTS.into_iter().zip(self.grants) {
            let Some(name) = index.map(|index| &self.names[index]) else { continue };
            if normalized(name) != column.as_str() && named(header.names(), name) != Named::Nothing {
                return Err(MapError::Unclear { name: quoted(name), column });
            }
        }
        Ok(())
    }

    /// Finds the column of the sheet for each condition.
    fn columns(&self, header: &Header) -> Result<Vec<(usize, Column)>, MapError> {
        let mut columns: Vec<(usize, Column)> = Vec::new();
        for (condition, name) in self.conditions().filter(|(_, name)| !name.is_empty()) {
            let cell = match named(header.names(), name) {
                Named::One(cell) => cell,
                Named::Several => return Err(MapError::Ambiguous { name: quoted(name) }),
                Named::Nothing => {
                    return Err(MapError::NoSuchColumn { name: quoted(name), found: shortened(header.names()) });
                }
            };
            let column = Column { cell, name: header.names()[cell].clone() };
            if let Some((other, _)) = columns.iter().find(|(_, known)| known.cell == cell) {
                let (first, second) = (quoted(&self.names[*other]), quoted(name));
                return Err(MapError::SameColumn { first, second, column: quoted(&column.name) });
            }
            columns.push((condition, column));
        }
        Ok(columns)
    }
}

/// The columns of a sheet that a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    One(usize),
    Several,
    Nothing,
}

/// Finds a column by its exact name, or else by one that differs only in case, accents, spaces and punctuation.
fn named(names: &[String], wanted: &str) -> Named {
    let only = |fits: &dyn Fn(&str) -> bool| {
        let mut cells = (0..names.len()).filter(|&cell| fits(&names[cell]));
        match (cells.next(), cells.next()) {
            (None, _) => Named::Nothing,
            (Some(cell), None) => Named::One(cell),
            (Some(_), Some(_)) => Named::Several,
        }
    };
    let key = normalized(wanted);
    match only(&|name| name == wanted) {
        Named::Nothing if !key.is_empty() => only(&|name| normalized(name) == key),
        found @ (Named::One(_) | Named::Several | Named::Nothing) => found,
    }
}
