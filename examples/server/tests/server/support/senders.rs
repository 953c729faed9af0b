//! Several users who send messages all the time, and note what became of each.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Api;
use super::api::Answer;

pub(crate) struct Senders {
    stop: Arc<AtomicBool>,
    sent: Arc<Mutex<Vec<Sent>>>,
    threads: Vec<JoinHandle<()>>,
}

/// What became of a message.
pub(crate) struct Sent {
    pub(crate) sender: usize,
    pub(crate) content: String,
    /// `None` where the connection broke.
    pub(crate) answer: Option<Answer>,
    pub(crate) took: Duration,
}

impl Sent {
    pub(crate) fn status(&self) -> Option<u16> {
        self.answer.as_ref().map(|answer| answer.status)
    }
}

impl Senders {
    pub(crate) fn start(number: usize, api: &Api, room: &Value) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let threads = (0..number)
            .map(|sender| {
                let (api, room, stop, sent) = (api.clone(), room.clone(), stop.clone(), sent.clone());
                thread::spawn(move || send_until(sender, &api, &room, &stop, &sent))
            })
            .collect();
        Self { stop, sent, threads }
    }

    /// How many messages of each sender meet a condition, of those from `first` on.
    pub(crate) fn of_each(&self, first: usize, condition: impl Fn(&Sent) -> bool) -> Vec<usize> {
        let mut counts = vec![0; self.threads.len()];
        for sent in self.sent.lock().unwrap().iter().skip(first).filter(|sent| condition(sent)) {
            counts[sent.sender] += 1;
        }
        counts
    }

    /// How many have been sent.
    pub(crate) fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    /// Ends the sending, and gives what was sent.
    pub(crate) fn stop(self) -> Vec<Sent> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

fn send_until(sender: usize, api: &Api, room: &Value, stop: &AtomicBool, sent: &Mutex<Vec<Sent>>) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let content = format!("message {number} of sender {sender}");
        let began = Instant::now();
        let answer = api.try_post("/messages/", &json!({"room": room, "content": content})).ok();
        let took = began.elapsed();
        let broken = answer.is_none();
        sent.lock().unwrap().push(Sent { sender, content, answer, took });
        if broken {
            return;
        }
    }
}
