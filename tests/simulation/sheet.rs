//! The spreadsheet, and its changes between runs: it is sorted, shortened, extended, or addresses are respelled.

use bulk_invite::model::fold_email;
use fastrand::Rng;

/// The spelling of an address in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    Lower,
    Capital,
    Upper,
    Named,
    Mailto,
}

const SPELLINGS: [Spelling; 5] =
    [Spelling::Lower, Spelling::Capital, Spelling::Upper, Spelling::Named, Spelling::Mailto];

/// The team that every organization of the model has.
pub(crate) const TEAM: (&str, &str) = ("Backend", "aaaaaaaaaaaaaaaaaaaaaaaa");
/// Teams that no row names, so that a short page of teams is not the last.
pub(crate) const OTHER_TEAMS: [(&str, &str); 3] = [
    ("Data", "bbbbbbbbbbbbbbbbbbbbbbbb"),
    ("Design", "cccccccccccccccccccccccc"),
    ("Sales", "eeeeeeeeeeeeeeeeeeeeeeee"),
];
/// A team that is listed and cannot be joined.
pub(crate) const UNJOINABLE_TEAM: (&str, &str) = ("Closed", "dddddddddddddddddddddddd");

/// The part of a row that our own checks reject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    Address,
    Role,
    Team,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    person: usize,
    spelling: Spelling,
    owner: bool,
    team: &'static str,
    note: u8,
    flaw: Option<Flaw>,
}

/// A version of the spreadsheet.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    rows: Vec<Row>,
    people: usize,
    with_note: bool,
    with_organization: bool,
    /// The index of the spelling of all addresses, if the spelling must not vary.
    ///
    /// A server may keep the case of an address and find it in no other. Then our invite is found only by the spelling
    /// that was sent, and the results keep that spelling only until the next run.
    spelling: Option<usize>,
}

/// The result of a row that follows from the sheet alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// The first valid row of its person.
    First,
    Duplicate,
    Invalid,
}

/// A row with the result that the checks expect.
#[derive(Clone, Debug)]
pub(crate) struct RowSpec {
    pub(crate) number: u32,
    pub(crate) cell: String,
    pub(crate) address: String,
    pub(crate) expected: Expected,
    /// Set if the server always refuses the row.
    pub(crate) is_rejected: bool,
}

/// Returns the folded address of a person of the model.
pub(crate) fn address_of(person: usize) -> String {
    let domain = if person.is_multiple_of(3) { "example.org" } else { "example.com" };
    format!("person{person}@{domain}")
}

/// Returns the folded address in a cell.
pub(crate) fn address_in(cell: &str) -> String {
    fold_email(bare(cell)).into_owned()
}

/// Returns the address in a cell, as the results show it.
fn bare(cell: &str) -> &str {
    let bare = cell.rsplit_once('<').map_or(cell, |(_, rest)| rest.trim_end_matches('>'));
    if bare.to_lowercase().starts_with("mailto:") { &bare["mailto:".len()..] } else { bare }
}

impl Row {
    fn pick(rng: &mut Rng, person: usize) -> Self {
        let flaw = (rng.u8(..12) == 0).then(|| [Flaw::Address, Flaw::Role, Flaw::Team][rng.usize(..3)]);
        let team = match rng.u8(..12) {
            0 => UNJOINABLE_TEAM.0,
            1..4 => TEAM.0,
            _ => "",
        };
        Self { person, spelling: SPELLINGS[rng.usize(..5)], owner: rng.u8(..8) == 0, team, note: rng.u8(..4), flaw }
    }

    fn cell(&self) -> String {
        let address = address_of(self.person);
        if self.flaw == Some(Flaw::Address) {
            return address.replace('@', " at ");
        }
        match self.spelling {
            Spelling::Lower => address,
            Spelling::Capital => address.replacen('p', "P", 1),
            Spelling::Upper => address.to_uppercase(),
            Spelling::Named => format!("Person, {} <{}>", self.person, address.replacen('e', "E", 1)),
            Spelling::Mailto => format!("mailto:{address}"),
        }
    }

    fn roles(&self) -> &'static str {
        match (self.flaw, self.owner) {
            (Some(Flaw::Role), _) => "No such role",
            (_, true) => "Organization Owner",
            (_, false) => "ORG_MEMBER",
        }
    }

    fn team(&self) -> &'static str {
        if self.flaw == Some(Flaw::Team) { "No such team" } else { self.team }
    }

    fn note(&self) -> &'static str {
        ["", "plain", "a \"quoted\"\nnote, with a comma", "=1+1"][usize::from(self.note)]
    }
}

