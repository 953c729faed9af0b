//! `chatapi-server seed`: fills a database with people, rooms and conversations that one can try the chat on.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use chatapi_core::auth::password::{PasswordConfig, PasswordHasher, PasswordRules};
use chatapi_core::messages::Message;
use chatapi_core::random::SystemRandom;
use chatapi_core::search::Analyzer;
use chatapi_core::store::StoreError;
use chatapi_core::store::load::{Load, NextIds};
use chatapi_core::text::nfkc;
use chatapi_core::users::{User, first_revision};
use chatapi_core::{Clock, MessageId, Store, Timestamp, UserId};
use clap::Args;
use fastrand::Rng;

use crate::database;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::{indexing, secret, welcome};

mod conversation;
mod crowd;
mod talk;

use conversation::{Period, Saying};
use crowd::{Person, Room};
use talk::Talk;

/// How far back conversations go.
const LATELY: Duration = Duration::from_secs(6 * 7 * 24 * 3600);

/// How many messages are written at once.
const BATCH: usize = 5_000;

/// How many people are named when it is done.
const NAMED: usize = 8;

/// How much of everything.
#[derive(Debug, Args)]
pub(crate) struct SeedOptions {
    /// Seed of the random generator: the same seed gives the same users, rooms and messages
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Number of users
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    users: u32,
    /// Number of rooms
    #[arg(long, value_name = "NUMBER", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rooms: u32,
    /// Number of messages
    #[arg(long, value_name = "NUMBER", default_value_t = 1500, value_parser = clap::value_parser!(u64).range(..=100_000_000))]
    messages: u64,
    /// Password of all sample users [default: a random password, which is printed]
    #[arg(long, env = "CHATAPI_SEED_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// Also create a superuser of this name, with the same password
    #[arg(long, value_name = "NAME", value_parser = name)]
    superuser: Option<String>,
    /// Add to a database that already contains messages
    #[arg(long)]
    more: bool,
}

/// A name that an account may have.
fn name(text: &str) -> Result<String, &'static str> {
    let is_sound = |c: char| c.is_alphanumeric() || "@.+-_".contains(c);
    if text.is_empty() || text.chars().count() > 150 || !text.chars().all(is_sound) {
        return Err("expected at most 150 letters, digits and @.+-_");
    }
    Ok(text.to_owned())
}

/// Fills the database, all at once, and says how to log in.
pub(crate) async fn seed(
    options: &SeedOptions,
    settings: &Settings,
    clock: &dyn Clock,
) -> Result<(), Failure> {
    let password = password(options)?;
    let hasher = PasswordHasher::new(PasswordConfig::default(), Arc::new(SystemRandom));
    let hasher = hasher.map_err(|fault| Failure::because("cannot hash passwords", &fault))?;
    let hash = hasher.hash(&password).await;
    let hash = hash.map_err(|fault| Failure::because("cannot hash the password", &fault))?;

    let opened = database::open(settings).await?;
    let analyzer = Analyzer::new(settings.config.language);
    let mut load = opened.load(analyzer).await.map_err(|fault| not_made(&fault))?;
    if !options.more && load.has_messages().await.map_err(|fault| not_made(&fault))? {
        return Err(Failure::hindrance("the database already contains messages: use --more to add to them"));
    }
    let made = fill(&mut load, opened.store(), options, &hash, clock.now()).await?;
    load.commit().await.map_err(|fault| not_made(&fault))?;
    indexing::index_all(opened.store(), analyzer, |_, _| {}).await?;
    opened.close().await;
    let url = settings.public_url.clone().or(settings.bind.first().map(|address| welcome::url(*address)));
    welcome::print(&told(&made, options, &password, &url.unwrap_or_default()));
    Ok(())
}

/// The password that is given, where the rules allow it, since a demonstration may be found by anybody; or a random one.
fn password(options: &SeedOptions) -> Result<String, Failure> {
    let Some(given) = &options.password else {
        return Ok(secret::fresh().chars().filter(char::is_ascii_alphanumeric).take(14).collect());
    };
    let faults = PasswordRules::default().check(given, &[]);
    if faults.is_empty() {
        return Ok(given.clone());
    }
    let named = |fault| format!("--password / CHATAPI_SEED_PASSWORD: {fault}");
    Err(Failure::hindrances(faults.into_iter().map(named).collect()))
}

/// Who was made.
struct Made {
    people: Vec<Person>,
    period: Period,
}

