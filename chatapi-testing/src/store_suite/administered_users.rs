//! Cases about accounts that staff add, change and delete.

use chatapi_core::UserId;
use chatapi_core::store::{Result, StoreError};
use chatapi_core::users::{Administration, NewUser, User, UserChange, UserEdit};

use super::case::{Subject, cases};
use super::given::{NO_USER, at, at_once, new_user, user};

cases! {
    staff_change_and_delete_who_is_neither_staff_nor_superuser,
    staff_add_nobody_of_a_rank_and_promote_nobody,
    what_staff_did_is_logged_with_it,
    what_was_refused_or_changed_nothing_is_not_logged,
    an_account_that_is_gone_or_changed_is_left_alone,
    the_last_active_superuser_stays_one_whatever_the_path,
    of_two_superusers_who_remove_each_other_at_once_one_stays,
    of_two_superusers_who_leave_at_once_one_stays,
    staff_change_nobody_who_was_promoted_at_once,
    a_deactivation_and_a_demotion_end_what_carries_the_old_revision,
    a_deactivated_user_is_activated_by_staff_alone,
    the_name_of_somebody_else_is_refused_to_staff_too,
}

/// How often a race of two is run: it goes one way or the other.
const ROUNDS: usize = 12;

const NEW: &str = "new@example.org";

/// A user of each rank.
async fn ranks(store: &Subject) -> [User; 4] {
    let ranked = |name: &str, is_staff, is_superuser, is_viewer| NewUser {
        is_staff,
        is_superuser,
        is_viewer,
        ..new_user(name)
    };
    [
        store.create_user(ranked("root", true, true, false)).await.unwrap(),
        store.create_user(ranked("sam", true, false, false)).await.unwrap(),
        store.create_user(ranked("vic", true, false, true)).await.unwrap(),
        store.create_user(ranked("ann", false, false, false)).await.unwrap(),
    ]
}

fn readdressed() -> UserEdit {
    UserEdit { email: Some(NEW.to_owned()), ..UserEdit::default() }
}

async fn edit(store: &Subject, actor: &User, account: UserId, edit: UserEdit) -> Result<Option<User>> {
    store.administer(actor.id, Administration::Change { account, edit }, at(0)).await
}

async fn delete(store: Subject, actor: UserId, account: User) -> Result<Option<User>> {
    let delete = Administration::Delete { account: account.id, revision: account.revision };
    store.administer(actor, delete, at(0)).await
}

async fn now(store: &Subject, user: &User) -> User {
    store.user(user.id).await.unwrap().unwrap()
}

async fn staff_change_and_delete_who_is_neither_staff_nor_superuser(store: &Subject) {
    let [root, sam, vic, ann] = ranks(store).await;
    let half = store.create_user(NewUser { is_superuser: true, ..new_user("half") }).await.unwrap();
    let off = NewUser { is_staff: true, is_superuser: true, is_active: false, ..new_user("off") };
    let off = store.create_user(off).await.unwrap();
    for (actor, changed) in [
        (&root, vec![&root, &sam, &vic, &half, &ann]),
        (&sam, vec![&ann]),
        (&vic, vec![]),
        (&ann, vec![]),
        (&half, vec![]),
        (&off, vec![]),
    ] {
        for account in [&root, &sam, &vic, &half, &ann] {
            let (before, may) = (now(store, account).await, changed.iter().any(|one| one.id == account.id));
            let set = Administration::SetPassword {
                account: account.id,
                hash: format!("set by {}", actor.username),
                revision: before.revision,
            };
            let edited = edit(store, actor, account.id, readdressed()).await;
            let set = store.administer(actor.id, set, at(0)).await;
            let names = (&actor.username, &account.username);
            if may {
                assert_eq!(edited.unwrap().unwrap().email, NEW, "{names:?}");
                assert_eq!(set.unwrap().unwrap().revision, before.revision + 1, "{names:?}");
            } else {
                assert!(matches!(edited, Err(StoreError::Forbidden)), "{names:?}: {edited:?}");
                assert!(matches!(set, Err(StoreError::Forbidden)), "{names:?}: {set:?}");
                let refused = delete(store.clone(), actor.id, before.clone()).await;
                assert!(matches!(refused, Err(StoreError::Forbidden)), "{names:?}: {refused:?}");
                assert_eq!(now(store, account).await, before, "{names:?}");
            }
        }
    }
    let ann = now(store, &ann).await;
    assert_eq!(delete(store.clone(), sam.id, ann.clone()).await.unwrap(), Some(ann.clone()));
    assert_eq!(store.user(ann.id).await.unwrap(), None);
    let sam = now(store, &sam).await;
    assert_eq!(delete(store.clone(), root.id, sam.clone()).await.unwrap(), Some(sam));
    let nobody = store.administer(NO_USER, Administration::Add(new_user("eve")), at(0)).await;
    assert!(matches!(nobody, Err(StoreError::Forbidden)), "{nobody:?}");
}

