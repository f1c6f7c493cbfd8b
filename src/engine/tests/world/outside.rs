//! What befalls a run from outside, at a time or at the moment at which something is told.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::World;
use crate::engine::event::Event;
use crate::model::exit::Signal;

/// Whether an event is such a one.
type Such = fn(&Event<'_>) -> bool;

/// What happens at the moment at which something is told.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine::tests) enum Incident {
    /// So many Ctrl-C.
    Interrupts(usize),
    /// The folder of the results is removed.
    ResultsVanish,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Outside {
    signals: Vec<(Duration, Signal)>,
    pub(super) vanish: Option<Duration>,
    incident: Option<(Such, Incident)>,
}

impl Outside {
    /// Lets what has its time come to pass.
    pub(super) fn begin(&self, folder: &Path, sender: mpsc::Sender<Signal>) -> JoinHandle<()> {
        let (due, vanish, folder) = (self.signals.clone(), self.vanish, folder.to_owned());
        tokio::spawn(async move {
            let signals = async {
                let mut now = Duration::ZERO;
                for (at, signal) in due {
                    sleep(at - now).await;
                    now = at;
                    // A run that is over hears nothing.
                    let _ = sender.send(signal).await;
                }
            };
            let vanish = async {
                if let Some(vanish) = vanish {
                    sleep(vanish).await;
                    fs::remove_dir_all(folder).unwrap();
                }
            };
            tokio::join!(signals, vanish);
        })
    }

    /// Lets come to pass what the event brings about.
    pub(super) fn told(&mut self, event: &Event<'_>, folder: &Path, sender: &mpsc::Sender<Signal>) {
        match self.incident.take_if(|(such, _)| such(event)) {
            Some((_, Incident::Interrupts(times))) => {
                (0..times).for_each(|_| sender.try_send(Signal::Interrupt).unwrap());
            }
            Some((_, Incident::ResultsVanish)) => fs::remove_dir_all(folder).unwrap(),
            None => {}
        }
    }
}

impl World {
    pub(in crate::engine::tests) fn signal_at(mut self, seconds: f64, signal: Signal) -> Self {
        self.outside.signals.push((Duration::from_secs_f64(seconds), signal));
        self
    }

    /// The results' directory is removed so long after the run began.
    pub(in crate::engine::tests) fn results_vanish_after(mut self, seconds: f64) -> Self {
        self.outside.vanish = Some(Duration::from_secs_f64(seconds));
        self
    }

    /// As soon as such an event is told.
    pub(in crate::engine::tests) fn when_told(mut self, such: Such, incident: Incident) -> Self {
        self.outside.incident = Some((such, incident));
        self
    }
}
