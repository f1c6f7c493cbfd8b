//! What several organizations say that are asked the same: one that refuses is named, and leaves the others alone.

use bulk_invite::model::{Blocked, ObjectId};
use bulk_invite::report::{blocked_advice, escaped};

use crate::cli::screen::Screen;
use crate::cli::settings::UsageError;

/// What was read of the organizations that could be asked, and those that could not.
pub(crate) struct Answers<T> {
    pub(crate) read: Vec<T>,
    pub(crate) refused: Vec<ObjectId>,
}

impl<T> Answers<T> {
    /// Sorts the answers, and tells why some are missing and what to do about it, `or` do instead. An error where all are.
    pub(crate) fn sorted(
        answers: Vec<(ObjectId, Result<T, Blocked>)>,
        or: &str,
        screen: &Screen,
    ) -> Result<Self, UsageError> {
        let several = answers.len() > 1;
        let (mut read, mut refused, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for (id, answer) in answers {
            match answer {
                Ok(answer) => read.push(answer),
                Err(why) => {
                    let whose = if several { format!("organization {id}: ") } else { String::new() };
                    // What Atlas says is a sentence, which goes on here.
                    let said = why.to_string();
                    let said = escaped(&said);
                    told.push(format!("{whose}{}; {}{or}", said.trim_end_matches('.'), blocked_advice(why.reason)));
                    refused.push(id);
                }
            }
        }
        let last = if read.is_empty() { told.pop() } else { None };
        told.iter().for_each(|why| screen.error(why));
        last.map_or(Ok(Self { read, refused }), |why| Err(UsageError(why)))
    }
}
