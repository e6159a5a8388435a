//! The chapter `pages`: a stranger reads the public catalogue in a browser, and every person opens a desk of their own.
//!
//! What a browser would fetch first is fetched here over plain loopback connections and looked at; journeys through the pages
//! in a real browser are in `portal/journeys`.

use super::people::Cast;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A page is never larger in this demo.
const LONGEST_ANSWER: u64 = 4 << 20;
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks at the catalogue and at every desk.
pub(super) fn pages(cast: &mut Cast) -> Result<Value, String> {
    let jay = cast.somebody("jay");
    cast.leave_desk_running(&jay)?;

    let catalogue = format!("{}/", cast.origin);
    let home = read(&catalogue)?;
    let listing = home.body.split('"').find_map(|part| part.strip_prefix("/listings/lst_"));
    let listing = listing.ok_or("the catalogue's first page leads to no listing")?;
    let search = format!("{}/search?q=aircraft", cast.origin);
    for address in [&search, &format!("{}/listings/lst_{listing}", cast.origin)] {
        let page = read(address)?;
        if page.head.to_ascii_lowercase().contains("\r\nset-cookie") {
            return Err(format!("{address} sets a cookie"));
        }
        if !page.body.contains("New York") {
            return Err(format!("{address} does not show what is for sale"));
        }
    }
    cast.tell("anybody", &format!("reads what is for sale at {catalogue}, without a script or a cookie"));

    let mut desks = serde_json::Map::new();
    let mut built = true;
    for (name, link) in cast.desks() {
        let start = link.split('#').next().unwrap_or(&link);
        let page = read(start)?;
        built &= page.body.contains("<script");
        cast.tell(name, &format!("opens a desk of their own at {link}"));
        desks.insert(name.to_owned(), json!(link));
    }
    if !built {
        cast.tell(
            "demo",
            "the desks have no pages yet: `cargo xtask pages` makes them, with Node 20.19 or newer",
        );
    }
    Ok(json!({"catalogue": catalogue, "desks": desks, "built": built}))
}

struct Page {
    head: String,
    body: String,
}

/// One page over one connection; anything but 200 is an error.
fn read(address: &str) -> Result<Page, String> {
    let unread = |why: &dyn std::fmt::Display| format!("{address} cannot be read: {why}");
    let rest = address.strip_prefix("http://").ok_or_else(|| unread(&"it is not on this machine"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).map_err(|cause| unread(&cause))?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(|cause| unread(&cause))?;
    let request =
        format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(|cause| unread(&cause))?;
    let mut bytes = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut bytes).map_err(|cause| unread(&cause))?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) =
        text.split_once("\r\n\r\n").ok_or_else(|| unread(&"the answer has no end of its head"))?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(unread(&head.lines().next().unwrap_or_default()));
    }
    Ok(Page { head: head.to_owned(), body: body.to_owned() })
}
