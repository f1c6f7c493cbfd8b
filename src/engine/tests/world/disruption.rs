//! Disruptions of a run: signals and lost files, at a time or on an event.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::World;
use crate::engine::event::Event;
use crate::model::exit::Signal;

type EventFilter = fn(&Event<'_>) -> bool;

/// A disruption on an event.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine::tests) enum Disruption {
    /// This number of interrupts (Ctrl-C).
    Interrupts(usize),
    /// The folder of the results is removed.
    ResultsRemoved,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Disruptions {
    signals: Vec<(Duration, Signal)>,
    pub(super) removal: Option<Duration>,
    on_event: Option<(EventFilter, Disruption)>,
}

impl Disruptions {
    /// Spawns a task for the disruptions at a time.
    pub(super) fn begin(&self, folder: &Path, sender: mpsc::Sender<Signal>) -> JoinHandle<()> {
        let (due, removal, folder) = (self.signals.clone(), self.removal, folder.to_owned());
        tokio::spawn(async move {
            let signals = async {
                let mut now = Duration::ZERO;
                for (at, signal) in due {
                    sleep(at - now).await;
                    now = at;
                    // The run may be over.
                    let _ = sender.send(signal).await;
                }
            };
            let removal = async {
                if let Some(removal) = removal {
                    sleep(removal).await;
                    fs::remove_dir_all(folder).unwrap();
                }
            };
            tokio::join!(signals, removal);
        })
    }

    /// Disrupts the run if this is the event to wait for.
    pub(super) fn observe(&mut self, event: &Event<'_>, folder: &Path, sender: &mpsc::Sender<Signal>) {
        match self.on_event.take_if(|(filter, _)| filter(event)) {
            Some((_, Disruption::Interrupts(times))) => {
                (0..times).for_each(|_| sender.try_send(Signal::Interrupt).unwrap());
            }
            Some((_, Disruption::ResultsRemoved)) => fs::remove_dir_all(folder).unwrap(),
            None => {}
        }
    }
}

impl World {
    pub(in crate::engine::tests) fn signal_at(mut self, seconds: f64, signal: Signal) -> Self {
        self.disruptions.signals.push((Duration::from_secs_f64(seconds), signal));
        self
    }

    /// Removes the folder of the results this number of seconds after the run begins.
    pub(in crate::engine::tests) fn results_removed_after(mut self, seconds: f64) -> Self {
        self.disruptions.removal = Some(Duration::from_secs_f64(seconds));
        self
    }

    /// Disrupts the run on the first event that matches.
    pub(in crate::engine::tests) fn disrupt_on(mut self, filter: EventFilter, disruption: Disruption) -> Self {
        self.disruptions.on_event = Some((filter, disruption));
        self
    }
}
