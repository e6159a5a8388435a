//! What stands behind the listings of a large market: one small file, sealed and promised once, its sample opened; every listing
//! gets a manifest of its own of it.

use std::io::Cursor;
use tacit_delivery::{
    Manifest, ManifestTerms, OrderIdentity, build_manifest, open_sample, seal, verify_sample,
};
use tacit_ports::market::StoredManifest;
use tacit_values::{Digest, ListingId, PersonaKey, Timestamp};

pub struct Promise {
    manifest: Manifest,
    /// The short form of the sample, for the listing's page.
    pub excerpt: Vec<u8>,
}

impl Promise {
    pub fn of_a_file() -> Self {
        let mut file = b"tail,year,maker,seats\n".to_vec();
        for row in 0..2_000 {
            file.extend_from_slice(
                format!("N{row:05},{},maker {},{}\n", 1970 + row % 50, row % 40, row % 300).as_bytes(),
            );
        }
        let own = OrderIdentity::from_bytes([7; 32]).recipient();
        let sealed = seal(Cursor::new(file.clone()), &mut Vec::new(), &own).unwrap();
        let terms = ManifestTerms {
            name: "planes.csv".to_owned(),
            media_type: "text/csv".to_owned(),
            ..ManifestTerms::default()
        };
        let manifest = build_manifest(Cursor::new(file.clone()), &sealed, &terms).unwrap().manifest;
        let beacon = Digest::of(b"a beacon");
        let sample = open_sample(Cursor::new(file), &manifest, &sealed.file_key, &beacon).unwrap();
        let excerpt = verify_sample(&sample, &manifest, &beacon).unwrap().excerpt();
        Self { manifest, excerpt: serde_json::to_vec(&excerpt).unwrap() }
    }

    /// The same file, promised under another name.
    pub fn named(
        &self,
        number: u64,
        listing: ListingId,
        seller: &PersonaKey,
        at: Timestamp,
    ) -> StoredManifest {
        let manifest = Manifest { name: format!("planes-{number}.csv"), ..self.manifest.clone() };
        let signed = manifest.sign(seller);
        StoredManifest {
            digest: signed.manifest.digest(),
            seller: seller.persona(),
            listing,
            name: signed.manifest.name.clone(),
            body: signed.manifest.body,
            blocks: signed.manifest.blocks,
            at,
            document: serde_json::to_vec(&signed).unwrap(),
        }
    }
}
