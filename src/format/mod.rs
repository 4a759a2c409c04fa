//! Event to line. A formatter writes one event into the caller's buffer: no terminator, no line break, no control character.
//!
//! | format | example |
//! |---|---|
//! | [`cef`] | `CEF:0\|MT4\|senhasegura\|3.27.0-4\|17\|Session Ended\|5\|rt=1772626500000 suser=stlee` |

pub(crate) mod cef;
