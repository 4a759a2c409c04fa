use std::fmt;

/// Why a line is refused. Displays as `` expected X, found `Y` at byte N ``.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What the grammar expects.
    pub expected: String,
    /// The beginning of what is there instead, empty at the end.
    pub found: String,
    /// The offset in bytes of what was found.
    pub offset: usize,
    /// The column that the offset is relative to, if not to the line.
    pub column: Option<&'static str>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found ", self.expected)?;
        match self.found.as_str() {
            "" => write!(f, "nothing")?,
            found => write!(f, "{found:?}")?,
        }
        write!(f, " at byte {}", self.offset)?;
        self.column.map_or(Ok(()), |column| write!(f, " of column `{column}`"))
    }
}

impl std::error::Error for Error {}
