//! A connection's socket, which is closed in such a way that the client sees the last answer.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tokio_util::sync::CancellationToken;

/// For how long what a client still sends is read and thrown away after the last answer, and how much of it. A socket that is
/// closed with bytes unread is reset, and the client may lose the answer (RFC 9112, section 9.6).
const LINGERS_FOR: Duration = Duration::from_secs(2);
const LINGERS_OVER: usize = 64 * 1024 * 1024;

pub(super) struct Socket {
    stream: TcpStream,
    closing: Closing,
    /// When the whole server stops, nothing is waited for.
    stopping: CancellationToken,
}

enum Closing {
    No,
    Lingering { until: Pin<Box<Sleep>>, left: usize },
    Done,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, stopping: CancellationToken) -> Self {
        Self { stream, closing: Closing::No, stopping }
    }

    /// Reads on until the client ends the connection.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Closing::Lingering { until, left } = &mut self.closing else { return Poll::Ready(()) };
        let mut thrown_away = [0; 4096];
        loop {
            if until.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            let mut buffer = ReadBuf::new(&mut thrown_away);
            let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer));
            *left = left.saturating_sub(buffer.filled().len());
            if read.is_err() || buffer.filled().is_empty() || *left == 0 {
                return Poll::Ready(());
            }
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Closing::No = self.closing {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.closing = match self.stopping.is_cancelled() {
                true => Closing::Done,
                false => Closing::Lingering { until: Box::pin(sleep(LINGERS_FOR)), left: LINGERS_OVER },
            };
        }
        ready!(self.poll_linger(context));
        self.closing = Closing::Done;
        Poll::Ready(Ok(()))
    }
}
