//! Cases about cursor pages of messages.

use chatapi_core::messages::{
    Anchor, AnchorRequest, Cursor, CursorPage, CursorPageRequest, Message, MessageFilter, NewMessage,
    Position,
};
use chatapi_core::page::{Count, Counting, Page, PageRequest};
use chatapi_core::permission::AccessScope::RoomsOf;
use chatapi_core::rooms::Room;
use chatapi_core::search::SearchTerms;
use chatapi_core::users::User;
use chatapi_core::{MessageId, RoomId, UserId};

use super::case::{Subject, cases};
use super::given::{at, number, room, text, users};
use super::pages::numbered;

cases! {
    the_newest_messages_come_newest_first_and_the_oldest_oldest_first,
    messages_before_a_cursor_come_newest_first,
    messages_after_a_cursor_come_oldest_first,
    messages_around_a_cursor_are_half_on_either_side,
    a_cursor_is_good_without_its_message,
    a_page_beside_a_message_is_that_at_its_cursor,
    there_is_no_page_beside_a_message_that_the_reader_cannot_see,
    pages_by_cursor_hold_every_message_once_in_either_direction,
    pages_by_cursor_are_of_what_the_filter_lets_through,
    a_page_by_cursor_of_many_rooms_takes_from_each_what_comes_next,
    a_page_by_cursor_is_counted_where_that_is_asked_for,
    a_list_longer_than_it_is_counted_has_an_estimate,
    the_last_page_of_a_list_that_is_estimated_ends_with_the_newest,
    a_count_that_is_to_be_exact_has_no_bound,
}

async fn the_newest_messages_come_newest_first_and_the_oldest_oldest_first(store: &Subject) {
    let there = There::with(store, [1, 2, 2, 2, 5]).await;
    assert_eq!(there.page(Anchor::Newest, 2).await, ([4, 3].into(), true, false));
    assert_eq!(there.page(Anchor::Oldest, 2).await, ([0, 1].into(), false, true));
    for limit in [5, 6, u32::MAX] {
        assert_eq!(there.page(Anchor::Newest, limit).await, ([4, 3, 2, 1, 0].into(), false, false));
        assert_eq!(there.page(Anchor::Oldest, limit).await, ([0, 1, 2, 3, 4].into(), false, false));
    }
    assert_eq!(there.page(Anchor::Newest, 0).await, ([4].into(), true, false));
}

async fn messages_before_a_cursor_come_newest_first(store: &Subject) {
    let there = There::with(store, [1, 2, 2, 2, 5]).await;
    for (nth, limit, expected, more_before) in [
        (4, 2, &[3, 2][..], true),
        (3, 2, &[2, 1], true),
        (2, 2, &[1, 0], false),
        (2, 1, &[1], true),
        (1, 2, &[0], false),
        (0, 2, &[], false),
    ] {
        let page = there.page(Anchor::Before(there.sent[nth].cursor()), limit).await;
        assert_eq!(page, (expected.to_vec(), more_before, true), "before {nth}");
    }
}

async fn messages_after_a_cursor_come_oldest_first(store: &Subject) {
    let there = There::with(store, [1, 2, 2, 2, 5]).await;
    for (nth, limit, expected, more_after) in [
        (0, 2, &[1, 2][..], true),
        (1, 2, &[2, 3], true),
        (2, 2, &[3, 4], false),
        (2, 1, &[3], true),
        (3, 2, &[4], false),
        (4, 2, &[], false),
    ] {
        let page = there.page(Anchor::After(there.sent[nth].cursor()), limit).await;
        assert_eq!(page, (expected.to_vec(), true, more_after), "after {nth}");
    }
}

async fn messages_around_a_cursor_are_half_on_either_side(store: &Subject) {
    let there = There::with(store, [1, 2, 2, 2, 2, 2, 5]).await;
    for (nth, limit, expected, more_before, more_after) in [
        (3, 1, &[3][..], true, true),
        (3, 2, &[2, 3], true, true),
        (3, 3, &[2, 3, 4], true, true),
        (3, 5, &[1, 2, 3, 4, 5], true, true),
        (3, 7, &[0, 1, 2, 3, 4, 5, 6], false, false),
        (0, 5, &[0, 1, 2], false, true),
        (6, 5, &[4, 5, 6], true, false),
        (1, 5, &[0, 1, 2, 3], false, true),
    ] {
        let page = there.page(Anchor::Around(there.sent[nth].cursor()), limit).await;
        assert_eq!(page, (expected.to_vec(), more_before, more_after), "{limit} around {nth}");
    }
}

