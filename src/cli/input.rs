//! Reads files and the standard input, decompresses them if their first bytes say so, and decodes them
//! to UTF-8.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use same_file::Handle;

use crate::failure::STDIO;
use crate::gzip::GzipDecoder;
use crate::progress::Progress;

const GZIP: &[u8] = &[0x1F, 0x8B];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

/// The magic number of a skippable zstd frame, after its first byte, which is 0x50 to 0x5F.
const SKIPPABLE: &[u8] = &[0x2A, 0x4D, 0x18];

/// Returns whether these bytes, at most four, may begin a zstd frame.
fn may_be_zstd(start: &[u8]) -> bool {
    match start {
        [0x50..=0x5F, rest @ ..] => SKIPPABLE.starts_with(rest),
        _ => ZSTD.starts_with(start),
    }
}

/// How the bytes of an input are to be read.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    /// Whether the standard input is taken as it is, neither decompressed nor looked at for its
    /// encoding, so that its first message does not wait for the next one.
    pub(crate) plain: bool,
    /// The encoding. Without it, UTF-8, or UTF-16 if the input begins with its byte order mark.
    pub(crate) encoding: Option<&'static Encoding>,
}

/// Parses the label of an encoding.
pub(crate) fn encoding(label: &str) -> Result<&'static Encoding, String> {
    let encoding = Encoding::for_label(label.as_bytes());
    encoding.ok_or_else(|| "expected a label of the Encoding Standard, such as `latin1` or `utf-16le`".into())
}

/// Opens a file, which advances `progress` as it is read, or the standard input.
pub(crate) fn open(path: &Path, reading: Reading, progress: &Progress) -> io::Result<Box<dyn Read + Send>> {
    let Reading { plain, encoding } = reading;
    let is_plain = path.as_os_str() == STDIO && plain;
    let reader: Box<dyn Read + Send> = match path {
        _ if is_plain => Box::new(Uninterrupted(io::stdin())),
        path if path.as_os_str() == STDIO => decompressed(Uninterrupted(io::stdin()))?,
        path => decompressed(Uninterrupted(progress.wrap(File::open(path)?)))?,
    };
    if is_plain && encoding.is_none() {
        return Ok(reader);
    }
    // What is not UTF-8 in UTF-8 is left to the transformer, which counts it.
    let decoder = DecodeReaderBytesBuilder::new().encoding(encoding).utf8_passthru(true).build(reader);
    Ok(Box::new(decoder))
}

/// Returns the size of a file, or of the standard input, if it is a regular one.
pub(crate) fn size(path: &Path) -> Option<u64> {
    let metadata = match path {
        path if path.as_os_str() == STDIO => Handle::stdin().ok()?.as_file().metadata(),
        path => path.metadata(),
    };
    metadata.ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len())
}

type Begun<R> = Chain<Cursor<Vec<u8>>, R>;

/// Decompresses a reader, if it is compressed.
fn decompressed(mut reader: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    // Reads no more than decides, as more may not come for a long time.
    let mut start = Vec::new();
    while GZIP.len() > start.len() && GZIP.starts_with(&start) || start.len() < 4 && may_be_zstd(&start) {
        let mut byte = [0];
        if reader.read(&mut byte)? == 0 {
            break;
        }
        start.extend(byte);
    }
    let (is_gzip, is_zstd) = (start == GZIP, start.len() == 4 && may_be_zstd(&start));
    let begun = Cursor::new(start).chain(reader);
    Ok(if is_gzip {
        Box::new(GzipDecoder::new(begun))
    } else if is_zstd {
        Box::new(ZstdDecoder { frame: Frame::Next(Box::new(BufReader::new(begun))) })
    } else {
        Box::new(begun)
    })
}

/// Retries reads that a signal interrupts, after which a decoder could not go on.
struct Uninterrupted<R>(R);

impl<R: Read> Read for Uninterrupted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return outcome,
            }
        }
    }
}

/// Decodes zstd frames, one after the other, as `cat` joins them. The reader must not be interrupted.
struct ZstdDecoder<R: Read> {
    frame: Frame<R>,
}

type ZstdSource<R> = BufReader<Begun<R>>;

enum Frame<R: Read> {
    /// Before a frame or the end.
    Next(Box<ZstdSource<R>>),
    Begun(Box<StreamingDecoder<Begun<Box<ZstdSource<R>>>, FrameDecoder>>),
    End,
}

impl<R: Read> Frame<R> {
    /// Begins the next frame; a skippable one is skipped.
    fn next(mut source: Box<ZstdSource<R>>) -> io::Result<Self> {
        let mut magic = Vec::new();
        (&mut source).take(4).read_to_end(&mut magic)?;
        match &*magic {
            [] => Ok(Self::End),
            [0x50..=0x5F, rest @ ..] if rest == SKIPPABLE => {
                let mut length = [0; 4];
                source.read_exact(&mut length)?;
                let length = u64::from(u32::from_le_bytes(length));
                if io::copy(&mut (&mut source).take(length), &mut io::sink())? < length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                Ok(Self::Next(source))
            }
            ZSTD => {
                let decoder = StreamingDecoder::new(Cursor::new(magic).chain(source));
                decoder.map(|decoder| Self::Begun(Box::new(decoder))).map_err(|error| invalid(&error.to_string()))
            }
            _ => Err(invalid("expected the end of the data or another zstd frame after a frame, found something else")),
        }
    }
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

impl<R: Read> Read for ZstdDecoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.frame, Frame::End) {
                Frame::End => return Ok(0),
                Frame::Next(source) => self.frame = Frame::next(source)?,
                Frame::Begun(mut decoder) => match decoder.read(buffer)? {
                    0 if !buffer.is_empty() => {
                        let (source, decoder) = decoder.into_parts();
                        let expected = decoder.get_checksum_from_data();
                        if expected.is_some() && expected != decoder.get_calculated_checksum() {
                            return Err(invalid(
                                "expected a zstd frame whose contents match its checksum, found one whose contents do not",
                            ));
                        }
                        self.frame = Frame::Next(source.into_inner().1);
                    }
                    length => {
                        self.frame = Frame::Begun(decoder);
                        return Ok(length);
                    }
                },
            }
        }
    }
}
