//! The codings themselves.

use std::io::{self, Write as _};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression as Level;
use flate2::write::GzEncoder;
use hyper::body::Bytes;

use super::Coding;

/// How much time is spent to save bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// For what is sent once.
    Quick,
    /// For what is kept.
    Thorough,
}

/// A body, coded. What writes into memory does not fail; if it did, the body would be empty, which no client takes for another.
pub(super) fn encode(coding: Coding, effort: Effort, bytes: &[u8]) -> Bytes {
    let encoded = match coding {
        Coding::Brotli => brotli(effort, bytes),
        Coding::Gzip => gzip(effort, bytes),
    };
    encoded.unwrap_or_default().into()
}

fn brotli(effort: Effort, mut bytes: &[u8]) -> io::Result<Vec<u8>> {
    // The window need not be larger than the body, and is memory.
    let window = usize::BITS - bytes.len().leading_zeros();
    let params = BrotliEncoderParams {
        quality: if effort == Effort::Quick { 4 } else { 9 },
        lgwin: window.clamp(10, 22) as i32,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut encoded = Vec::with_capacity(bytes.len() / 3);
    brotli::BrotliCompress(&mut bytes, &mut encoded, &params)?;
    Ok(encoded)
}

fn gzip(effort: Effort, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let level = if effort == Effort::Quick { Level::new(5) } else { Level::best() };
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), level);
    encoder.write_all(bytes)?;
    encoder.finish()
}
