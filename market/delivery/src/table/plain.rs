//! Files without rows: stretches of 64 KiB, numbered, whose numbers stand in for rows.

use super::{Block, PLAIN_BLOCK_BYTES, Step, Unreadable};
use crate::seal::Measuring;
use std::io::{ErrorKind, Read, Sink, sink};
use tacit_values::Digest;

pub(super) struct Stretches<P> {
    plaintext: P,
    number: u64,
    buffer: Vec<u8>,
    /// All bytes that blocks have taken.
    pub(super) whole: Measuring<Sink>,
}

impl<P: Read> Stretches<P> {
    /// Reads on from where `plaintext` stands, at the beginning of block `number`.
    pub(super) fn new(plaintext: P, number: u64) -> Self {
        let buffer = vec![0; PLAIN_BLOCK_BYTES as usize];
        Self { plaintext, number, buffer, whole: Measuring::new(sink()) }
    }

    pub(super) fn step(&mut self) -> Result<Step<'_>, Unreadable> {
        let mut filled = 0;
        while filled < self.buffer.len() {
            match self.plaintext.read(&mut self.buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause.into()),
            }
        }
        if filled == 0 {
            return Ok(Step::End);
        }
        self.whole.note(&self.buffer[..filled]);
        let number = self.number;
        self.number += 1;
        Ok(Step::Block(Block {
            number,
            first_row: number,
            rows: 0,
            offset: number * PLAIN_BLOCK_BYTES,
            length: filled as u64,
            sha256: Digest::of(&self.buffer[..filled]),
        }))
    }
}
