//! A stream gives what it gives in one piece, however it is cut.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::time::Instant;

use pieces::{handed_over, in_batches, in_one, in_pieces};
use proptest::collection::vec;
use proptest::prelude::*;
use senhasegura_siem::{Config, Output, Stream, Transformer};

mod pieces;

fn config(record_bytes: usize) -> Config {
    let config = format!(r#"{{"max_record_bytes": {record_bytes}, "max_depth": 3, "max_fields": 3}}"#);
    Config::from_json(&config).unwrap()
}

/// So many cases, unless the environment says how many.
fn cases(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Records, whole and broken, and what stands between them and in them.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        6 => r#"\{"event_id":17(,"msg":"[a-c]{0,9}")?\}"#,
        2 => r#"\[ ?\{"event_id":17\}\]"#,
        // Broken off: in a string, at its end, in an escape, after a value, within others.
        3 => r#"\{"id":1,"x":"A{0,40}(\\|\\u[0-9]{1,3})?"#,
        2 => r#"\{"id":1,"x":"A{100,500}"#,
        4 => r#"\{"id":1,"[a-b]":(\{|\[|"a",|1|1\.|1e|tru|true|\[1,|\{"b":1\},)?"#,
        // Pretty, too deep, with too many fields, or too long, though all of it is JSON.
        2 => "\\{\n {0,2}\"event_id\":17,\n {0,2}\"a\":\\[\n {0,2}\\{\n\"event_id\":16\n\\}\n\\]\n\\}",
        2 => "\\{\"id\":1,\"a\":\\[\n( ?\\{\"event_id\":16\\},\n){1,20}\\{\\}\\]\\}",
        1 => r#"\{"id":1,("[a-d]":[0-9],){1,60}"z":\[{0,5}\]{0,5}\}"#,
        1 => r#"(\{"a":\n){1,60}|(\[\n?){1,200}"#,
        // Indentation and other white space.
        2 => "( |\t){0,4}",
        1 => " {250,262}|( |\t){250,262}\\{\"event_id\":17\\}",
        1 => "[ \n]{100,600}",
        5 => "\n|\r\n|\n\n|\n |\n\t",
        // No objects.
        1 => r#"1{60,140}|"a{60,140}"|x{1,300}"#,
        2 => r#"12|-|"[a-b]{0,3}"|"|tru|true|null|x|no record"#,
        4 => r#"\[|\[\[|\]|\]\]|,|\{|\}|:|\\|\\"|\{\}|\u{0}|\u{feff}|é"#,
    ];
    prop_oneof![
        30 => text.prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 1..9),
        1 => prop_oneof![Just(b"\xEF".to_vec()), Just(b"\xEF\xBB".to_vec()), Just(b"\xFF\xC3".to_vec())],
    ]
}

// Cuts that matter are rare.
proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn is_the_sum_of_its_pieces(
        fragments in vec(fragment(), 0..16),
        record_bytes in 64usize..200,
        lengths in prop_oneof![vec(1usize..4, 1..9), vec(1usize..40, 1..30), vec(1usize..400, 1..9)],
    ) {
        let bytes = fragments.concat();
        let expected = in_one(&config(record_bytes), &bytes);
        prop_assert_eq!(&in_pieces(&config(record_bytes), &bytes, &lengths), &expected);
        prop_assert_eq!(&in_pieces(&config(record_bytes), &bytes, &[1]), &expected);
    }

    #[test]
    fn goes_on_in_another_stream(
        fragments in vec(fragment(), 0..16),
        record_bytes in 64usize..200,
        lengths in vec(any::<proptest::sample::Index>(), 9),
    ) {
        let bytes = fragments.concat();
        let expected = in_one(&config(record_bytes), &bytes);
        for length in lengths {
            prop_assert_eq!(&handed_over(&config(record_bytes), &bytes, length.index(bytes.len() + 1)), &expected);
        }
    }

    #[test]
    fn is_the_sum_of_batches_of_its_records(
        fragments in vec(fragment(), 0..16),
        record_bytes in 64usize..200,
        lengths in prop_oneof![vec(1usize..4, 1..9), vec(1usize..40, 1..30), vec(1usize..400, 1..9)],
        records in 1usize..5,
    ) {
        let bytes = fragments.concat();
        let expected = in_one(&config(record_bytes), &bytes);
        prop_assert_eq!(&in_batches(&config(record_bytes), &bytes, &lengths, records), &expected);
        prop_assert_eq!(&in_batches(&config(record_bytes), &bytes, &[usize::MAX], 1), &expected);
    }

    /// Every byte that is not white space or between records belongs to a line or a rejection, and
    /// none to two.
    #[test]
    fn rejects_in_order(fragments in vec(fragment(), 0..16), record_bytes in 64usize..200) {
        let bytes = fragments.concat();
        let outcome = in_one(&config(record_bytes), &bytes);
        let mut before = (0, 0);
        for (index, start, end, _) in outcome.rejections {
            prop_assert!((index, start) >= before && end <= bytes.len() as u64);
            before = (index + 1, end);
        }
    }
}

