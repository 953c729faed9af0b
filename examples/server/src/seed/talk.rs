//! What people say, language by language: read from texts beside this file.
//!
//! A text begins with lists: `people:` are names of accounts, `rooms:` names of rooms, any other a list that lines draw
//! from by its name in braces. Conversations follow, an empty line before each; a line names its speaker by a letter.
//! `{time}`, `{n}` and `{user}` are a time of day, a small number, and somebody in the room.

const TEXTS: [&str; 11] = [
    include_str!("talk/english.txt"),
    include_str!("talk/german.txt"),
    include_str!("talk/spanish.txt"),
    include_str!("talk/french.txt"),
    include_str!("talk/japanese.txt"),
    include_str!("talk/arabic.txt"),
    include_str!("talk/portuguese.txt"),
    include_str!("talk/russian.txt"),
    include_str!("talk/hindi.txt"),
    include_str!("talk/chinese.txt"),
    include_str!("talk/greek.txt"),
];

/// The people, rooms and conversations of one language.
#[derive(Debug, Default)]
pub(super) struct Talk {
    pub(super) people: Vec<&'static str>,
    pub(super) rooms: Vec<&'static str>,
    /// What lines draw from, by name.
    pub(super) lists: Vec<(&'static str, Vec<&'static str>)>,
    pub(super) conversations: Vec<Vec<Line>>,
}

/// What somebody says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// 0 for who speaks first.
    pub(super) speaker: usize,
    pub(super) text: &'static str,
}

/// Every language's.
pub(super) fn all() -> Vec<Talk> {
    TEXTS.into_iter().map(read).collect()
}

fn read(text: &'static str) -> Talk {
    let mut talk = Talk::default();
    let mut paragraphs = text.split("\n\n");
    for list in paragraphs.next().unwrap_or_default().lines() {
        let (name, items) = list.split_once(": ").unwrap_or((list, ""));
        match name {
            "people" => talk.people = items.split(' ').collect(),
            "rooms" => talk.rooms = items.split(" | ").collect(),
            other => talk.lists.push((other, items.split(" | ").collect())),
        }
    }
    talk.conversations = paragraphs.map(|lines| lines.lines().filter_map(line).collect()).collect();
    talk
}

fn line(line: &'static str) -> Option<Line> {
    let (speaker, text) = line.split_once(": ")?;
    Some(Line { speaker: usize::from(speaker.bytes().next()?.checked_sub(b'A')?), text })
}

#[cfg(test)]
mod tests {
    use chatapi_core::ChatApi;
    use chatapi_core::store::memory::MemoryStore;

    use super::*;

    #[test]
    fn every_text_has_people_rooms_and_conversations() {
        for talk in all() {
            assert!(talk.people.len() >= 4 && talk.rooms.len() >= 4, "{talk:?}");
            assert!(talk.conversations.len() >= 6, "{talk:?}");
            for conversation in &talk.conversations {
                assert!(conversation.len() >= 2, "{conversation:?}");
                assert!(conversation.iter().all(|line| line.speaker < 3), "{conversation:?}");
            }
        }
    }

    #[test]
    fn lines_draw_from_lists_that_there_are() {
        for talk in all() {
            for line in talk.conversations.iter().flatten() {
                for name in line.text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)) {
                    let is_list = talk.lists.iter().any(|(list, _)| *list == name);
                    assert!(is_list || ["time", "n", "user"].contains(&name), "{}", line.text);
                }
            }
        }
    }

    #[tokio::test]
    async fn people_have_names_that_accounts_may_have() {
        let api = ChatApi::builder(MemoryStore::new(), [7; 32]).build().unwrap();
        for name in all().iter().flat_map(|talk| &talk.people) {
            assert_eq!(api.username_faults(name).await.unwrap().len(), 0, "{name}");
        }
    }
}
