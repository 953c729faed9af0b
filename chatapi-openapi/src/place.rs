//! Where the chat's paths begin, as seen from one of them. Links between pages are relative, so that they are right below
//! any prefix, of a host's or of a proxy's.

use chatapi_core::http::Call;
#[cfg(feature = "browse")]
use chatapi_core::http::Route;

/// How to get from the path of a call to where the chat's paths begin: `../../` from `/rooms/7/`.
#[cfg(any(feature = "browse", feature = "docs"))]
pub(crate) fn root(depth: usize, path: &str) -> String {
    let up = if path.ends_with('/') { depth } else { depth.saturating_sub(1) };
    if up == 0 { "./".to_owned() } else { "../".repeat(up) }
}

/// The part of a call's path that is before the chat's own: `/chat` of `/chat/rooms/7/`.
pub(crate) fn prefix(depth: usize, path: &str) -> &str {
    let bare = path.strip_suffix('/').unwrap_or(path);
    let cuts = bare.rmatch_indices('/').map(|(at, _)| at);
    depth.checked_sub(1).map_or(bare, |last| cuts.into_iter().nth(last).map_or("", |at| &bare[..at]))
}

/// How many parts a route's path has.
#[cfg(feature = "browse")]
pub(crate) fn depth(route: &Route) -> usize {
    parts(route.path()).count()
}

/// The paths above a path, the nearest first, down to `/`.
#[cfg(feature = "browse")]
pub(crate) fn above(path: &str) -> impl Iterator<Item = &str> {
    let bare = path.strip_suffix('/').unwrap_or(path);
    bare.rmatch_indices('/').map(|(at, _)| &bare[..=at])
}

/// What stands between the slashes of a path.
#[cfg(feature = "browse")]
pub(crate) fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// Where the chat's paths begin, as a client knows it: `https://chat.example.org/chat`.
pub(crate) fn server(call: &Call, depth: usize) -> String {
    call.link(prefix(depth, call.head().uri.path()))
}

#[cfg(all(test, any(feature = "browse", feature = "docs")))]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_from_any_path_below_any_prefix() {
        for (depth, path, up, before) in [
            (1, "/rooms/", "../", ""),
            (1, "/rooms", "./", ""),
            (2, "/chat/rooms/7/", "../../", "/chat"),
            (2, "/chat/rooms/7", "../", "/chat"),
            (0, "/", "./", ""),
            (0, "/chat/", "./", "/chat"),
            (3, "/a/b/auth/users/me.json", "../../", "/a/b"),
        ] {
            assert_eq!((root(depth, path).as_str(), prefix(depth, path)), (up, before), "{path}");
        }
    }
}
