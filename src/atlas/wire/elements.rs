//! Splits a JSON array into its elements while it arrives, so that a list of any length needs the memory of one entry.
//!
//! Only brackets and strings are tracked. The caller parses every element, and an array is valid if its elements are,
//! so a malformed array is never mistaken for a shorter one.

use super::answer::NOT_JSON;

/// The longest element, in bytes. An invite with roles in a thousand projects takes about 80 KiB.
const LONGEST: usize = 256 << 10;

/// A position in the text of an array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Before,
    Inside,
    InString,
    /// After a backslash in a string.
    Escaped,
    After,
}

/// A splitter of one array.
#[derive(Debug, Default)]
pub(super) struct Elements {
    place: Place,
    /// The number of open brackets within the current element.
    depth: usize,
    /// The beginning of the current element, if it came in an earlier chunk.
    partial: Vec<u8>,
    has_elements: bool,
}

impl Elements {
    /// Passes each element that ends in the chunk to `take`, in order.
    ///
    /// # Errors
    ///
    /// The problem with the array, or the first problem that `take` returns.
    pub(super) fn push(
        &mut self,
        chunk: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), &'static str>,
    ) -> Result<(), &'static str> {
        let mut start = 0;
        for (at, byte) in chunk.iter().enumerate() {
            match (self.place, *byte) {
                (Place::Before | Place::After, b' ' | b'\t' | b'\n' | b'\r') => {}
                (Place::Before, b'[') => {
                    self.place = Place::Inside;
                    start = at + 1;
                }
                (Place::Before, b'{' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => return Err("no list"),
                (Place::Before | Place::After, _) => return Err(NOT_JSON),
                (Place::Inside, b'"') => self.place = Place::InString,
                (Place::Inside, b'[' | b'{') => self.depth += 1,
                (Place::Inside, b',') if self.depth == 0 => {
                    self.end_element(&chunk[start..at], &mut take)?;
                    start = at + 1;
                }
                (Place::Inside, b']') if self.depth == 0 => {
                    let is_blank = |bytes: &[u8]| bytes.trim_ascii().is_empty();
                    if self.has_elements || !is_blank(&self.partial) || !is_blank(&chunk[start..at]) {
                        self.end_element(&chunk[start..at], &mut take)?;
                    }
                    self.place = Place::After;
                }
                (Place::Inside, b']' | b'}') => self.depth = self.depth.checked_sub(1).ok_or(NOT_JSON)?,
                (Place::InString, b'\\') => self.place = Place::Escaped,
                (Place::InString, b'"') => self.place = Place::Inside,
                (Place::Escaped, _) => self.place = Place::InString,
                (Place::Inside | Place::InString, _) => {}
            }
        }
        match self.place {
            Place::Inside | Place::InString | Place::Escaped => self.keep(&chunk[start..]),
            Place::Before | Place::After => Ok(()),
        }
    }

    /// Returns whether the array is complete.
    ///
    /// # Errors
    ///
    /// The array is cut off.
    pub(super) fn finish(&self) -> Result<(), &'static str> {
        if self.place == Place::After { Ok(()) } else { Err("an incomplete value") }
    }

    fn end_element(
        &mut self,
        rest: &[u8],
        take: &mut impl FnMut(&[u8]) -> Result<(), &'static str>,
    ) -> Result<(), &'static str> {
        self.has_elements = true;
        if self.partial.is_empty() && rest.len() <= LONGEST {
            return take(rest);
        }
        self.keep(rest)?;
        let taken = take(&self.partial);
        self.partial.clear();
        taken
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), &'static str> {
        if self.partial.len() + part.len() > LONGEST {
            return Err("an entry longer than 256 KiB");
        }
        self.partial.extend_from_slice(part);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Returns the elements of a text that arrives in chunks cut at these places.
    fn split(text: &[u8], cuts: &[usize]) -> Result<Vec<Value>, &'static str> {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let (mut elements, mut found) = (Elements::default(), Vec::new());
        for ends in cuts.windows(2) {
            elements.push(&text[ends[0]..ends[1]], |element| {
                found.push(serde_json::from_slice(element).map_err(|_| NOT_JSON)?);
                Ok(())
            })?;
        }
        elements.finish().map(|()| found)
    }

    /// Returns the array's elements as serde_json reads them.
    fn expected(text: &[u8]) -> Option<Vec<Value>> {
        serde_json::from_slice(text).ok()
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            r#"[\[\]{}",:\\ a-z\né]{0,8}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 30, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((r#"[\[\]{}",\\a-c]{0,3}"#, inner), 0..4)
                    .prop_map(|fields| fields.into_iter().collect()),
            ]
        })
    }

    fn cuts() -> impl Strategy<Value = Vec<usize>> {
        prop::collection::vec(any::<usize>(), 0..12)
    }

    #[test]
    fn an_array_is_complete_or_an_error() {
        for (text, count) in [
            ("[]", Ok(0)),
            (" \r\n[\t ] \n", Ok(0)),
            ("[1]", Ok(1)),
            (r#"[{"a":"]"}, "[{\"," ,[[],{}]]"#, Ok(3)),
            ("", Err("an incomplete value")),
            ("[", Err("an incomplete value")),
            ("[1,2", Err("an incomplete value")),
            (r#"["]"#, Err("an incomplete value")),
            ("[1]]", Err(NOT_JSON)),
            ("[1] 2", Err(NOT_JSON)),
            ("[1,]", Err(NOT_JSON)),
            ("[,1]", Err(NOT_JSON)),
            ("[1 2]", Err(NOT_JSON)),
            ("[}", Err(NOT_JSON)),
            ("[{]}", Err(NOT_JSON)),
            (r#"[{"a"]}]"#, Err(NOT_JSON)),
            ("<html>", Err(NOT_JSON)),
            (r#"{"results":[]}"#, Err("no list")),
            ("null", Err("no list")),
        ] {
            for cuts in [vec![], (0..text.len()).collect()] {
                assert_eq!(split(text.as_bytes(), &cuts).map(|found| found.len()), count, "{text} {cuts:?}");
            }
        }
    }

    #[test]
    fn an_element_has_a_length_limit() {
        for (length, is_accepted) in [(LONGEST - 2, true), (LONGEST - 1, false)] {
            let text = format!("[1,\"{}\",2]", "x".repeat(length));
            for cuts in [vec![], vec![9], vec![9, LONGEST / 2]] {
                assert_eq!(split(text.as_bytes(), &cuts).is_ok(), is_accepted, "{length} {cuts:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_chunks_give_the_elements_of_the_whole(values in prop::collection::vec(value(), 0..6), cuts in cuts()) {
            let text = serde_json::to_vec_pretty(&values).unwrap();
            prop_assert_eq!(split(&text, &cuts), Ok(values));
        }

        #[test]
        fn any_text_is_accepted_only_as_serde_does(
            values in prop::collection::vec(value(), 0..4),
            changes in prop::collection::vec((any::<usize>(), r#"[\[\]{}",:\\ 1n]"#), 0..4),
            cuts in cuts(),
        ) {
            let mut text = serde_json::to_vec(&values).unwrap();
            for (at, byte) in changes {
                let at = at % text.len();
                text[at] = byte.as_bytes()[0];
            }
            prop_assert_eq!(split(&text, &cuts).ok(), expected(&text));
        }
    }
}
