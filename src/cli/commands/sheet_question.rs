//! The question about a sheet that can be read in several ways. The answer is the flag that decides it.

use bulk_invite::report::shell_word;
use bulk_invite::spreadsheet::{Candidate, Column, SheetError, SheetOptions};

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
}

impl SheetQuestion {
    /// Returns the question that an error leaves open; `None` if no answer would settle it.
    pub(crate) fn of(error: &SheetError) -> Option<Self> {
        if let SheetError::Sheet { error, .. } = error {
            return Self::of(error);
        }
        let SheetError::TwoColumns { column: Column::Email, candidates } = error else { return None };
        // A name that two of them have would not decide.
        let is_unique =
            |one: &Candidate| candidates.iter().filter(|other| other.reference == one.reference).count() == 1;
        let answer = |one: &Candidate| {
            let example = one.example.as_deref().unwrap_or("(empty)");
            let description = format!("{}: {}", beginning(&one.reference), beginning(example));
            (SheetChoice::Column(Column::Email, one.reference.clone()), description)
        };
        candidates.iter().all(is_unique).then(|| Self {
            text: "which column has the addresses to invite?",
            answers: candidates.iter().map(answer).collect(),
        })
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
        }
    }

    /// Reads the sheet as chosen.
    pub(crate) fn apply(self, options: &mut SheetOptions) {
        match self {
            SheetChoice::Column(column, name) => options.columns.push((column, name)),
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
        let text = format!(
            "email,roles,Work Email\nada@example.com,member,\nbob@example.com,member,{}@example.org\n",
            "x".repeat(50)
        );
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
    fn what_no_answer_settles_is_not_asked() {
        for text in ["email,roles,email\na@example.com,member,b@example.com\n", "email,roles,Rolle\n", "Name\n", ""] {
            assert_eq!(question(text), None, "{text}");
        }
    }
}
