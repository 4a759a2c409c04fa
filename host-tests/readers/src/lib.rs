//! The lines of senhasegura-siem, read back by parsers and a server that are not its own.