async fn staff_add_nobody_of_a_rank_and_promote_nobody(store: &Subject) {
    let [root, sam, vic, ann] = ranks(store).await;
    let rank = |is_staff, is_superuser, is_viewer| UserEdit {
        is_staff: Some(is_staff),
        is_superuser: Some(is_superuser),
        is_viewer: Some(is_viewer),
        ..UserEdit::default()
    };
    for (n, ranked) in
        [rank(true, false, false), rank(false, true, false), rank(false, false, true)].into_iter().enumerate()
    {
        let new = |name: &str| {
            Administration::Add(NewUser {
                is_staff: n == 0,
                is_superuser: n == 1,
                is_viewer: n == 2,
                ..new_user(name)
            })
        };
        for actor in [&sam, &vic, &ann] {
            let promoted = edit(store, actor, ann.id, ranked.clone()).await;
            assert!(matches!(promoted, Err(StoreError::Forbidden)), "{}: {promoted:?}", actor.username);
            let added = store.administer(actor.id, new("eve"), at(0)).await;
            assert!(matches!(added, Err(StoreError::Forbidden)), "{}: {added:?}", actor.username);
        }
        assert_eq!(now(store, &ann).await, ann);
        let added = store.administer(root.id, new(&format!("new{n}")), at(0)).await.unwrap().unwrap();
        assert_eq!(now(store, &added).await, added);
    }
    let plain =
        store.administer(sam.id, Administration::Add(new_user("plain")), at(0)).await.unwrap().unwrap();
    assert_eq!(now(store, &plain).await, plain);
    for actor in [&vic, &ann] {
        let added = store.administer(actor.id, Administration::Add(new_user("eve")), at(0)).await;
        assert!(matches!(added, Err(StoreError::Forbidden)), "{added:?}");
    }
}

async fn what_staff_did_is_logged_with_it(store: &Subject) {
    let [root, sam, ..] = ranks(store).await;
    let add = Administration::Add(new_user("bob"));
    let bob = store.administer(sam.id, add, at(1)).await.unwrap().unwrap();
    let change = UserEdit {
        username: Some("bobby".to_owned()),
        is_active: Some(false),
        is_staff: Some(true),
        ..readdressed()
    };
    let change = Administration::Change { account: bob.id, edit: change };
    let bobby = store.administer(root.id, change, at(2)).await.unwrap().unwrap();
    let set =
        Administration::SetPassword { account: bob.id, hash: "another".to_owned(), revision: bobby.revision };
    let bobby = store.administer(root.id, set, at(3)).await.unwrap().unwrap();
    let delete = Administration::Delete { account: bob.id, revision: bobby.revision };
    store.administer(root.id, delete, at(4)).await.unwrap().unwrap();
    let log = store.audit_log(bob.id).await.unwrap();
    let told: Vec<_> = log
        .iter()
        .map(|entry| {
            let names = (entry.actor.1.as_str(), entry.username.as_str());
            (entry.at, entry.actor.0, names, entry.action.as_str(), entry.detail.as_str())
        })
        .collect();
    let changed = "Username (was bob), Email address, Active: no, Staff: yes";
    assert_eq!(
        told,
        [
            (at(1), sam.id, ("sam", "bob"), "Added", ""),
            (at(2), root.id, ("root", "bobby"), "Changed", changed),
            (at(3), root.id, ("root", "bobby"), "Changed", "Password"),
            (at(4), root.id, ("root", "bobby"), "Deleted", ""),
        ]
    );
    assert_eq!(store.audit_log(sam.id).await.unwrap(), []);
}

async fn what_was_refused_or_changed_nothing_is_not_logged(store: &Subject) {
    let [root, sam, vic, ann] = ranks(store).await;
    edit(store, &sam, root.id, readdressed()).await.unwrap_err();
    edit(store, &vic, ann.id, readdressed()).await.unwrap_err();
    let same = UserEdit { email: Some(ann.email.clone()), is_active: Some(true), ..UserEdit::default() };
    assert_eq!(edit(store, &sam, ann.id, same).await.unwrap(), Some(ann.clone()));
    let taken = UserEdit { username: Some("root".to_owned()), ..UserEdit::default() };
    edit(store, &sam, ann.id, taken).await.unwrap_err();
    for account in [&root, &ann] {
        assert_eq!(store.audit_log(account.id).await.unwrap(), []);
    }
}

