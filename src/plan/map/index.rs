//! Finds the rules that may match a row without looking at each: most conditions are whole cells, which are hashed.

use hashbrown::HashMap;

use super::pattern::Pattern;

/// Conditions, each with its column among those of the map.
type Conditions = [(usize, Pattern)];

/// Rules by a folded cell that they require.
type ByCell = HashMap<Box<str>, Vec<u32>>;

/// The rules by one of their conditions.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// For each column, the rules that require a whole cell there.
    by_cell: Vec<(usize, ByCell)>,
    /// The rules that require no whole cell.
    others: Vec<u32>,
}

impl Index {
    /// Indexes each rule by that of its conditions which the fewest rules share.
    pub(super) fn new<'a>(rules: impl Iterator<Item = &'a Conditions> + Clone) -> Self {
        let mut shared: HashMap<&(usize, Pattern), u32> = HashMap::new();
        rules.clone().flatten().for_each(|condition| *shared.entry(condition).or_default() += 1);
        let mut index = Self::default();
        for (number, conditions) in (0..).zip(rules) {
            let exact = conditions.iter().filter_map(|condition| match &condition.1 {
                Pattern::Exact(text) => Some((condition.0, text, shared.get(condition))),
                Pattern::Wildcard(_) => None,
            });
            let Some((column, text, _)) = exact.min_by_key(|(_, _, shared)| *shared) else {
                index.others.push(number);
                continue;
            };
            let at = index.by_cell.iter().position(|(known, _)| *known == column).unwrap_or_else(|| {
                index.by_cell.push((column, HashMap::new()));
                index.by_cell.len() - 1
            });
            index.by_cell[at].1.entry(text.clone()).or_default().push(number);
        }
        index
    }

    /// Returns the rules that may match the folded cells of the map's columns, in no order.
    pub(super) fn candidates<'i>(&'i self, cell: impl Fn(usize) -> &'i str) -> impl Iterator<Item = u32> {
        let found = self.by_cell.iter().filter_map(move |(column, rules)| rules.get(cell(*column)));
        found.flatten().chain(&self.others).copied()
    }
}
