//! Decompresses gzip: members one after the other, as `cat` joins them.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

/// Decompresses members. Zeros may follow the last one, as on tapes and disks that are written in
/// blocks; anything else is an error that says where it is. The reader must not be interrupted.
pub(crate) struct GzipDecoder<R: Read> {
    member: Member<R>,
}

type Source<R> = BufReader<Counted<R>>;

enum Member<R: Read> {
    /// Before a member, padding or the end.
    Next(Box<Source<R>>),
    Begun(Box<GzDecoder<Source<R>>>),
    End,
}

impl<R: Read> GzipDecoder<R> {
    pub(crate) fn new(reader: R) -> Self {
        let source = BufReader::new(Counted { reader, count: 0 });
        Self { member: Member::Begun(Box::new(GzDecoder::new(source))) }
    }
}

impl<R: Read> Member<R> {
    /// Begins the next member.
    fn next(mut source: Box<Source<R>>) -> io::Result<Self> {
        let mut padding = 0;
        loop {
            let buffer = source.fill_buf()?;
            let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
            let (left, next) = (buffer.len() - zeros, buffer.get(zeros).copied());
            match next {
                None if zeros == 0 => return Ok(Self::End),
                None => {
                    source.consume(zeros);
                    padding += zeros;
                }
                Some(0x1F) if padding + zeros == 0 => return Ok(Self::Begun(Box::new(GzDecoder::new(*source)))),
                Some(byte) => {
                    let found = byte.escape_ascii();
                    let at = source.get_ref().count - left as u64;
                    let message = format!(
                        "expected the end of the data or another gzip member, found `{found}` at byte {at} of the compressed data"
                    );
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
            }
        }
    }
}

impl<R: Read> Read for GzipDecoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.member, Member::End) {
                Member::End => return Ok(0),
                Member::Next(source) => self.member = Member::next(source)?,
                Member::Begun(mut decoder) => match decoder.read(buffer)? {
                    0 if !buffer.is_empty() => self.member = Member::Next(Box::new(decoder.into_inner())),
                    length => {
                        self.member = Member::Begun(decoder);
                        return Ok(length);
                    }
                },
            }
        }
    }
}

/// Counts the bytes that are read.
struct Counted<R> {
    reader: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        self.count += length as u64;
        Ok(length)
    }
}