/// A record that never ends, then two that do.
fn unclosed(length: usize) -> Vec<u8> {
    let text = "A".repeat(length);
    let rest = "[{\"event_id\":17,\"msg\":\"two\"}]\n{\"event_id\":17,\"msg\":\"three\"}\n";
    format!("{{\"event_id\":1,\"x\":\"{text}\n{rest}").into_bytes()
}

#[test]
fn finds_the_records_after_one_that_never_ends() {
    for length in [0, 10, 60, 100, 1000, 700_000] {
        let bytes = unclosed(length);
        let outcome = in_one(&config(64), &bytes);
        let messages: Vec<_> = outcome.lines.lines().map(|line| line.rsplit('=').next().unwrap()).collect();
        assert_eq!(messages, ["two", "three"], "{length}");
        for piece in [1, 7, 64, 1000, 1 << 18] {
            assert_eq!(in_pieces(&config(64), &bytes, &[piece]), outcome, "{length}, {piece}");
        }
    }
}

/// How a record ends that is rejected, and whether what follows is read: the window is 128 bytes.
#[test]
fn ends_a_record_by_its_window() {
    let good = "{\"event_id\":17}";
    let long = "A".repeat(200);
    let numbers = "1,".repeat(200);
    for (what, record, after, written) in [
        ("JSON in its window", "{\"id\":1,\"a\":[[[[\n{\"event_id\":16}\n]]]]}".to_owned(), good, 1),
        ("JSON over its window", format!("{{\"x\":\"{long}\",\n\"a\":\n{good},\"b\":[\n{good}]}}"), good, 1),
        ("long JSON with a record in a line", format!("{{\"x\":\"{long}\",\"a\":[\n{good}\n]}}"), good, 1),
        ("broken in its window, in its first line", "{\"x\":oops".into(), "\n{\"event_id\":17}", 1),
        ("broken in its window, in another line", "{\"x\":[\n1,\n2".into(), "\n{\"event_id\":17}", 1),
        (
            "broken before a record that is deeper indented",
            "{\"x\":[\n1 2,".into(),
            "\n {\"event_id\":17}\n{\"event_id\":17}",
            1,
        ),
        ("broken off before a whole record", "{\"id\":1,\"x\":".into(), "\n{\"event_id\":17}\n{\"event_id\":17}", 2),
        (
            "broken over its window, in its first line",
            format!("{{\"x\":[{numbers}"),
            "\n{\"event_id\":17}\n{\"event_id\":17}",
            1,
        ),
        (
            "broken over its window, after a value",
            format!("{{\"x\":[\n{numbers}1"),
            "\n{\"event_id\":17}\n[{\"event_id\":17}]",
            2,
        ),
        ("broken over its window, in a string", format!("{{\n\"x\":\"{long}"), "\n[{\"event_id\":17}]", 1),
        ("broken over its window, closed after it", format!("{{\n\"x\":[{numbers}:]}}"), good, 1),
        ("nested deeper than its window is long", "[".repeat(300), "\n{\"event_id\":17}", 1),
        ("a scalar that is too long", long.clone(), "\n{\"event_id\":17}", 1),
        ("a string that is too long", format!("\"{long}\""), "\n{\"event_id\":17}", 1),
    ] {
        let bytes = format!("{record}{after}");
        let outcome = in_one(&config(64), bytes.as_bytes());
        assert_eq!(outcome.written, written, "{what}: {outcome:?}");
        for piece in 1..300 {
            assert_eq!(in_pieces(&config(64), bytes.as_bytes(), &[piece]), outcome, "{what}, {piece}");
        }
    }
}

