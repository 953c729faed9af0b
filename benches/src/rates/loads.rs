//! What is asked as often as can be, and how often that has to be.

use chatapi_core::UserId;
use fastrand::Rng;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::CONNECTIONS;
use crate::data::Data;
use crate::data::planted::Class;
use crate::data::rooms::{SENDERS, Scope};
use crate::questions::Question;

/// What a load consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// Pages of a list.
    List,
    /// Searches.
    Search,
    /// One message, by its id.
    One,
    /// Messages that are sent.
    Send,
}

/// Requests of one kind.
#[derive(Clone, Debug)]
pub struct Load {
    /// Its name in reports.
    pub name: &'static str,
    /// What it consists of.
    pub what: What,
    /// The requests, to be taken by chance.
    pub questions: Vec<Question>,
    /// How many of them the documented deployment answers in a second.
    pub documented: f64,
}

/// How many requests of a kind there are: three for each sender.
const QUESTIONS: usize = 3 * CONNECTIONS;

impl Load {
    /// Every load. What is sent comes last, since it changes the data.
    pub fn all(data: &Data) -> Vec<Self> {
        let mut random = Rng::with_seed(2);
        let (reader, many) = (Scope::Mixed.reader(), Scope::Small.reader());
        let sent_to: Vec<_> = data.rooms().as_slice().iter().filter(|room| room.is_sent_to()).collect();
        let large = data.rooms().within(Scope::Large).map(|room| room.id.0).next().unwrap_or_default();
        let all = [
            load("rooms", What::List, 20.0, |_| Question::get(many, "/rooms/")),
            load("messages of a room", What::List, 93.0, |number| {
                Question::get(many, format!("/messages/?room={}", number + 1))
            }),
            load("all my messages", What::List, 18.0, |_| Question::get(many, "/messages/")),
            load("search", What::Search, 7.8, |number| {
                Question::get(reader, format!("/messages/?search={}", term(number, &mut random)))
            }),
            load("search in a large room", What::Search, 8.6, |number| {
                Question::get(reader, format!("/messages/?room={large}&search={}", term(number, &mut random)))
            }),
            load("one message", What::One, 152.0, |_| {
                Question::get(reader, format!("/messages/{}/", data.any_within(Scope::Mixed, &mut random)))
            }),
            load("send", What::Send, 130.0, |number| {
                let sender = SENDERS.clone().nth(number % CONNECTIONS).unwrap_or_default();
                let (room, term) = (sent_to[number % sent_to.len()].id.0, Class::Tenth.terms().concat());
                let content = format!("message {number} of somebody who sends, about {term} and the weather");
                let body = serde_json::json!({ "room": room, "content": content });
                Question { body: Some(body.to_string()), ..Question::get(UserId(sender), "/messages/") }
            }),
        ];
        all.into()
    }
}

fn load(name: &'static str, what: What, documented: f64, question: impl FnMut(usize) -> Question) -> Load {
    Load { name, what, questions: (0..QUESTIONS).map(question).collect(), documented }
}

/// A term of each class in turn, as a part of a URL.
fn term(number: usize, random: &mut Rng) -> String {
    let class = Class::ALL[number % Class::ALL.len()];
    let term = random.choice(class.terms()).map_or("", String::as_str);
    utf8_percent_encode(term, NON_ALPHANUMERIC).to_string()
}