async fn a_page_beside_a_message_is_that_at_its_cursor(store: &Subject) {
    let there = There::with(store, [1, 2, 2, 2, 2, 2, 5]).await;
    let of_tea = MessageFilter { room: Some(there.tea.id), ..there.filter() };
    let found = MessageFilter { search: SearchTerms::parse("x").unwrap(), ..there.filter() };
    let of_nobody = MessageFilter { user: Some(UserId(-1)), ..there.filter() };
    for filter in [there.filter(), of_tea, found, of_nobody] {
        for message in &there.sent {
            for position in [Position::Before, Position::After, Position::Around] {
                let counting = Counting::UpTo(3);
                let request = AnchorRequest { message: message.id, position, limit: 3, counting };
                let page = store.cursor_page_at(&filter, &request).await.unwrap();
                let at_cursor = store.cursor_page(&filter, &request.from(message.cursor())).await.unwrap();
                assert_eq!(page, Some((message.cursor(), at_cursor)), "{position:?} {message:?}");
            }
        }
    }
}

async fn there_is_no_page_beside_a_message_that_the_reader_cannot_see(store: &Subject) {
    let there = There::with(store, [1, 2]).await;
    let [bob] = users(store, ["bob"]).await;
    let of_bob = room(store, &bob, &[]).await;
    let hidden = send_at(store, &of_bob, &bob, "x", 1).await;
    assert!(store.delete_message(there.sent[1].id, RoomsOf(there.ann.id)).await.unwrap());
    let found = MessageFilter { search: SearchTerms::parse("x").unwrap(), ..there.filter() };
    for filter in [there.filter(), found] {
        for message in [hidden.id, there.sent[1].id, MessageId(0), MessageId(i64::MAX)] {
            let request =
                AnchorRequest { message, position: Position::Around, limit: 3, counting: Counting::None };
            assert_eq!(store.cursor_page_at(&filter, &request).await.unwrap(), None);
        }
    }
}

async fn a_cursor_is_good_without_its_message(store: &Subject) {
    let there = There::with(store, [1, 2, 2, 2, 5]).await;
    let gone = there.sent[2].cursor();
    assert!(store.delete_message(gone.id, RoomsOf(there.ann.id)).await.unwrap());
    assert_eq!(there.page(Anchor::Before(gone), 9).await, ([1, 0].into(), false, true));
    assert_eq!(there.page(Anchor::After(gone), 9).await, ([3, 4].into(), true, false));
    assert_eq!(there.page(Anchor::Around(gone), 2).await, ([1, 3].into(), true, true));
    for (second, before) in [(0, 0), (1, 1), (9, 4)] {
        let cursor = Cursor { created_at: at(second), id: MessageId(i64::MAX) };
        let (older, ..) = there.page(Anchor::Before(cursor), 9).await;
        let (newer, ..) = there.page(Anchor::After(cursor), 9).await;
        assert_eq!((older.len(), newer.len()), (before, 4 - before), "at {second}");
    }
}

async fn pages_by_cursor_hold_every_message_once_in_either_direction(store: &Subject) {
    let there = There::with(store, [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]).await;
    let mut order: Vec<usize> = (0..there.sent.len()).collect();
    order.sort_by_key(|nth| there.sent[*nth].cursor());
    for limit in 1..5 {
        let (mut seen, mut anchor) = (Vec::new(), Anchor::Oldest);
        loop {
            let (page, more_before, more_after) = there.page(anchor, limit).await;
            assert_eq!(more_before, !seen.is_empty());
            seen.extend(page);
            if !more_after {
                break;
            }
            anchor = Anchor::After(there.sent[*seen.last().unwrap()].cursor());
        }
        assert_eq!(seen, order);
        (seen, anchor) = (Vec::new(), Anchor::Newest);
        loop {
            let (page, more_before, more_after) = there.page(anchor, limit).await;
            assert_eq!(more_after, !seen.is_empty());
            seen.extend(page);
            if !more_before {
                break;
            }
            anchor = Anchor::Before(there.sent[*seen.last().unwrap()].cursor());
        }
        seen.reverse();
        assert_eq!(seen, order);
    }
}

