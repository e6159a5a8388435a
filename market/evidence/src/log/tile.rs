//! Tiles: the log as static files, C2SP tlog-tiles: `tile/<level>/<n>[.p/<w>]` and `tile/entries/<n>[.p/<w>]`.
//!
//! A hash tile holds up to 256 hashes of one level, an entries tile up to 256 leaves, each behind its length in two
//! bytes. A tile is believed only through a checkpoint: see [`super::TiledHashes`].

use super::leaf::MAX_LEAF_BYTES;
use super::tree::{HashMissing, HashSource, LogIndex, LogSize, NotProved, bounded};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use tacit_values::Digest;
use tlog_tiles::Tile;

/// How many hashes or leaves a full tile has.
pub const TILE_WIDTH: u64 = 256;
/// The most bytes that a tile of either sort may have.
pub const MAX_TILE_BYTES: usize = 256 * (2 + MAX_LEAF_BYTES);

pub(super) const HEIGHT: u8 = 8;
/// 256^6 = 2^48 leaves.
const MAX_LEVEL: u8 = 6;
const HASH: usize = 32;

/// The address of a tile below `/log/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TilePath {
    /// `None`: the leaves themselves.
    pub(super) level: Option<u8>,
    pub(super) number: u64,
    /// 1 to 256.
    pub(super) width: u16,
}

/// The text is no address of a tile.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected a tile's path, for example tile/0/000, tile/1/x001/234.p/8 or tile/entries/000.p/5")]
pub struct NotATilePath;

/// Why the bytes of a tile were refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TileRefused {
    /// Too short, too long, or not of the stated width.
    #[error("the tile does not have the width that its path says; fetch it again")]
    WrongLength,
    /// An entry is empty or longer than any leaf.
    #[error("an entry of the tile is empty or longer than any leaf")]
    EntryLength,
}

impl TilePath {
    /// The tiles that a log must publish when it grows from one size to another: hash tiles and entries tiles.
    pub fn published(old: LogSize, new: LogSize) -> Result<Vec<Self>, NotProved> {
        bounded(new)?;
        let mut paths = vec![];
        for tile in Tile::new_tiles(HEIGHT, old.0.min(new.0), new.0) {
            let width = u16::try_from(tile.width()).expect("a tile of height 8 has at most 256 hashes");
            let path = Self { level: Some(tile.level()), number: tile.level_index(), width };
            paths.push(path);
            if tile.level() == 0 {
                paths.push(Self { level: None, ..path });
            }
        }
        Ok(paths)
    }

    /// The entries tiles that hold the leaves from `from` on, in a log of this size: what a mirror fetches.
    pub fn entries(from: LogIndex, size: LogSize) -> Result<Vec<Self>, NotProved> {
        bounded(size)?;
        if from.0 >= size.0 {
            return Ok(vec![]);
        }
        let tiles = from.0 / TILE_WIDTH..size.0.div_ceil(TILE_WIDTH);
        let width = |number: u64| (size.0 - number * TILE_WIDTH).min(TILE_WIDTH) as u16;
        Ok(tiles.map(|number| Self { level: None, number, width: width(number) }).collect())
    }

    /// Whether this tile holds leaves rather than hashes.
    pub const fn holds_entries(&self) -> bool {
        self.level.is_none()
    }

    /// Whether all 256 are there, so that the tile never changes again.
    pub const fn is_full(&self) -> bool {
        self.width as u64 == TILE_WIDTH
    }

    /// How many hashes or leaves it holds.
    pub const fn width(&self) -> usize {
        self.width as usize
    }

    /// Whether a log of this size has this tile.
    pub fn is_within(&self, size: LogSize) -> bool {
        let complete = size.0 >> (u32::from(HEIGHT) * u32::from(self.level.unwrap_or(0)));
        self.number.checked_mul(TILE_WIDTH).is_some_and(|first| first + u64::from(self.width) <= complete)
    }

    /// Which leaves an entries tile holds; `None` for a hash tile.
    pub fn leaves(&self) -> Option<Range<u64>> {
        let first = self.number * TILE_WIDTH;
        self.holds_entries().then_some(first..first + u64::from(self.width))
    }

