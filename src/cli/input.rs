//! Where records come from: files or the standard input, plain or compressed, which their first bytes tell.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use crate::progress::Progress;

const GZIP: &[u8] = &[0x1F, 0x8B];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

/// What follows the first byte of a frame of zstd that holds nothing to read; that is 0x50 to 0x5F.
const SKIPPABLE: &[u8] = &[0x2A, 0x4D, 0x18];

/// Whether these bytes, four at most, begin as a frame of zstd does.
fn may_be_zstd(start: &[u8]) -> bool {
    match start {
        [0x50..=0x5F, rest @ ..] => SKIPPABLE.starts_with(rest),
        _ => ZSTD.starts_with(start),
    }
}

/// The name that stands for the standard input.
pub(crate) const STDIN: &str = "-";

/// What it is called in messages.
pub(crate) fn name(path: &Path) -> String {
    // A line break in a name would begin another message.
    if path.as_os_str() == STDIN { "standard input".into() } else { path.display().to_string().replace('\n', "\\n") }
}

/// Opens a file, or the standard input. `progress` advances by what is read of it. If the standard input is `plain`, its first message is not waited
/// for longer than it is, nor taken for something compressed, whoever sent it.
pub(crate) fn open(path: &Path, plain: bool, progress: &Progress) -> io::Result<Box<dyn Read>> {
    if path.as_os_str() == STDIN && plain {
        return Ok(Box::new(io::stdin().lock()));
    }
    if path.as_os_str() == STDIN {
        return decompressed(io::stdin().lock());
    }
    decompressed(progress.wrap(File::open(path)?))
}

type Begun<R> = Chain<Cursor<Vec<u8>>, R>;

/// Reads what is compressed as what it was.
fn decompressed<R: Read + 'static>(mut reader: R) -> io::Result<Box<dyn Read>> {
    // No more is waited for than tells.
    let mut start = Vec::new();
    while GZIP.len() > start.len() && GZIP.starts_with(&start) || start.len() < 4 && may_be_zstd(&start) {
        let mut byte = [0];
        if read(&mut reader, &mut byte)? == 0 {
            break;
        }
        start.extend(byte);
    }
    let (is_gzip, is_zstd) = (start == GZIP, start.len() == 4 && may_be_zstd(&start));
    let begun = Cursor::new(start).chain(reader);
    Ok(if is_gzip {
        Box::new(MultiGzDecoder::new(begun))
    } else if is_zstd {
        Box::new(ZstdDecoder { frame: Frame::Next(Box::new(BufReader::new(begun))) })
    } else {
        Box::new(begun)
    })
}

/// Reads what there is, however often a signal comes between.
pub(crate) fn read(reader: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// Frames of zstd, one behind the other, as `cat` joins them.
struct ZstdDecoder<R: Read> {
    frame: Frame<R>,
}

type Source<R> = BufReader<Begun<R>>;

enum Frame<R: Read> {
    /// Another one may begin.
    Next(Box<Source<R>>),
    Begun(Box<StreamingDecoder<Begun<Box<Source<R>>>, FrameDecoder>>),
    End,
}

impl<R: Read> Frame<R> {
    /// The next frame; one that holds nothing to read is passed over.
    fn next(mut source: Box<Source<R>>) -> io::Result<Self> {
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
            _ => Err(invalid("expected a frame of zstd, found something else behind one")),
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
                            return Err(invalid("expected a frame of zstd whose checksum is right, found another"));
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
