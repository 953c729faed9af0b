//! The body of a request, on its way in.

use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, Stream, StreamExt};
use tokio::time::timeout;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than the limit.
    TooLong,
    /// The connection broke, or the client took too long to send it.
    Broken,
}

/// How much of a body that is too long is read on and thrown away: a client that is still sending does not see the answer.
const DISCARDED: usize = 64 * 1024 * 1024;

/// Reads a body of `limit` bytes at most, for as long as `patience` lasts.
pub(super) async fn read<B, E>(body: B, limit: usize, patience: Duration) -> Result<Bytes, Unread>
where
    B: Stream<Item = Result<Bytes, E>>,
{
    let mut body = pin!(body);
    let reading = async {
        let mut whole = Bytes::new();
        let mut length = 0;
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|_| Unread::Broken)?;
            length += piece.len();
            if length > limit {
                discard(body, DISCARDED).await;
                return Err(Unread::TooLong);
            }
            whole = joined(whole, piece);
        }
        Ok(whole)
    };
    let mut reading = pin!(reading);
    // Most bodies are there at once, or there is none: no clock need be asked.
    if let Some(read) = reading.as_mut().now_or_never() {
        return read;
    }
    timeout(patience, reading).await.unwrap_or(Err(Unread::Broken))
}

/// Most bodies come in one piece, which need not be copied.
fn joined(before: Bytes, piece: Bytes) -> Bytes {
    if before.is_empty() {
        return piece;
    }
    let mut both = BytesMut::from(before);
    both.extend_from_slice(&piece);
    both.freeze()
}

async fn discard<B, E>(mut body: Pin<&mut B>, limit: usize)
where
    B: Stream<Item = Result<Bytes, E>>,
{
    let mut length = 0;
    while length <= limit
        && let Some(Ok(piece)) = body.next().await
    {
        length += piece.len();
    }
}