/// Everything is drawn from one source in one order. Whoever is in the database already keeps its name.
async fn fill(
    load: &mut Load,
    store: &dyn Store,
    options: &SeedOptions,
    hash: &str,
    now: Timestamp,
) -> Result<Made, Failure> {
    let failed = |fault| not_made(&fault);
    let mut rng = Rng::with_seed(options.seed);
    let until = now.as_micros();
    let period = Period { from: until - i64::try_from(LATELY.as_micros()).unwrap_or_default(), until };
    let (talks, ids) = (talk::all(), load.next_ids().await.map_err(failed)?);

    let people = free_names(store, &talks, options.users as usize, ids).await.map_err(failed)?;
    let mut users: Vec<_> = people.iter().map(|person| person.account(hash, period.from, &mut rng)).collect();
    if let Some(name) = &options.superuser.as_deref().map(nfkc) {
        let is_taken = people.iter().any(|person| person.member.name == *name)
            || store.user_by_name(name).await.map_err(failed)?.is_some();
        if is_taken {
            let why = format!("nothing was created: --superuser: the username {name} is already taken");
            return Err(Failure::hindrance(why));
        }
        users.push(superuser(UserId(ids.user.0 + users.len() as i64), name, hash, now));
    }
    load.add_users(&users).await.map_err(failed)?;

    let shares = crowd::shares(options.messages, options.rooms as usize, &talks, &mut rng);
    let rooms = crowd::rooms(&talks, &people, &shares, ids, period, &mut rng);
    let loaded: Vec<_> = rooms.iter().map(|room| room.loaded.clone()).collect();
    load.add_rooms(&loaded).await.map_err(failed)?;
    let members =
        |room: &Room<'_>| room.members.iter().map(|user| (room.loaded.id, *user)).collect::<Vec<_>>();
    let members: Vec<_> = rooms.iter().flat_map(members).collect();
    load.add_members(&members).await.map_err(failed)?;
    say(load, rooms, ids.message).await.map_err(failed)?;
    Ok(Made { people, period })
}

/// The first so many people whose names nobody has.
async fn free_names(
    store: &dyn Store,
    talks: &[Talk],
    wanted: usize,
    ids: NextIds,
) -> Result<Vec<Person>, StoreError> {
    let mut people = Vec::with_capacity(wanted);
    for number in 0.. {
        if people.len() == wanted {
            break;
        }
        let (talk, name) = crowd::name(talks, number);
        if store.user_by_name(&name).await?.is_none() {
            people.push(Person::new(UserId(ids.user.0 + people.len() as i64), name, talk));
        }
    }
    Ok(people)
}

fn superuser(id: UserId, name: &str, hash: &str, now: Timestamp) -> User {
    User {
        id,
        username: name.to_owned(),
        email: String::new(),
        password: hash.to_owned(),
        is_active: true,
        awaits_activation: false,
        is_staff: true,
        is_superuser: true,
        is_viewer: false,
        date_joined: now,
        revision: first_revision(&SystemRandom),
        external_id: None,
    }
}

/// Adds what is said in all rooms, in the order of time, so that a later message has a greater id.
async fn say(load: &mut Load, mut rooms: Vec<Room<'_>>, first: MessageId) -> Result<(), StoreError> {
    let mut next: Vec<Option<Saying>> = rooms.iter_mut().map(|room| room.conversation.next()).collect();
    let due = |(number, next): (usize, &Option<Saying>)| Some(Reverse((next.as_ref()?.at, number)));
    let mut queue: BinaryHeap<_> = next.iter().enumerate().filter_map(due).collect();
    let mut batch = Vec::with_capacity(BATCH);
    let mut ids = first.0..;
    while let Some(Reverse((_, number))) = queue.pop() {
        let room = &mut rooms[number];
        let following = room.conversation.next();
        if let Some(following) = &following {
            queue.push(Reverse((following.at, number)));
        }
        let Some(saying) = std::mem::replace(&mut next[number], following) else { continue };
        batch.push(Message {
            id: MessageId(ids.next().unwrap_or_default()),
            content: saying.text,
            created_at: saying.at,
            updated_at: saying.changed_at,
            user: saying.by,
            room: room.loaded.id,
        });
        if batch.len() == BATCH {
            load.add_messages(&batch).await?;
            batch.clear();
        }
    }
    load.add_messages(&batch).await
}

fn told(made: &Made, options: &SeedOptions, password: &str, url: &str) -> String {
    let SeedOptions { rooms, messages, .. } = options;
    let Made { people, period } = made;
    let date = |micros| Timestamp::from_micros(micros).to_string()[..10].to_owned();
    let names: Vec<_> = people.iter().take(NAMED).map(|person| person.member.name.as_str()).collect();
    let more = match people.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let first = names.first().copied().unwrap_or_default();
    let superuser = options.superuser.as_ref();
    let superuser =
        superuser.map_or_else(String::new, |name| format!("The superuser {name} has the same password.\n"));
    format!(
        "Created {} users, {rooms} rooms and {messages} messages, dated {} to {}.\n\
         Password of all users: {password}\n\
         {superuser}\
         Usernames: {}{more}. {first} is a member of every second room:\n\n  \
         curl {url}/auth/jwt/create/ -d username={first} -d password={password}\n",
        people.len(),
        date(period.from),
        date(period.until),
        names.join(", "),
    )
}

fn not_made(fault: &StoreError) -> Failure {
    Failure::because("nothing was created", fault)
}
