//! Where records come from: files or the standard input, plain or compressed, which their first bytes tell.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use crate::progress::Progress;

const GZIP: &[u8] = &[0x1F, 0x8B];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

/// The name that stands for the standard input.
pub(crate) const STDIN: &str = "-";

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
    while [GZIP, ZSTD].iter().any(|magic| magic.len() > start.len() && magic.starts_with(&start)) {
        let mut byte = [0];
        if read(&mut reader, &mut byte)? == 0 {
            break;
        }
        start.extend(byte);
    }
    let (is_gzip, is_zstd) = (start == GZIP, start == ZSTD);
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

type Source<R> = Box<BufReader<Begun<R>>>;

enum Frame<R: Read> {
    /// Another one may begin.
    Next(Source<R>),
    Begun(Box<StreamingDecoder<Source<R>, ruzstd::decoding::FrameDecoder>>),
    End,
}

impl<R: Read> Read for ZstdDecoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.frame, Frame::End) {
                Frame::End => return Ok(0),
                Frame::Next(mut source) => {
                    if io::BufRead::fill_buf(&mut source)?.is_empty() {
                        return Ok(0);
                    }
                    let decoder = StreamingDecoder::new(source)
                        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
                    self.frame = Frame::Begun(Box::new(decoder));
                }
                Frame::Begun(mut decoder) => match decoder.read(buffer)? {
                    0 if !buffer.is_empty() => self.frame = Frame::Next(decoder.into_inner()),
                    length => {
                        self.frame = Frame::Begun(decoder);
                        return Ok(length);
                    }
                },
            }
        }
    }
}
