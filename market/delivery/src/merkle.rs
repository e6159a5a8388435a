//! Trees of hashes as in RFC 6962: built leaf by leaf with a stack, so that a tree of any size costs a few hashes.
//!
//! Leaves arrive hashed already, with the 0x00 in front that keeps them apart from nodes.

use sha2::{Digest as _, Sha256};
use tacit_values::Digest;

/// `SHA-256(0x01 || left || right)`.
fn node(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.bytes());
    hasher.update(right.bytes());
    Digest::from_bytes(hasher.finalize().into())
}

/// A tree that grows, and the paths of the few leaves that somebody wants.
#[derive(Default)]
pub(crate) struct Tree {
    /// Complete subtrees, the largest first.
    stack: Vec<Subtree>,
    leaves: u64,
    paths: Vec<Vec<Digest>>,
}

struct Subtree {
    root: Digest,
    height: u32,
    /// Which paths begin in it.
    wanted: Vec<usize>,
}

impl Tree {
    /// Adds a leaf.
    pub(crate) fn push(&mut self, leaf: Digest) {
        self.add(leaf, Vec::new());
    }

    /// Adds a leaf whose path is wanted; the number under which `finish` returns it.
    pub(crate) fn push_wanted(&mut self, leaf: Digest) -> usize {
        self.paths.push(Vec::new());
        let number = self.paths.len() - 1;
        self.add(leaf, vec![number]);
        number
    }

    /// How many leaves there are.
    pub(crate) fn leaves(&self) -> u64 {
        self.leaves
    }

    /// The root of all leaves; of none, SHA-256 of nothing.
    pub(crate) fn root(self) -> Digest {
        self.finish().0
    }

    /// The root, and the paths of the wanted leaves in the order in which they were added.
    pub(crate) fn finish(mut self) -> (Digest, Vec<Vec<Digest>>) {
        let Some(mut right) = self.stack.pop() else { return (Digest::of(b""), self.paths) };
        while let Some(left) = self.stack.pop() {
            right = self.join(left, right);
        }
        (right.root, self.paths)
    }

    fn add(&mut self, leaf: Digest, wanted: Vec<usize>) {
        self.leaves += 1;
        let mut right = Subtree { root: leaf, height: 0, wanted };
        while self.stack.last().is_some_and(|left| left.height == right.height) {
            let left = self.stack.pop().expect("last() found it");
            right = self.join(left, right);
        }
        self.stack.push(right);
    }

    fn join(&mut self, left: Subtree, right: Subtree) -> Subtree {
        for path in &left.wanted {
            self.paths[*path].push(right.root);
        }
        for path in &right.wanted {
            self.paths[*path].push(left.root);
        }
        let mut wanted = left.wanted;
        wanted.extend(right.wanted);
        Subtree { root: node(&left.root, &right.root), height: left.height + 1, wanted }
    }
}

/// The root of a list of leaves.
pub(crate) fn root_of(leaves: impl Iterator<Item = Digest>) -> Digest {
    let mut tree = Tree::default();
    leaves.for_each(|leaf| tree.push(leaf));
    tree.root()
}

/// The root that a path leads to (RFC 9162, section 2.1.3.2); `None` when the path does not fit the place.
pub(crate) fn root_by_path(leaf: Digest, place: u64, leaves: u64, path: &[Digest]) -> Option<Digest> {
    if place >= leaves {
        return None;
    }
    let (mut at, mut last, mut root) = (place, leaves - 1, leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            root = node(sibling, &root);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            root = node(&root, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(number: u64) -> Digest {
        Digest::of(&number.to_be_bytes())
    }

    /// RFC 6962, section 2.1, word by word.
    fn by_the_book(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::of(b""),
            [only] => *only,
            more => {
                let split = more.len().next_power_of_two() / 2;
                node(&by_the_book(&more[..split]), &by_the_book(&more[split..]))
            }
        }
    }

    #[test]
    fn a_tree_that_grows_has_the_root_of_the_book() {
        for size in 0..70 {
            let leaves: Vec<_> = (0..size).map(leaf).collect();
            assert_eq!(root_of(leaves.iter().copied()), by_the_book(&leaves), "{size} leaves");
        }
    }

    #[test]
    fn every_wanted_path_leads_to_the_root_and_to_no_other_place() {
        for size in 1..40 {
            let mut tree = Tree::default();
            (0..size).for_each(|number| assert_eq!(tree.push_wanted(leaf(number)), number as usize));
            let (root, paths) = tree.finish();
            for (number, path) in (0..size).zip(&paths) {
                assert_eq!(root_by_path(leaf(number), number, size, path), Some(root));
                assert_ne!(
                    root_by_path(leaf(number), (number + 1) % size, size, path),
                    Some(root).filter(|_| size > 1)
                );
                assert_ne!(root_by_path(leaf(number), number, size + 40, path), Some(root));
            }
        }
    }
}