async fn pages_by_cursor_are_of_what_the_filter_lets_through(store: &Subject) {
    let [ann, bob, cyd] = users(store, ["ann", "bob", "cyd"]).await;
    let rooms = [
        room(store, &ann, &[&bob]).await,
        room(store, &ann, &[&bob]).await,
        room(store, &cyd, &[&bob]).await,
    ];
    let mut wanted = Vec::new();
    let mut middle = None;
    for n in 0..6 {
        for (room, user, word) in
            [(0, &ann, "red"), (0, &bob, "red"), (0, &bob, "blue"), (1, &bob, "red"), (2, &bob, "red")]
        {
            let message = send_at(store, &rooms[room], user, word, n).await;
            if (room, user.id, word) == (0, bob.id, "red") {
                wanted.push(message);
            } else if n == 3 {
                middle = Some(message.cursor());
            }
        }
    }
    let filter = MessageFilter {
        room: Some(rooms[0].id),
        user: Some(bob.id),
        search: SearchTerms::parse("RED").unwrap(),
        scope: RoomsOf(ann.id),
    };
    let middle = middle.unwrap();
    let page = |anchor| CursorPageRequest::new(anchor, 4);
    let older = store.cursor_page(&filter, &page(Anchor::Before(middle))).await.unwrap();
    assert_eq!(older.results, [3, 2, 1, 0].map(|n: usize| wanted[n].clone()));
    assert!(!older.has_more_before && older.has_more_after);
    let newer = store.cursor_page(&filter, &page(Anchor::After(middle))).await.unwrap();
    assert_eq!(newer.results, wanted[4..]);
    // A cursor in a room that the reader is not in is a moment like any other; what is there stays unseen.
    let all = store
        .cursor_page(&MessageFilter::all(ann.id), &CursorPageRequest::new(Anchor::Around(middle), 100))
        .await
        .unwrap();
    assert_eq!((all.results.len(), all.has_more_before, all.has_more_after), (24, false, false));
    for empty in [
        MessageFilter { room: Some(rooms[2].id), ..MessageFilter::all(ann.id) },
        MessageFilter { room: Some(RoomId(987_654_321)), ..MessageFilter::all(ann.id) },
        MessageFilter { user: Some(cyd.id), ..MessageFilter::all(ann.id) },
    ] {
        for anchor in [
            Anchor::Newest,
            Anchor::Oldest,
            Anchor::Before(middle),
            Anchor::After(middle),
            Anchor::Around(middle),
        ] {
            let nothing = CursorPage {
                results: vec![],
                has_more_before: false,
                has_more_after: false,
                count: Count::Unknown,
            };
            assert_eq!(store.cursor_page(&empty, &page(anchor)).await.unwrap(), nothing);
        }
    }
}

async fn a_page_by_cursor_of_many_rooms_takes_from_each_what_comes_next(store: &Subject) {
    let [ann] = users(store, ["ann"]).await;
    let mut sent = Vec::new();
    for n in 0..12 {
        let tea = room(store, &ann, &[]).await;
        // Rooms that speak in turns, and others that speak in a row.
        for turn in 0..4 {
            let second = if n % 3 == 0 { n * 4 + turn } else { turn * 12 + n };
            sent.push(send_at(store, &tea, &ann, "x", second).await);
        }
    }
    sent.sort_by_key(Message::cursor);
    let filter = MessageFilter::all(ann.id);
    for (n, message) in sent.iter().enumerate() {
        let older = store
            .cursor_page(&filter, &CursorPageRequest::new(Anchor::Before(message.cursor()), 5))
            .await
            .unwrap();
        let expected: Vec<Message> = sent[..n].iter().rev().take(5).cloned().collect();
        assert_eq!(older.results, expected, "before {n}");
        let newer = store
            .cursor_page(&filter, &CursorPageRequest::new(Anchor::After(message.cursor()), 5))
            .await
            .unwrap();
        let expected: Vec<Message> = sent[n + 1..].iter().take(5).cloned().collect();
        assert_eq!(newer.results, expected, "after {n}");
        let page = store.messages(&filter, numbered(n as u64 + 1, 1)).await.unwrap().unwrap();
        assert_eq!(page.results, std::slice::from_ref(message), "page {n}");
    }
}

async fn a_page_by_cursor_is_counted_where_that_is_asked_for(store: &Subject) {
    let there = There::with(store, [1, 2, 2, 2, 5]).await;
    for anchor in [Anchor::Newest, Anchor::Around(there.sent[2].cursor())] {
        for (counting, count) in [
            (Counting::None, Count::Unknown),
            (Counting::default(), Count::Exact(5)),
            (Counting::UpTo(5), Count::Exact(5)),
            (Counting::Exact, Count::Exact(5)),
        ] {
            let request = CursorPageRequest { counting, ..CursorPageRequest::new(anchor, 2) };
            assert_eq!(
                store.cursor_page(&there.filter(), &request).await.unwrap().count,
                count,
                "{counting:?}"
            );
        }
        let request = CursorPageRequest { counting: Counting::UpTo(3), ..CursorPageRequest::new(anchor, 2) };
        is_about(5, store.cursor_page(&there.filter(), &request).await.unwrap().count, 3);
    }
}

