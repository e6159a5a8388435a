//! One byte range of a body (RFC 9110, section 14): what resumable downloads need, and no more.

use http::HeaderMap;
use http::header::{IF_RANGE, RANGE};
use std::ops::Range;

/// What of a body was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    Whole,
    /// A part of it.
    Part(Range<u64>),
    /// Something that lies outside.
    Outside,
}

/// Reads `Range`; several ranges and other units count as none, as the RFC allows. A range for another version of the
/// body (`If-Range`) counts as none too.
pub(crate) fn wanted(headers: &HeaderMap, tag: &str, length: u64) -> Wanted {
    let Some(text) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else { return Wanted::Whole };
    if headers.get(IF_RANGE).is_some_and(|value| value.as_bytes() != tag.as_bytes()) {
        return Wanted::Whole;
    }
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-'))
    else {
        return Wanted::Whole;
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => part(first, last.saturating_add(1), length),
        (Some(first), None) if last.is_empty() => part(first, length, length),
        (None, Some(suffix)) if first.is_empty() && suffix > 0 => {
            part(length.saturating_sub(suffix), length, length)
        }
        (None, Some(_)) if first.is_empty() => Wanted::Outside,
        _ => Wanted::Whole,
    }
}

fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) { None } else { text.parse().ok() }
}

fn part(first: u64, end: u64, length: u64) -> Wanted {
    if first < length { Wanted::Part(first..end.min(length)) } else { Wanted::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn asked(range: &str) -> Wanted {
        let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_str(range).unwrap())]);
        wanted(&headers, "\"tag\"", 100)
    }

    #[test]
    fn one_range_is_served_and_what_lies_outside_is_refused() {
        assert_eq!(asked("bytes=0-9"), Wanted::Part(0..10));
        assert_eq!(asked("bytes=90-"), Wanted::Part(90..100));
        assert_eq!(asked("bytes=-10"), Wanted::Part(90..100));
        assert_eq!(asked("bytes=-1000"), Wanted::Part(0..100));
        assert_eq!(asked("bytes=50-1000"), Wanted::Part(50..100));
        assert_eq!(asked("bytes=100-"), Wanted::Outside);
        assert_eq!(asked("bytes=-0"), Wanted::Outside);
    }

    #[test]
    fn what_is_no_single_range_counts_as_none() {
        for odd in ["bytes=0-1,5-6", "items=0-1", "bytes=9-1", "bytes=a-b", "bytes=", "bytes=+1-2"] {
            assert_eq!(asked(odd), Wanted::Whole, "{odd}");
        }
    }

    #[test]
    fn a_range_of_another_version_counts_as_none() {
        let mut headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_static("bytes=5-"))]);
        headers.insert(IF_RANGE, HeaderValue::from_static("\"tag\""));
        assert_eq!(wanted(&headers, "\"tag\"", 10), Wanted::Part(5..10));
        assert_eq!(wanted(&headers, "\"other\"", 10), Wanted::Whole);
    }
}