    /// The numbers of the stored hashes that a hash tile holds; none for an entries tile.
    pub fn needed(&self) -> Vec<u64> {
        let Some(level) = self.level else { return vec![] };
        let first = self.number * TILE_WIDTH;
        let hashes = first..first + u64::from(self.width);
        hashes.map(|place| tlog_tiles::stored_hash_index(HEIGHT * level, place)).collect()
    }

    /// The bytes of a hash tile, from stored hashes.
    pub fn read(&self, source: &impl HashSource) -> Result<Vec<u8>, HashMissing> {
        let hashes = source.hashes(&self.needed())?;
        Ok(hashes.iter().flat_map(|hash| *hash.bytes()).collect())
    }

    /// Reads the bytes of a hash tile.
    pub fn parse_hashes(&self, bytes: &[u8]) -> Result<Vec<Digest>, TileRefused> {
        if self.holds_entries() || bytes.len() != self.width() * HASH {
            return Err(TileRefused::WrongLength);
        }
        let (hashes, _) = bytes.as_chunks::<HASH>();
        Ok(hashes.iter().map(|hash| Digest::from_bytes(*hash)).collect())
    }

    /// Reads the bytes of an entries tile into the bytes of its leaves.
    pub fn parse_entries(&self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, TileRefused> {
        if !self.holds_entries() || bytes.len() > MAX_TILE_BYTES {
            return Err(TileRefused::WrongLength);
        }
        let mut rest = bytes;
        let mut leaves = Vec::with_capacity(self.width());
        for _ in 0..self.width() {
            let (length, after) = rest.split_first_chunk::<2>().ok_or(TileRefused::WrongLength)?;
            let length = usize::from(u16::from_be_bytes(*length));
            if length == 0 || length > MAX_LEAF_BYTES {
                return Err(TileRefused::EntryLength);
            }
            let (leaf, after) = after.split_at_checked(length).ok_or(TileRefused::WrongLength)?;
            leaves.push(leaf.to_vec());
            rest = after;
        }
        if rest.is_empty() { Ok(leaves) } else { Err(TileRefused::WrongLength) }
    }
}

/// The bytes of an entries tile.
pub fn encode_entries(leaves: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, TileRefused> {
    let mut bytes = vec![];
    for leaf in leaves {
        let leaf = leaf.as_ref();
        let length = u16::try_from(leaf.len()).map_err(|_| TileRefused::EntryLength)?;
        if leaf.is_empty() || leaf.len() > MAX_LEAF_BYTES {
            return Err(TileRefused::EntryLength);
        }
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(leaf);
    }
    Ok(bytes)
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => f.write_str("tile/entries/")?,
        }
        let groups =
            (0..).map(|group| self.number / 1000_u64.pow(group)).take_while(|rest| *rest > 0).count();
        for group in (1..groups as u32).rev() {
            write!(f, "x{:03}/", self.number / 1000_u64.pow(group) % 1000)?;
        }
        write!(f, "{:03}", self.number % 1000)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for TilePath {
    type Err = NotATilePath;

    fn from_str(text: &str) -> Result<Self, NotATilePath> {
        if text.len() > 64 {
            return Err(NotATilePath);
        }
        let (level, place) =
            text.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or(NotATilePath)?;
        let level = match level {
            "entries" => None,
            digits => Some(digits.parse().ok().filter(|level| *level <= MAX_LEVEL).ok_or(NotATilePath)?),
        };
        let (place, width) = match place.split_once(".p/") {
            Some((place, width)) => (place, width.parse().map_err(|_| NotATilePath)?),
            None => (place, 256),
        };
        let mut number = 0_u64;
        for group in place.split('/') {
            let digits: u64 = group.strip_prefix('x').unwrap_or(group).parse().map_err(|_| NotATilePath)?;
            number =
                number.checked_mul(1000).and_then(|high| high.checked_add(digits)).ok_or(NotATilePath)?;
        }
        let path = Self { level, number, width };
        let sensible = (1..=256).contains(&width) && number < 1 << 40;
        // One spelling per tile: what does not print back the same is refused.
        if sensible && path.to_string() == text { Ok(path) } else { Err(NotATilePath) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tiles_have_the_paths_of_the_specification() {
        let names = |old, new| -> Vec<String> {
            let tiles = TilePath::published(LogSize(old), LogSize(new)).unwrap();
            tiles.iter().map(TilePath::to_string).collect()
        };
        assert_eq!(names(0, 5), ["tile/0/000.p/5", "tile/entries/000.p/5"]);
        assert_eq!(
            names(255, 257),
            ["tile/0/000", "tile/entries/000", "tile/0/001.p/1", "tile/entries/001.p/1", "tile/1/000.p/1"]
        );
        let deep = TilePath { level: Some(2), number: 1_234_067, width: 8 };
        assert_eq!(deep.to_string(), "tile/2/x001/x234/067.p/8");
        let from = TilePath::entries(LogIndex(300), LogSize(600)).unwrap();
        let names: Vec<_> = from.iter().map(TilePath::to_string).collect();
        assert_eq!(names, ["tile/entries/001", "tile/entries/002.p/88"]);
        assert_eq!(TilePath::entries(LogIndex(600), LogSize(600)), Ok(vec![]));
    }

    #[test]
    fn a_tile_has_one_spelling() {
        for good in ["tile/0/000", "tile/5/999.p/255", "tile/entries/x001/000", "tile/1/x001/x234/067.p/8"] {
            assert_eq!(good.parse::<TilePath>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/8/0/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/07",
            "tile/0/0",
            "tile/0/x000/001",
            "tile/00/000",
            "tile/+1/000",
            "tile/7/000",
            "tile/64/000",
            "tile/data/000",
            "tile/0/x001/x001",
            "tile/0/000/",
            "/tile/0/000",
            "tile/0/../000",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(bad.parse::<TilePath>(), Err(NotATilePath), "{bad}");
        }
    }

    #[test]
    fn a_log_serves_the_tiles_it_has_and_no_others() {
        let within = |path: &str, size| path.parse::<TilePath>().unwrap().is_within(LogSize(size));
        assert!(within("tile/0/000.p/5", 5));
        assert!(within("tile/0/000.p/3", 5));
        assert!(!within("tile/0/000.p/6", 5));
        assert!(!within("tile/0/000", 255));
        assert!(within("tile/1/000.p/1", 256));
        assert!(!within("tile/1/000.p/1", 255));
        assert!(!within("tile/5/x999/x999/x999/999", 1 << 40));
    }

    #[test]
    fn an_entries_tile_that_is_cut_stretched_or_holds_an_empty_leaf_is_refused() {
        let path: TilePath = "tile/entries/000.p/2".parse().unwrap();
        let bytes = encode_entries(&[b"one", b"two"]).unwrap();
        assert_eq!(path.parse_entries(&bytes), Ok(vec![b"one".to_vec(), b"two".to_vec()]));
        assert_eq!(path.parse_entries(&bytes[..9]), Err(TileRefused::WrongLength));
        assert_eq!(path.parse_entries(&[&bytes[..], &[0]].concat()), Err(TileRefused::WrongLength));
        assert_eq!(path.parse_entries(&[0, 0, 0, 0]), Err(TileRefused::EntryLength));
        assert_eq!(path.parse_entries(&[255; 600]), Err(TileRefused::EntryLength));
        assert_eq!(path.parse_entries(&vec![0; MAX_TILE_BYTES + 1]), Err(TileRefused::WrongLength));
        assert_eq!(path.parse_hashes(&[0; 64]), Err(TileRefused::WrongLength));
        assert_eq!(encode_entries(&[[]]), Err(TileRefused::EntryLength));
        let hashes: TilePath = "tile/0/000.p/2".parse().unwrap();
        assert_eq!(hashes.parse_hashes(&[0; 63]), Err(TileRefused::WrongLength));
        assert!(hashes.parse_hashes(&[0; 64]).is_ok());
    }

    proptest! {
        #[test]
        fn every_path_reads_back(level in 0_u8..=6, entries: bool, number in 0_u64..1 << 40, width in 1_u16..=256) {
            let path = TilePath { level: (!entries).then_some(level), number, width };
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn no_text_makes_the_path_parser_panic(text in "(tile/)?[x0-9./pentris]{0,40}") {
            let _ = text.parse::<TilePath>();
        }
    }
}
