//! Bounded pipes between the stages of a pass, so that one large layer keeps every core busy.
//!
//! A stage reads, and sends chunks; the next reads them through [`PipeReader`] as if from a file. Memory is the
//! pipe's depth times the chunk size, whatever the layer's. Chunks are shared, not copied, where two stages need
//! the same bytes, and used again once both are done.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a chunk: large enough to make hand-overs cheap, small enough to stay in a core's cache.
pub(super) const CHUNK: usize = 128 << 10;

/// Chunks under way in one pipe.
const DEPTH: usize = 16;

/// Bytes on their way from one stage to others.
pub(super) type Chunk = Arc<Vec<u8>>;

/// The sending end of a pipe.
pub(super) struct Sender(SyncSender<io::Result<Chunk>>);

/// The receiving end of a pipe, read like a file.
pub(super) struct PipeReader {
    receiver: Receiver<io::Result<Chunk>>,
    pool: Pool,
    chunk: Option<Chunk>,
    at: usize,
}

/// Buffers that every stage is done with.
#[derive(Clone, Default)]
pub(super) struct Pool(Arc<Mutex<Vec<Vec<u8>>>>);

/// A pipe whose chunks return to `pool`.
pub(super) fn pipe(pool: &Pool) -> (Sender, PipeReader) {
    let (sender, receiver) = sync_channel(DEPTH);
    (Sender(sender), PipeReader { receiver, pool: pool.clone(), chunk: None, at: 0 })
}

impl Sender {
    /// Sends a chunk; whether anyone still listens.
    pub(super) fn send(&self, chunk: &Chunk) -> bool {
        self.0.send(Ok(Arc::clone(chunk))).is_ok()
    }

    /// Makes the reader's next read fail with `error`.
    pub(super) fn fail(&self, error: io::Error) {
        // Nobody listening means nobody to tell.
        let _ = self.0.send(Err(error));
    }
}

impl Pool {
    /// A buffer holding the next bytes of `reader`, a chunk's worth unless the reader ends; empty at its end.
    pub(super) fn fill(&self, reader: &mut dyn Read) -> io::Result<Vec<u8>> {
        let mut buffer = self.lock().pop().unwrap_or_default();
        buffer.resize(CHUNK, 0);
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match reader.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        buffer.truncate(filled);
        Ok(buffer)
    }

    /// Takes a chunk back, to be filled again once no other stage holds it.
    pub(super) fn take_back(&self, chunk: Chunk) {
        if let Some(buffer) = Arc::into_inner(chunk) {
            let mut pool = self.lock();
            if pool.len() < DEPTH {
                pool.push(buffer);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        // Buffers hold no state that a panic could leave half made.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PipeReader {
    /// The next whole chunk; `None` at the end.
    pub(super) fn next_chunk(&mut self) -> io::Result<Option<&[u8]>> {
        self.advance()?;
        self.at = self.chunk.as_ref().map_or(0, |chunk| chunk.len());
        Ok(self.chunk.as_ref().map(|chunk| chunk.as_slice()))
    }

    fn advance(&mut self) -> io::Result<()> {
        if let Some(done) = self.chunk.take() {
            self.pool.take_back(done);
        }
        self.at = 0;
        // A sender that is gone has said all it had to say.
        self.chunk = self.receiver.recv().ok().transpose()?;
        Ok(())
    }
}

impl BufRead for PipeReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.chunk.as_ref().is_none_or(|chunk| self.at >= chunk.len()) {
            self.advance()?;
        }
        Ok(self.chunk.as_ref().and_then(|chunk| chunk.get(self.at..)).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_and_buffers_are_used_again() {
        let pool = Pool::default();
        let (sender, mut reader) = pipe(&pool);
        let content: Vec<u8> = (0..CHUNK * 3 + 7).map(|at| at as u8).collect();
        let mut read = Vec::new();
        std::thread::scope(|scope| {
            let pool = &pool;
            let mut source = content.as_slice();
            scope.spawn(move || {
                while let Ok(buffer) = pool.fill(&mut source) {
                    let chunk = Arc::new(buffer);
                    let more = !chunk.is_empty() && sender.send(&chunk);
                    pool.take_back(chunk);
                    if !more {
                        break;
                    }
                }
            });
            reader.read_to_end(&mut read).unwrap();
        });
        assert!(read == content);
        assert!(!pool.lock().is_empty());
    }

    #[test]
    fn an_error_reaches_the_reader_behind_what_came_before_it() {
        let (sender, mut reader) = pipe(&Pool::default());
        assert!(sender.send(&Arc::new(b"ab".to_vec())));
        sender.fail(io::Error::other("gone"));
        let mut read = Vec::new();
        assert_eq!(reader.read_to_end(&mut read).unwrap_err().to_string(), "gone");
        assert_eq!(read, b"ab");
    }
}
