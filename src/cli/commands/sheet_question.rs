//! The question about a sheet that can be read in several ways. The answer is the flag that decides it.

use bulk_invite::report::shell_word;
use bulk_invite::spreadsheet::{Candidate, Column, HiddenRows, SheetError, SheetOptions};

use super::prompt;
use crate::cli::screen::Screen;

/// The most characters of a name or an example that are shown.
const SHOWN: usize = 40;

/// A question that only the user can answer before the sheet is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SheetQuestion {
    text: &'static str,
    /// The answers, each with its description.
    answers: Vec<(SheetChoice, String)>,
}

/// An answer, which is also the value of a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SheetChoice {
    Column(Column, String),
    HiddenRows(HiddenRows),
}

impl SheetQuestion {
    /// Returns the question that an error leaves open; `None` if no answer would settle it.
    pub(crate) fn of(error: &SheetError) -> Option<Self> {
        if let SheetError::Sheet { error, .. } = error {
            return Self::of(error);
        }
        if let SheetError::DifferentAddresses { candidates, .. } | SheetError::UnknownEmailColumn { candidates, .. } =
            error
        {
            return Some(Self::column(candidates));
        }
        let SheetError::HiddenRows { rows } = error else { return None };
        Some(Self::hidden_rows(rows))
    }

    fn column(candidates: &[Candidate]) -> Self {
        let answer = |one: &Candidate| {
            let example = one.example.as_deref().unwrap_or("(empty)");
            let description = format!("{}: {}", beginning(&one.reference), beginning(example));
            (SheetChoice::Column(Column::Email, one.reference.clone()), description)
        };
        let answers = candidates.iter().map(answer).collect();
        Self { text: "which column has the addresses to invite?", answers }
    }

    fn hidden_rows(rows: &[u32]) -> Self {
        let rows = if rows.len() == 1 { "1 hidden row".to_owned() } else { format!("{} hidden rows", rows.len()) };
        let answer = |treatment, verb| (SheetChoice::HiddenRows(treatment), format!("{verb} {rows}"));
        let answers = vec![answer(HiddenRows::Skip, "leave out"), answer(HiddenRows::Include, "include")];
        Self { text: "are the hidden rows people to invite?", answers }
    }

    /// Asks on the terminal; `None` if the user chooses nothing.
    pub(crate) fn ask(self, screen: &Screen) -> Option<SheetChoice> {
        let index = prompt::choose(&self.text(), self.answers.len(), screen)?;
        self.answers.into_iter().nth(index).map(|(choice, _)| choice)
    }

    /// Returns a numbered list of the answers, and the question.
    fn text(&self) -> String {
        let lines =
            self.answers.iter().zip(1..).map(|((_, description), number)| format!("  {number}  {description}\n"));
        format!("{}{} [1-{}] ", lines.collect::<String>(), self.text, self.answers.len())
    }
}

impl SheetChoice {
    /// Returns the flag that makes the same choice, ready to paste.
    pub(crate) fn flag(&self) -> String {
        match self {
            SheetChoice::Column(column, name) => format!("--column {}", shell_word(&format!("{column}={name}"))),
            SheetChoice::HiddenRows(HiddenRows::Skip) => "--hidden-rows skip".to_owned(),
            SheetChoice::HiddenRows(HiddenRows::Include) => "--hidden-rows include".to_owned(),
        }
    }

    /// Reads the sheet as chosen.
    pub(crate) fn apply(self, options: &mut SheetOptions) {
        match self {
            SheetChoice::Column(column, name) => options.columns.push((column, name)),
            SheetChoice::HiddenRows(treatment) => options.hidden_rows = Some(treatment),
        }
    }
}

fn beginning(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use bulk_invite::spreadsheet::Sheet;

    use super::*;

    fn question(text: &str) -> Option<SheetQuestion> {
        SheetQuestion::of(&Sheet::from_bytes(text, &SheetOptions::default()).map(|_| ()).unwrap_err())
    }

    #[test]
    fn each_candidate_is_shown_with_an_example() {
        let text = format!("email,roles,Work Email\nada@example.com,member,{}@example.org\n", "x".repeat(50));
        let question = question(&text).unwrap();
        insta::assert_snapshot!(question.text(), @r"
          1  email: ada@example.com
          2  Work Email: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
        which column has the addresses to invite? [1-2] 
        ");
        let (choice, _) = question.answers[1].clone();
        assert_eq!(choice.flag(), "--column 'email=Work Email'");
    }

    #[test]
    fn an_answer_settles_the_question() {
        let text = "email,roles,Work Email\nada@example.com,member,ada@example.org\n";
        let (choice, _) = question(text).unwrap().answers[1].clone();
        let mut options = SheetOptions::default();
        choice.apply(&mut options);
        assert_eq!(Sheet::from_bytes(text, &options).unwrap().header().email(), 2);
    }

    #[test]
    fn each_treatment_of_hidden_rows_is_an_answer() {
        let question = SheetQuestion::of(&SheetError::HiddenRows { rows: vec![3, 5] }).unwrap();
        insta::assert_snapshot!(question.text(), @r"
          1  leave out 2 hidden rows
          2  include 2 hidden rows
        are the hidden rows people to invite? [1-2] 
        ");
        let flags: Vec<String> = question.answers.iter().map(|(choice, _)| choice.flag()).collect();
        assert_eq!(flags, ["--hidden-rows skip", "--hidden-rows include"]);
        let mut options = SheetOptions::default();
        question.answers[0].0.clone().apply(&mut options);
        assert_eq!(options.hidden_rows, Some(HiddenRows::Skip));
    }

    #[test]
    fn what_no_answer_settles_is_not_asked() {
        for text in ["email,roles,Rolle\n", "Name\n", ""] {
            assert_eq!(question(text), None, "{text}");
        }
    }
}
