//! What is asked of the chat: requests as clients make them, of every kind that has a target.

use chatapi_core::UserId;
use fastrand::Rng;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::data::Data;
use crate::data::planted::Class;
use crate::data::rooms::Scope;

mod costly;

pub use costly::Costly;

/// A request, and who makes it.
#[derive(Clone, Debug)]
pub struct Question {
    /// Who asks.
    pub reader: UserId,
    /// The path, with the query.
    pub target: String,
    /// The body, in JSON, of what is posted.
    pub body: Option<String>,
}

impl Question {
    /// Somebody gets something.
    pub fn get(reader: UserId, target: impl Into<String>) -> Self {
        Self { reader, target: target.into(), body: None }
    }
}

/// In which order a search gives what, and which page of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// As documented: oldest first, with a count.
    Documented,
    /// Newest first.
    Newest,
    /// Those before a message that may be anywhere.
    Deep,
    /// Ranked words, best first.
    Ranked,
    /// Ranked words, newest first.
    Recent,
}

impl Search {
    /// Every search.
    pub const ALL: [Self; 5] = [Self::Documented, Self::Newest, Self::Deep, Self::Ranked, Self::Recent];
}

/// A page of what was said, without a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// As documented: oldest first, with a count.
    Documented,
    /// The last page, as documented.
    Last,
    /// The newest page.
    First,
    /// The page before a message that may be anywhere.
    Before,
    /// The page after one.
    After,
    /// The page around one.
    Around,
}

impl List {
    /// Every list.
    pub const ALL: [Self; 6] =
        [Self::Documented, Self::Last, Self::First, Self::Before, Self::After, Self::Around];

    /// Whether it begins at a message's key, however far that is from either end.
    pub fn is_deep(self) -> bool {
        matches!(self, Self::Before | Self::After | Self::Around)
    }
}

/// A kind of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For a term of this class.
    Search(Search, Class),
    /// For a page of everything.
    List(List),
    /// For as much as a request can ask for.
    Costly(Costly),
}

/// A kind of question that somebody in rooms of this scope asks: what one series of samples is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What is asked.
    pub kind: Kind,
    /// In whose rooms.
    pub scope: Scope,
}

impl Subject {
    /// Everything that is asked.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_terms = |search| Class::ALL.map(|class| Kind::Search(search, class));
        let kinds: Vec<_> =
            Search::ALL.into_iter().flat_map(of_terms).chain(List::ALL.map(Kind::List)).collect();
        Scope::ALL
            .into_iter()
            .flat_map(move |scope| kinds.clone().into_iter().map(move |kind| Self { kind, scope }))
    }

    /// What is asked only where somebody wants to know what the costliest requests take.
    pub fn costly() -> impl Iterator<Item = Self> {
        let of_scope = |scope| Costly::ALL.map(|costly| Self { kind: Kind::Costly(costly), scope });
        Scope::ALL.into_iter().flat_map(of_scope)
    }

    /// Whether reports compare how long it takes with the other: pages of the same rooms.
    pub fn is_compared_with(self, other: Self) -> bool {
        let is_list = |subject: Self| matches!(subject.kind, Kind::List(_));
        self.scope == other.scope && is_list(self) && is_list(other)
    }

    /// What it is about, in reports: what is asked, for which term, in whose rooms.
    pub fn title(self) -> String {
        let words = [self.name(), self.term(), self.scope.name()];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// A question of this kind: the term, and where a page begins, are by chance.
    pub fn question(self, data: &Data, random: &mut Rng) -> Question {
        let query = match self.kind {
            Kind::Search(search, class) => {
                let term = random.choice(class.terms()).map_or("", String::as_str);
                let term = utf8_percent_encode(term, NON_ALPHANUMERIC);
                match search {
                    Search::Documented => format!("search={term}"),
                    Search::Newest => format!("search={term}&order=newest&limit=25"),
                    Search::Deep => {
                        format!("search={term}&limit=25&before={}", data.any_within(self.scope, random))
                    }
                    Search::Ranked => format!("q={term}&sort=relevance"),
                    Search::Recent => format!("q={term}&sort=recent"),
                }
            }
            Kind::Costly(costly) => costly.query(data),
            Kind::List(list) => {
                let mut key = |side| format!("limit=50&{side}={}", data.any_within(self.scope, random));
                match list {
                    List::Documented => String::new(),
                    List::Last => "page=last".to_owned(),
                    List::First => "limit=50&order=newest".to_owned(),
                    List::Before => key("before"),
                    List::After => key("after"),
                    List::Around => key("around"),
                }
            }
        };
        Question::get(self.scope.reader(), format!("/messages/?{query}"))
    }

    /// What is asked, in reports.
    pub fn name(self) -> &'static str {
        match self.kind {
            Kind::Search(Search::Documented, _) => "search, as documented",
            Kind::Search(Search::Newest, _) => "search, newest first",
            Kind::Search(Search::Deep, _) => "search, before a key",
            Kind::Search(Search::Ranked, _) => "ranked, best first",
            Kind::Search(Search::Recent, _) => "ranked, newest first",
            Kind::Costly(costly) => costly.name(),
            Kind::List(List::Documented) => "list, as documented",
            Kind::List(List::Last) => "list, last page",
            Kind::List(List::First) => "page, newest",
            Kind::List(List::Before) => "page before a key",
            Kind::List(List::After) => "page after a key",
            Kind::List(List::Around) => "page around a key",
        }
    }

    /// The class of its terms, in reports; empty where it has none.
    pub fn term(self) -> &'static str {
        match self.kind {
            Kind::Search(_, class) => class.name(),
            Kind::List(_) | Kind::Costly(_) => "",
        }
    }
}
