//! Reads a page strictly: every tag closed in its turn, every attribute quoted, every id there once and every reference to
//! one answered. Stricter than browsers are, because ours is the only writer.

use std::collections::{BTreeMap, BTreeSet};

const VOID: [&str; 6] = ["meta", "link", "input", "br", "img", "hr"];

/// One tag with its attributes, in which character references are resolved.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
}

/// A page that was read without a fault.
#[derive(Debug)]
pub(super) struct Markup {
    pub(super) tags: Vec<Tag>,
    /// All text between tags.
    pub(super) text: String,
    /// What stands in `script` elements, as it stands there.
    pub(super) scripts: Vec<String>,
}

impl Markup {
    /// Reads an HTML page or an XML document; panics with the place of the first fault.
    pub(super) fn read(page: &str) -> Self {
        let mut read = Self { tags: Vec::new(), text: String::new(), scripts: Vec::new() };
        let mut open: Vec<String> = Vec::new();
        let mut rest = page;
        while let Some(at) = rest.find('<') {
            read.text.push_str(&resolved(&rest[..at]));
            assert!(!rest[..at].contains('>'), "a bare > before {}", near(&rest[at..]));
            let (inside, after) = tag_at(&rest[at..]);
            rest = after;
            if inside.starts_with(['!', '?']) {
                continue;
            }
            if let Some(name) = inside.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name), "closed out of turn near {}", near(rest));
                continue;
            }
            let (inside, closed) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
            let tag = parse(inside);
            if tag.name == "script" {
                let end = rest.find("</script").expect("a script ends");
                read.scripts.push(rest[..end].to_owned());
                rest = &rest[end..];
            }
            if !closed && !VOID.contains(&tag.name.as_str()) {
                open.push(tag.name.clone());
            }
            read.tags.push(tag);
        }
        assert!(open.is_empty(), "left open: {open:?}");
        read
    }

    /// Reads an HTML page and checks what holds for a whole one.
    pub(super) fn of_page(page: &str) -> Self {
        assert!(page.starts_with("<!doctype html>"), "{}", near(page));
        let read = Self::read(page);
        let ids: Vec<&str> = read.values("id").collect();
        let distinct: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), distinct.len(), "an id stands twice: {ids:?}");
        for reference in ["for", "aria-labelledby"] {
            read.values(reference)
                .for_each(|id| assert!(distinct.contains(id), "{reference}={id} names nothing"));
        }
        let count = |name: &str| read.tags.iter().filter(|tag| tag.name == name).count();
        for once in ["title", "h1", "main", "header", "footer"] {
            assert_eq!(count(once), 1, "{once}");
        }
        assert_eq!(read.attribute("html", "lang"), Some("en"));
        for input in read.tags.iter().filter(|tag| matches!(tag.name.as_str(), "input" | "select")) {
            let labelled =
                input.attributes.get("id").is_some_and(|id| read.values("for").any(|label| label == id));
            assert!(
                labelled || input.attributes.get("type").is_some_and(|kind| kind == "hidden"),
                "{input:?}"
            );
        }
        assert_eq!(count("table"), count("caption"), "every table says what it shows");
        for forbidden in ["style", "onclick", "onload"] {
            assert_eq!(read.values(forbidden).count(), 0, "{forbidden}");
        }
        read
    }

    /// The values of an attribute wherever it stands.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.tags.iter().filter_map(move |tag| tag.attributes.get(name).map(String::as_str))
    }

    /// An attribute of the first such element.
    pub(super) fn attribute(&self, element: &str, name: &str) -> Option<&str> {
        let tag = self.tags.iter().find(|tag| tag.name == element)?;
        tag.attributes.get(name).map(String::as_str)
    }

    /// The address behind `<link rel=...>`.
    pub(super) fn link(&self, rel: &str) -> Option<&str> {
        let is_it =
            |tag: &&Tag| tag.name == "link" && tag.attributes.get("rel").is_some_and(|value| value == rel);
        self.tags.iter().find(is_it).and_then(|tag| tag.attributes.get("href").map(String::as_str))
    }
}

/// What stands between `<` and the `>` that ends it, and the rest.
fn tag_at(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '"' => quoted = !quoted,
            '>' if !quoted => return (&text[1..at], &text[at + 1..]),
            '<' => panic!("a bare < near {}", near(text)),
            _ => {}
        }
    }
    panic!("a tag without an end near {}", near(text))
}

fn parse(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once(|letter: char| letter.is_whitespace()).unwrap_or((inside, ""));
    let mut attributes = BTreeMap::new();
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        let end = rest.find(|letter: char| letter == '=' || letter.is_whitespace()).unwrap_or(rest.len());
        let key = &rest[..end];
        let mut value = "";
        rest = &rest[end..];
        if let Some(after) = rest.strip_prefix("=\"") {
            let (quoted, after) = after.split_once('"').expect("a quoted value ends");
            (value, rest) = (quoted, after);
        } else {
            assert!(!rest.starts_with('='), "a value without quotes in {inside}");
        }
        assert!(attributes.insert(key.to_owned(), resolved(value)).is_none(), "{key} twice in {inside}");
    }
    Tag { name: name.to_owned(), attributes }
}

fn resolved(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once(';').unwrap_or_else(|| panic!("a bare & near {}", near(part)));
        let code = name.strip_prefix('#').and_then(|code| code.parse().ok()).and_then(char::from_u32);
        out.push(code.unwrap_or_else(|| panic!("&{name}; is no number")));
        out.push_str(rest);
    }
    out
}

fn near(text: &str) -> String {
    text.chars().take(80).collect()
}