async fn an_account_that_is_gone_or_changed_is_left_alone(store: &Subject) {
    let [root, _, _, ann] = ranks(store).await;
    assert_eq!(edit(store, &root, NO_USER, readdressed()).await.unwrap(), None);
    for revision in [ann.revision - 1, ann.revision + 1] {
        let set = Administration::SetPassword { account: ann.id, hash: "x".to_owned(), revision };
        assert_eq!(store.administer(root.id, set, at(0)).await.unwrap(), None);
        let delete = Administration::Delete { account: ann.id, revision };
        assert_eq!(store.administer(root.id, delete, at(0)).await.unwrap(), None);
    }
    assert_eq!(now(store, &ann).await, ann);
    assert_eq!(store.audit_log(ann.id).await.unwrap(), []);
}

async fn the_last_active_superuser_stays_one_whatever_the_path(store: &Subject) {
    let [root, sam, ..] = ranks(store).await;
    // None of these is one who may do everything.
    for (name, is_active, is_staff) in [("off", false, true), ("half", true, false)] {
        let user = NewUser { is_active, is_staff, is_superuser: true, ..new_user(name) };
        store.create_user(user).await.unwrap();
    }
    let less = |is_active, is_staff, is_superuser| UserEdit {
        is_active,
        is_staff,
        is_superuser,
        ..UserEdit::default()
    };
    for edited in [
        less(Some(false), None, None),
        less(None, Some(false), None),
        less(None, None, Some(false)),
        UserEdit { must_prove_email: true, ..readdressed() },
    ] {
        let refused = edit(store, &root, root.id, edited.clone()).await;
        assert!(matches!(refused, Err(StoreError::LastSuperuser)), "{edited:?}: {refused:?}");
    }
    let refused = delete(store.clone(), root.id, root.clone()).await;
    assert!(matches!(refused, Err(StoreError::LastSuperuser)), "{refused:?}");
    let refused = store.delete_user(root.id, root.revision).await;
    assert!(matches!(refused, Err(StoreError::LastSuperuser)), "{refused:?}");
    for change in [
        UserChange::UnprovedEmail(NEW.to_owned()),
        UserChange::External { username: None, email: None, is_staff: Some(false) },
    ] {
        let refused = store.update_user(root.id, change).await;
        assert!(matches!(refused, Err(StoreError::LastSuperuser)), "{refused:?}");
    }
    assert_eq!(now(store, &root).await, root);
    // A viewer's flag takes nothing from a superuser, and with another superuser the first may go.
    let viewer = UserEdit { is_viewer: Some(true), ..UserEdit::default() };
    edit(store, &root, root.id, viewer).await.unwrap().unwrap();
    edit(store, &root, sam.id, less(None, None, Some(true))).await.unwrap().unwrap();
    assert!(store.delete_user(root.id, now(store, &root).await.revision).await.unwrap());
}

async fn of_two_superusers_who_remove_each_other_at_once_one_stays(store: &Subject) {
    let root = ranks(store).await[0].clone();
    for n in 0..ROUNDS {
        let another = NewUser { is_staff: true, is_superuser: true, ..new_user(&format!("root{n}")) };
        let other = store.create_user(another).await.unwrap();
        let first = if n == 0 { root.clone() } else { superusers(store).await[0].clone() };
        let removed = at_once([
            delete(store.clone(), first.id, other.clone()),
            delete(store.clone(), other.id, first.clone()),
        ]);
        let removed = removed.await.into_iter().filter(|removed| matches!(removed, Ok(Some(_)))).count();
        assert_eq!((removed, superusers(store).await.len()), (1, 1));
    }
}

async fn of_two_superusers_who_leave_at_once_one_stays(store: &Subject) {
    ranks(store).await;
    for n in 0..ROUNDS {
        let another = NewUser { is_staff: true, is_superuser: true, ..new_user(&format!("root{n}")) };
        store.create_user(another).await.unwrap();
        let leave = |user: User| {
            let store = store.clone();
            async move { store.delete_user(user.id, user.revision).await }
        };
        let left = at_once(superusers(store).await.into_iter().map(leave)).await;
        let left = left.into_iter().filter(|left| matches!(left, Ok(true))).count();
        assert_eq!((left, superusers(store).await.len()), (1, 1));
    }
}

async fn superusers(store: &Subject) -> Vec<User> {
    let users = store.users(super::given::WHOLE).await.unwrap().unwrap().results;
    users.into_iter().filter(|user| user.is_active && user.is_staff && user.is_superuser).collect()
}

