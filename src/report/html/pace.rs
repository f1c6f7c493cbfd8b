//! How many invites were created when, as bars over time.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;

use super::text::{counted, number, second};
use crate::model::status::JobKind;

/// Bars at most; then each stands for more time.
const BARS: i64 = 120;
/// What a bar may stand for, in seconds, each a multiple of the one before, and in words.
const WIDTHS: [(i64, &str); 14] = [
    (1, "1 second"),
    (5, "5 seconds"),
    (15, "15 seconds"),
    (60, "1 minute"),
    (300, "5 minutes"),
    (900, "15 minutes"),
    (3_600, "1 hour"),
    (10_800, "3 hours"),
    (21_600, "6 hours"),
    (86_400, "1 day"),
    (864_000, "10 days"),
    (8_640_000, "100 days"),
    (864_000_000, "10,000 days"),
    (86_400_000_000, "1,000,000 days"),
];

/// Counts by time, in at most [`BARS`] bars however long it took.
#[derive(Default)]
pub(super) struct Pace {
    /// Which of [`WIDTHS`] a bar stands for.
    width: usize,
    bars: BTreeMap<i64, u64>,
    total: u64,
    period: Option<(Timestamp, Timestamp)>,
}

impl Pace {
    pub(super) fn add(&mut self, at: Timestamp) {
        self.total += 1;
        self.period = Some(self.period.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        *self.bars.entry(at.as_second().div_euclid(WIDTHS[self.width].0)).or_default() += 1;
        while self.span() > BARS && self.width + 1 < WIDTHS.len() {
            let times = WIDTHS[self.width + 1].0 / WIDTHS[self.width].0;
            self.width += 1;
            let finer = std::mem::take(&mut self.bars);
            finer.into_iter().for_each(|(bar, count)| *self.bars.entry(bar.div_euclid(times)).or_default() += count);
        }
    }

    /// From the first bar to the last, both included.
    fn span(&self) -> i64 {
        let ends = self.bars.first_key_value().zip(self.bars.last_key_value());
        ends.map_or(0, |((first, _), (last, _))| last - first + 1)
    }

    /// Writes it, of what this kind of job does.
    pub(super) fn write(&self, out: &mut impl Write, job: JobKind) -> io::Result<()> {
        let (Some((first, last)), Some((start, _))) = (self.period, self.bars.first_key_value()) else { return Ok(()) };
        writeln!(out, "<section>\n<h2>Pace</h2>")?;
        let invites = match job {
            JobKind::Invite => counted(self.total, "invite", "invites"),
            JobKind::Revoke => counted(self.total, "cancellation", "cancellations"),
        };
        let span = self.span();
        if span < 2 {
            return writeln!(out, "<p>{invites}, at {} UTC.</p>\n</section>", second(first));
        }
        let most = self.bars.values().copied().max().unwrap_or(1);
        let tallest = number(most);
        let width = WIDTHS[self.width].1;
        writeln!(
            out,
            "<figure>\n<svg class=\"pace\" viewBox=\"0 0 {span} 100\" preserveAspectRatio=\"none\" role=\"img\" \
             aria-label=\"Pace over time: {invites} in {span} bars of {width}, {tallest} in the tallest\">"
        )?;
        for (bar, count) in &self.bars {
            let height = (*count as f64 * 100.0 / most as f64).max(1.0);
            let (x, y) = (bar - start, 100.0 - height);
            writeln!(out, "<rect class=\"good\" x=\"{x}.1\" y=\"{y:.1}\" width=\".8\" height=\"{height:.1}\"/>")?;
        }
        writeln!(out, "</svg>\n<p class=\"axis\"><span>{}</span><span>{}</span></p>", second(first), second(last))?;
        writeln!(
            out,
            "<figcaption>{invites}. Each bar is {width}; the tallest stands for {tallest}. Times are UTC.</figcaption>\n\
             </figure>\n</section>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(seconds: &[i64]) -> (Pace, String) {
        let mut pace = Pace::default();
        seconds.iter().for_each(|at| pace.add(Timestamp::from_second(*at).unwrap()));
        let mut out = Vec::new();
        pace.write(&mut out, JobKind::Invite).unwrap();
        (pace, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_bar_stands_for_as_much_time_as_the_run_asks_for() {
        assert_eq!(told(&[]).1, "");
        assert!(told(&[0, 0]).1.contains("<p>2 invites, at 1970-01-01 00:00:00 UTC.</p>"));
        for (last, width) in [(119, "1 second"), (120, "5 seconds"), (3600, "1 minute"), (86_400, "15 minutes")] {
            let (_, page) = told(&[0, 0, last]);
            assert!(page.contains(&format!("3 invites. Each bar is {width}; the tallest stands for 2.")), "{page}");
            assert_eq!(page.matches("<rect").count(), 2);
        }
    }

    #[test]
    fn each_width_is_a_multiple_of_the_one_before() {
        assert!(WIDTHS.is_sorted() && WIDTHS.windows(2).all(|pair| pair[1].0 % pair[0].0 == 0));
    }

    proptest! {
        #[test]
        fn nobody_is_lost_and_bars_stay_few(seconds in proptest::collection::vec(-377_000_000_000_i64..253_000_000_000, 1..60)) {
            let (pace, _) = told(&seconds);
            prop_assert_eq!(pace.bars.values().sum::<u64>(), seconds.len() as u64);
            prop_assert!(pace.span() <= BARS, "{}", pace.span());
        }
    }
}