/// However much white space there is, no more than 256 bytes of it are looked at again.
#[test]
fn tells_no_more_white_space_apart_than_it_keeps() {
    let blanks = " ".repeat(5000);
    let [little, much, more] = [200, 270, 300].map(|length| " ".repeat(length));
    let good = "{\"event_id\":17}";
    for (bytes, written, rejections) in [
        // Indentation beyond that is that: a line indented so far ends nothing.
        (format!("{more}{{\"x\":[\n:\n{much}{good}"), 0, vec![(300, 594)]),
        (format!("{more}{{\"x\":[\n:\n{little}{good}"), 1, vec![(300, 308)]),
        // A bracket so far before another one opens an array of records.
        (format!("[{little}[{good}]]"), 0, vec![(0, 219)]),
        (format!("[{much}[{good}]]"), 1, vec![]),
        (format!("[{blanks}{good}]"), 1, vec![]),
        // White space after a record, beyond that, is its own.
        (format!("{{\"x\":[\n:{blanks}\n"), 0, vec![(0, 8 + 5001 - 256)]),
        (format!("{{\"x\":[\n:{little}\n"), 0, vec![(0, 8)]),
        (format!("{good}{blanks}\n{blanks}{good}"), 2, vec![]),
    ] {
        let outcome = in_one(&config(64), bytes.as_bytes());
        let ranges: Vec<_> = outcome.rejections.iter().map(|&(_, start, end, _)| (start, end)).collect();
        assert_eq!((outcome.written, ranges), (written, rejections), "{bytes}");
        for piece in [1, 2, 3, 100, 250, 260, 4000] {
            assert_eq!(in_pieces(&config(64), bytes.as_bytes(), &[piece]), outcome, "{piece}: {bytes}");
        }
    }
}

/// A line is there when the end of its record is.
#[test]
fn keeps_nothing_back() {
    let (mut stream, mut output) = (Stream::new(Transformer::new(Config::default())), Output::default());
    for record in [
        "{\"event_id\":17}",
        "\n{\n\"event_id\":17,\n\"msg\":\"}\"\n}",
        " no record\n{\"event_id\":17}",
        "[{\"event_id\":17}",
        "]\u{feff}{\"event_id\":17}",
    ] {
        for (at, byte) in record.bytes().enumerate() {
            stream.push(&[byte], None, &mut output);
            assert_eq!(output.written, u64::from(at + 1 == record.len()), "{record}, {at}");
        }
    }
    stream.finish(None, &mut output);
    assert_eq!((output.written, output.rejections.len()), (0, 0));
    // Another stream begins.
    stream.push(b"x\n", None, &mut output);
    assert_eq!((stream.offset(), output.rejections[0].index, output.rejections[0].range.clone()), (0, 0, 0..1));
}

/// What is hostile takes about as long for each byte as there is more of it.
#[test]
fn takes_time_in_proportion_to_what_comes() {
    let patterns = [
        "{\"a\":\n",
        "{\"a\":[\n",
        "[\n",
        "[",
        "{\"\":\n{\"b\":1},\n",
        "{\"a\":\"",
        "\n {\"a\":1,",
        "[ \n",
        "1 ",
        "\"a",
        "{\"id\":1,\n",
    ];
    for pattern in patterns {
        let bytes = pattern.repeat((1 << 18) / pattern.len());
        let began = Instant::now();
        let (mut stream, mut output) = (Stream::new(Transformer::new(Config::default())), Output::default());
        for piece in bytes.as_bytes().chunks(1) {
            stream.push(piece, None, &mut output);
        }
        stream.finish(None, &mut output);
        let took = began.elapsed();
        assert!(took.as_secs() < 20, "{pattern:?}: {took:?}");
        eprintln!("{pattern:?}: {took:?}");
    }
}