async fn staff_change_nobody_who_was_promoted_at_once(store: &Subject) {
    let [root, sam, ..] = ranks(store).await;
    for n in 0..ROUNDS {
        let bob = user(store, &format!("bob{n}")).await;
        let edit = |actor: &User, edit: UserEdit| {
            let (store, actor) = (store.clone(), actor.clone());
            async move {
                let change = Administration::Change { account: bob.id, edit };
                (store.administer(actor.id, change, at(0)).await, actor.username)
            }
        };
        let promotion = UserEdit { is_staff: Some(true), ..UserEdit::default() };
        for (changed, actor) in at_once([edit(&root, promotion), edit(&sam, readdressed())]).await {
            match changed {
                Ok(changed) => assert_eq!(changed.unwrap().is_staff, actor == "root"),
                Err(error) => {
                    assert!(actor == "sam" && matches!(error, StoreError::Forbidden), "{actor}: {error:?}");
                }
            }
        }
    }
}

async fn a_deactivation_and_a_demotion_end_what_carries_the_old_revision(store: &Subject) {
    let [root, _, _, ann] = ranks(store).await;
    let mut before = ann.revision;
    let staff = |is_staff| UserEdit { is_staff: Some(is_staff), ..UserEdit::default() };
    let superuser = |is_superuser| UserEdit { is_superuser: Some(is_superuser), ..staff(true) };
    let viewer = |is_viewer| UserEdit { is_viewer: Some(is_viewer), ..UserEdit::default() };
    let active = |is_active| UserEdit { is_active: Some(is_active), ..UserEdit::default() };
    for (edited, ends) in [
        (active(true), false),
        (active(false), true),
        (active(false), false),
        (active(true), true),
        (staff(true), false),
        (superuser(true), false),
        (superuser(false), true),
        (viewer(true), true),
        (viewer(false), false),
        (staff(false), true),
        (readdressed(), false),
    ] {
        let after = edit(store, &root, ann.id, edited.clone()).await.unwrap().unwrap().revision;
        assert_eq!(after > before, ends, "{edited:?}");
        before = after;
    }
    // What the host says of its own user, too.
    let say = |is_staff| UserChange::External { username: None, email: None, is_staff: Some(is_staff) };
    assert_eq!(store.update_user(ann.id, say(true)).await.unwrap().unwrap().revision, before);
    let demoted = store.update_user(ann.id, say(false)).await.unwrap().unwrap();
    assert_eq!(demoted.revision, before + 1);
    assert_eq!(now(store, &ann).await, demoted);
}

async fn a_deactivated_user_is_activated_by_staff_alone(store: &Subject) {
    let [root, ..] = ranks(store).await;
    let awaiting = NewUser { is_active: false, awaits_activation: true, ..new_user("bob") };
    let bob = store.create_user(awaiting).await.unwrap();
    let active = |is_active| UserEdit { is_active: Some(is_active), ..UserEdit::default() };
    let off = edit(store, &root, bob.id, active(false)).await.unwrap().unwrap();
    assert_eq!((off.is_active, off.awaits_activation, off.revision), (false, false, bob.revision + 1));
    assert_eq!(store.update_user(bob.id, UserChange::Activate).await.unwrap(), None);
    // Another address proves nothing that lets it in.
    let unproved = UserChange::UnprovedEmail(NEW.to_owned());
    let off = store.update_user(bob.id, unproved).await.unwrap().unwrap();
    assert_eq!((off.is_active, off.awaits_activation, off.email.as_str()), (false, false, NEW));
    let again = UserEdit { must_prove_email: true, email: Some("a@b.org".to_owned()), ..UserEdit::default() };
    let off = edit(store, &root, bob.id, again).await.unwrap().unwrap();
    assert_eq!((off.is_active, off.awaits_activation), (false, false));
    assert_eq!(store.update_user(bob.id, UserChange::Activate).await.unwrap(), None);
    let on = edit(store, &root, bob.id, active(true)).await.unwrap().unwrap();
    assert_eq!((on.is_active, on.awaits_activation), (true, false));
    assert_eq!(now(store, &bob).await, on);
}

async fn the_name_of_somebody_else_is_refused_to_staff_too(store: &Subject) {
    let [_, sam, _, ann] = ranks(store).await;
    let taken = UserEdit { username: Some("root".to_owned()), ..readdressed() };
    let refused = edit(store, &sam, ann.id, taken).await;
    assert!(matches!(refused, Err(StoreError::Taken)), "{refused:?}");
    let refused = store.administer(sam.id, Administration::Add(new_user("ann")), at(0)).await;
    assert!(matches!(refused, Err(StoreError::Taken)), "{refused:?}");
    assert_eq!(now(store, &ann).await, ann);
}
