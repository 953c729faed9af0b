//! Puts the data into a database, as fast as that takes it, and has the chat make of it what searches need.

use std::path::Path;
use std::time::{Duration, Instant};

use chatapi_core::ChatApi;
use chatapi_core::search::Analyzer;
use chatapi_core::text::Text;

use crate::data::Data;
use crate::{Result, chat};

mod postgres;
mod sqlite;
mod tables;

use tables::{Cell, Table};

/// How many rows are sent at once.
const BATCH: usize = 20_000;

/// What a load took.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// To put the rows in, their indexes included.
    pub rows: Duration,
    /// To make what searches need.
    pub search: Duration,
}

/// Loads the data into an empty database of PostgreSQL's, as its superuser.
///
/// # Errors
/// Where the database refuses it.
pub async fn into_postgres(url: &str, data: &Data) -> Result<Load> {
    let api = chat::on_postgres(url, 2)?;
    chat::begin(&api).await?;
    into(&api, postgres::Loader::connect(url).await?, data).await
}

/// Loads the data into a new file of SQLite's.
///
/// # Errors
/// Where the file exists already, or cannot be written.
pub async fn into_sqlite(file: &Path, data: &Data) -> Result<Load> {
    let api = chat::on_sqlite(file).await?;
    chat::begin(&api).await?;
    into(&api, sqlite::Loader::connect(file).await?, data).await
}

/// How long it takes to make this many of the messages and to put them nowhere.
pub fn making(data: &Data, messages: usize) -> Duration {
    let began = Instant::now();
    for message in data.messages().take(messages) {
        std::hint::black_box(message);
    }
    began.elapsed()
}

async fn into(api: &ChatApi, mut loader: impl Loader, data: &Data) -> Result<Load> {
    let began = Instant::now();
    people(&mut loader, data).await?;
    messages(&mut loader, data).await?;
    let rows = began.elapsed();
    loader.settle().await?;
    api.index_pending().await?;
    loader.pack().await?;
    loader.settle().await?;
    Ok(Load { rows, search: began.elapsed() - rows })
}

/// A database that takes rows by the thousand.
trait Loader {
    /// Writes a row in the form that [`insert`](Self::insert) takes.
    fn write(row: &[Cell<'_>], rows: &mut String);
    /// Inserts rows.
    async fn insert(&mut self, table: &Table, rows: &str) -> Result<()>;
    /// Takes the indexes of messages away, and gives what makes them again.
    async fn drop_indexes(&mut self) -> Result<Vec<String>>;
    /// Runs statements.
    async fn run(&mut self, statements: Vec<String>) -> Result<()>;
    /// Gives back the space of the texts that wait for the indexer, which are never so many but after a load: SQLite uses it
    /// for whatever comes next.
    async fn pack(&mut self) -> Result<()> {
        Ok(())
    }
    /// Brings up to date what the database knows of its tables, as it does by itself in time.
    async fn settle(&mut self) -> Result<()>;
}

/// Rows of one table that wait to be sent.
struct Batch {
    table: &'static Table,
    rows: String,
    length: usize,
}

impl Batch {
    fn of(table: &'static Table) -> Self {
        Self { table, rows: String::new(), length: 0 }
    }

    async fn add<L: Loader>(&mut self, loader: &mut L, row: &[Cell<'_>]) -> Result<()> {
        L::write(row, &mut self.rows);
        self.length += 1;
        if self.length == BATCH { self.send(loader).await } else { Ok(()) }
    }

    async fn send(&mut self, loader: &mut impl Loader) -> Result<()> {
        if self.length > 0 {
            loader.insert(self.table, &self.rows).await?;
        }
        self.rows.clear();
        self.length = 0;
        Ok(())
    }
}

async fn people(loader: &mut impl Loader, data: &Data) -> Result<()> {
    let mut users = Batch::of(&tables::USERS);
    for user in data.rooms().others() {
        users.add(loader, &tables::user(user, &format!("user{user}"))).await?;
    }
    users.send(loader).await?;
    let mut rooms = Batch::of(&tables::ROOMS);
    for room in data.rooms().as_slice() {
        let name = format!("Room {}", room.id);
        rooms.add(loader, &tables::room(room.id, &name, room.member(0))).await?;
    }
    rooms.send(loader).await?;
    let mut members = Batch::of(&tables::MEMBERS);
    for room in data.rooms().as_slice() {
        for user in room.readers().chain((0..room.members).map(|number| room.member(number))) {
            members.add(loader, &tables::member(room.id, user)).await?;
        }
    }
    members.send(loader).await
}

async fn messages(loader: &mut impl Loader, data: &Data) -> Result<()> {
    let indexes = loader.drop_indexes().await?;
    let [mut messages, mut texts] = tables::OF_MESSAGES.each_ref().map(Batch::of);
    for message in data.messages() {
        let text =
            Text::new(&message.content, Analyzer::default()).ok_or("a message of the data is blank")?;
        messages.add(loader, &tables::message(&message)).await?;
        texts.add(loader, &tables::text(&message, &text)).await?;
    }
    messages.send(loader).await?;
    texts.send(loader).await?;
    loader.run(indexes).await
}