async fn a_list_longer_than_it_is_counted_has_an_estimate(store: &Subject) {
    let there = There::with(store, [1, 2, 2, 2, 5]).await;
    for (filter, in_all) in [
        (there.filter(), 5),
        (MessageFilter { room: Some(there.tea.id), ..there.filter() }, 4),
        (MessageFilter { user: Some(there.ann.id), ..there.filter() }, 5),
        (MessageFilter { search: SearchTerms::parse("x").unwrap(), ..there.filter() }, 5),
    ] {
        for bound in 0..in_all {
            let request = PageRequest { counting: Counting::UpTo(bound), ..PageRequest::first(2) };
            let Page { count, number, has_next, results } =
                store.messages(&filter, request).await.unwrap().unwrap();
            is_about(in_all, count, bound);
            assert_eq!((number, has_next, results.len()), (1, true, 2));
        }
    }
    // Never less than what the page shows.
    let third = PageRequest { counting: Counting::UpTo(0), ..numbered(3, 2) };
    let page = store.messages(&there.filter(), third).await.unwrap().unwrap();
    assert!(page.count.number() >= Some(5) && !page.has_next, "{page:?}");
}

async fn the_last_page_of_a_list_that_is_estimated_ends_with_the_newest(store: &Subject) {
    let there = There::with(store, [1, 2, 2, 2, 5, 6, 7]).await;
    for bound in [0, 3, 6, 7, 100] {
        let request = PageRequest { counting: Counting::UpTo(bound), ..PageRequest::last(3) };
        let page = store.messages(&there.filter(), request).await.unwrap().unwrap();
        assert_eq!(page.results.last(), there.sent.last());
        assert_eq!(Some(page.number), page.count.pages(3));
        assert!(!page.has_next);
        // Back from there every page is there, whatever the estimate.
        for number in 1..page.number {
            let request = PageRequest { counting: Counting::UpTo(bound), ..numbered(number, 3) };
            let page = store.messages(&there.filter(), request).await.unwrap();
            assert!(page.is_none_or(|page| page.has_next && !page.results.is_empty()), "{number}");
        }
    }
    assert_eq!(number(store, &there.filter()).await, 7);
}

async fn a_count_that_is_to_be_exact_has_no_bound(store: &Subject) {
    let there = There::with(store, [1, 2, 2, 2, 5]).await;
    let request = PageRequest { counting: Counting::Exact, ..numbered(2, 2) };
    let page = store.messages(&there.filter(), request).await.unwrap().unwrap();
    assert_eq!((page.count, page.results), (Count::Exact(5), there.sent[2..4].to_vec()));
}

/// More than were counted; or exact, where the store counts to the end whatever is asked.
#[track_caller]
fn is_about(in_all: u64, count: Count, bound: u64) {
    match count {
        Count::Exact(count) => assert_eq!(count, in_all),
        Count::Estimate(count) => assert!(count > bound, "{count}"),
        Count::Unknown => panic!("it was asked for"),
    }
}

/// Ann, alone in a room and in another, where she has sent messages in turns.
struct There<'a> {
    store: &'a Subject,
    ann: User,
    tea: Room,
    sent: Vec<Message>,
}

impl<'a> There<'a> {
    async fn with(store: &'a Subject, seconds: impl IntoIterator<Item = i64>) -> Self {
        let [ann] = users(store, ["ann"]).await;
        let tea = room(store, &ann, &[]).await;
        let coffee = room(store, &ann, &[]).await;
        let mut sent = Vec::new();
        for (second, room) in seconds.into_iter().zip([&tea, &tea, &coffee].into_iter().cycle()) {
            sent.push(send_at(store, room, &ann, "x", second).await);
        }
        Self { store, ann, tea, sent }
    }

    fn filter(&self) -> MessageFilter {
        MessageFilter::all(self.ann.id)
    }

    /// Which of the messages a page has, and whether there are more before and after.
    async fn page(&self, anchor: Anchor, limit: u32) -> (Vec<usize>, bool, bool) {
        let page =
            self.store.cursor_page(&self.filter(), &CursorPageRequest::new(anchor, limit)).await.unwrap();
        let nth = |message: &Message| self.sent.iter().position(|sent| sent == message).unwrap();
        (page.results.iter().map(nth).collect(), page.has_more_before, page.has_more_after)
    }
}

async fn send_at(store: &Subject, room: &Room, user: &User, content: &str, second: i64) -> Message {
    let message = NewMessage { room: room.id, user: user.id, text: text(content), at: at(second) };
    store.create_message(message).await.unwrap().unwrap()
}