impl Sheet {
    pub(crate) fn pick(rng: &mut Rng, one_spelling: bool) -> Self {
        let with_note = rng.bool();
        let mut sheet = Self {
            rows: Vec::new(),
            people: 0,
            with_note,
            with_organization: false,
            spelling: one_spelling.then_some(0),
        };
        let rows = [0, 3, 12, 30, 60][rng.usize(..5)];
        sheet.extend(rng, rows);
        sheet
    }

    fn extend(&mut self, rng: &mut Rng, rows: usize) {
        for _ in 0..rows {
            // A few people are in several rows, with the same or other roles and teams.
            let row = match rng.u8(..10) {
                0 if !self.rows.is_empty() => {
                    let row = self.rows[rng.usize(..self.rows.len())].clone();
                    Row { spelling: SPELLINGS[rng.usize(..5)], ..row }
                }
                1 if self.people > 0 => Row::pick(rng, rng.clone().usize(..self.people)),
                _ => {
                    self.people += 1;
                    Row::pick(rng, self.people - 1)
                }
            };
            self.rows.push(row);
        }
        self.spell();
    }

    /// Sets the spelling of every address, if it must not vary.
    fn spell(&mut self) {
        if let Some(spelling) = self.spelling {
            let spelling_of = |row: &Row| SPELLINGS[(row.person + spelling) % SPELLINGS.len()];
            self.rows.iter_mut().for_each(|row| row.spelling = spelling_of(row));
        }
    }

    /// Returns the number of people who have ever been in the sheet.
    pub(crate) fn people(&self) -> usize {
        self.people
    }

    /// Edits the sheet as a user might before running the command again.
    pub(crate) fn edit(&mut self, rng: &mut Rng) {
        match rng.u8(..8) {
            0 => rng.shuffle(&mut self.rows),
            1 => self.rows.truncate(rng.usize(..=self.rows.len())),
            2 => {
                let more = rng.usize(1..10);
                self.extend(rng, more);
                rng.shuffle(&mut self.rows);
            }
            3 => self.rows.iter_mut().for_each(|row| row.spelling = SPELLINGS[rng.usize(..5)]),
            4 => {
                let people: Vec<usize> = self.rows.iter().map(|row| row.person).collect();
                let changed = people.into_iter().map(|person| Row::pick(rng, person)).collect();
                self.rows = changed;
                self.with_note = !self.with_note;
            }
            5 => self.with_organization = !self.with_organization,
            _ => {}
        }
        self.spell();
    }

    /// Changes the spelling of all addresses.
    pub(crate) fn respell(&mut self) {
        self.spelling = self.spelling.map(|spelling| spelling + 1);
        self.spell();
    }

    /// Returns the sheet as a CSV file.
    pub(crate) fn csv(&self, organization: &str) -> Vec<u8> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let optional = |with: bool, text: &'static str| with.then_some(text);
        let names = [Some("Email"), Some("roles"), Some("teams"), optional(self.with_note, "note")];
        let names = names.into_iter().chain([optional(self.with_organization, "org_id")]).flatten();
        csv.write_record(names).expect("memory takes it");
        for row in &self.rows {
            let cell = row.cell();
            let cells = [Some(cell.as_str()), Some(row.roles()), Some(row.team()), self.with_note.then(|| row.note())];
            let cells = cells.into_iter().chain([self.with_organization.then_some(organization)]).flatten();
            csv.write_record(cells).expect("memory takes it");
        }
        csv.into_inner().expect("memory takes it")
    }

    /// Returns the rows with their expected results.
    pub(crate) fn row_specs(&self) -> Vec<RowSpec> {
        let mut first: Vec<&Row> = Vec::new();
        let mut specs = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let expected = match first.iter().find(|first| first.person == row.person) {
                _ if row.flaw.is_some() => Expected::Invalid,
                None => {
                    first.push(row);
                    Expected::First
                }
                Some(first) if (first.owner, first.team) == (row.owner, row.team) => Expected::Duplicate,
                Some(_) => Expected::Invalid,
            };
            specs.push(RowSpec {
                number: u32::try_from(at).expect("few rows") + 2,
                cell: bare(&row.cell()).to_owned(),
                address: address_of(row.person),
                expected,
                is_rejected: row.team == UNJOINABLE_TEAM.0,
            });
        }
        specs
    }
}
