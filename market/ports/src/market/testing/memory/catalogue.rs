//! Listings, manifests and uploads in memory.

use super::MemoryTx;
use crate::market::{
    CatalogueDay, DayChanges, Held, ListingNotPut, Listings, Manifests, Part, Put, SampleNotPut, StoreFault,
    StoredListing, StoredManifest, StoredUpload, Uploads,
};
use async_trait::async_trait;
use std::collections::BTreeMap;
use tacit_values::{Digest, Epoch, ListingId, Persona, Timestamp, UploadId};

#[derive(Clone, Default)]
pub(super) struct Catalogue {
    listings: BTreeMap<ListingId, Vec<StoredListing>>,
    manifests: Vec<StoredManifest>,
    beacons: BTreeMap<Digest, Vec<u8>>,
    samples: BTreeMap<Digest, Vec<u8>>,
    excerpts: BTreeMap<Digest, Vec<u8>>,
    pub(super) uploads: BTreeMap<UploadId, (StoredUpload, BTreeMap<u32, Part>)>,
}

impl Catalogue {
    fn manifest(&self, digest: Digest) -> Option<&StoredManifest> {
        self.manifests.iter().find(|manifest| manifest.digest == digest)
    }

    fn newest(&self) -> impl Iterator<Item = &StoredListing> {
        self.listings.values().filter_map(|versions| versions.last())
    }
}

#[async_trait]
impl Listings for MemoryTx {
    async fn put(&mut self, listing: &StoredListing) -> Result<Put, ListingNotPut> {
        let versions = self.change()?.catalogue.listings.entry(listing.id).or_default();
        if let Some(stands) = versions.iter().find(|stands| stands.version == listing.version) {
            let same = stands.document == listing.document;
            return if same { Ok(Put::Already) } else { Err(ListingNotPut::Differs) };
        }
        let newest = versions.last().map_or(0, |listing| listing.version);
        if listing.version != newest + 1 {
            return Err(ListingNotPut::Gap { newest });
        }
        versions.push(listing.clone());
        Ok(Put::Recorded)
    }

    async fn newest(&mut self, id: ListingId) -> Result<Option<StoredListing>, StoreFault> {
        Ok(self.see().catalogue.listings.get(&id).and_then(|versions| versions.last()).cloned())
    }

    async fn version(&mut self, id: ListingId, version: u64) -> Result<Option<StoredListing>, StoreFault> {
        let versions = self.see().catalogue.listings.get(&id);
        Ok(versions.and_then(|versions| versions.iter().find(|one| one.version == version)).cloned())
    }

    async fn changes(&mut self, day: CatalogueDay, as_of: Epoch) -> Result<DayChanges, StoreFault> {
        let mut shown: Vec<&StoredListing> = self
            .see()
            .catalogue
            .listings
            .values()
            .flatten()
            .filter(|listing| CatalogueDay::of(listing.at) == day && listing.shown_after <= as_of)
            .collect();
        shown.sort_by_key(|listing| (listing.shown_after, listing.id, listing.version));
        let documents: Vec<_> = shown.into_iter().map(|listing| listing.document.clone()).collect();
        Ok(DayChanges { revision: documents.len() as u64, documents })
    }

    async fn for_sale(
        &mut self,
        after: Option<ListingId>,
        limit: u32,
    ) -> Result<Vec<StoredListing>, StoreFault> {
        let newest = self.see().catalogue.newest();
        let found = newest.filter(|listing| listing.live && after.is_none_or(|after| listing.id > after));
        Ok(found.take(limit as usize).cloned().collect())
    }

    async fn several(&mut self, ids: &[ListingId]) -> Result<Vec<StoredListing>, StoreFault> {
        let listings = &self.see().catalogue.listings;
        let newest = ids.iter().filter_map(|id| listings.get(id)?.last());
        Ok(newest.cloned().collect())
    }

    async fn versions(&mut self, id: ListingId, limit: u32) -> Result<Vec<StoredListing>, StoreFault> {
        let versions = self.see().catalogue.listings.get(&id).into_iter().flatten().rev();
        Ok(versions.take(limit as usize).cloned().collect())
    }

    async fn live(&mut self) -> Result<u64, StoreFault> {
        Ok(self.see().catalogue.newest().filter(|listing| listing.live).count() as u64)
    }
}

#[async_trait]
impl Manifests for MemoryTx {
    async fn put(&mut self, manifest: &StoredManifest) -> Result<Put, StoreFault> {
        let catalogue = &mut self.change()?.catalogue;
        if catalogue.manifest(manifest.digest).is_some() {
            return Ok(Put::Already);
        }
        catalogue.manifests.push(manifest.clone());
        Ok(Put::Recorded)
    }

    async fn get(&mut self, digest: Digest) -> Result<Option<StoredManifest>, StoreFault> {
        Ok(self.see().catalogue.manifest(digest).cloned())
    }

    async fn earlier(&mut self, digest: Digest) -> Result<u64, StoreFault> {
        let catalogue = &self.see().catalogue;
        let Some(this) = catalogue.manifest(digest) else { return Ok(0) };
        let before = catalogue.manifests.iter().take_while(|one| one.digest != digest);
        let same = before.filter(|one| {
            one.seller == this.seller && (one.listing == this.listing || one.name == this.name)
        });
        Ok(same.count() as u64)
    }

    async fn taken_since(&mut self, seller: &Persona, since: Timestamp) -> Result<u64, StoreFault> {
        let manifests = self.see().catalogue.manifests.iter();
        Ok(manifests.filter(|one| one.seller == *seller && one.at >= since).count() as u64)
    }

    async fn names_object(&mut self, object: Digest) -> Result<bool, StoreFault> {
        let mut manifests = self.see().catalogue.manifests.iter();
        Ok(manifests.any(|manifest| manifest.body == object || manifest.blocks == object))
    }

    async fn fix_beacon(&mut self, digest: Digest, beacon: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        let catalogue = &mut self.change()?.catalogue;
        if catalogue.manifest(digest).is_none() {
            return Ok(None);
        }
        Ok(Some(catalogue.beacons.entry(digest).or_insert_with(|| beacon.to_vec()).clone()))
    }

    async fn beacon(&mut self, digest: Digest) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.see().catalogue.beacons.get(&digest).cloned())
    }

    async fn put_sample(&mut self, digest: Digest, sample: &[u8]) -> Result<Put, SampleNotPut> {
        let catalogue = &mut self.change()?.catalogue;
        if catalogue.manifest(digest).is_none() {
            return Err(SampleNotPut::NoManifest);
        }
        match catalogue.samples.get(&digest) {
            Some(stands) if stands == sample => Ok(Put::Already),
            Some(_) => Err(SampleNotPut::Differs),
            None => {
                catalogue.samples.insert(digest, sample.to_vec());
                Ok(Put::Recorded)
            }
        }
    }

    async fn sample(&mut self, digest: Digest) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.see().catalogue.samples.get(&digest).cloned())
    }

    async fn keep_excerpt(&mut self, digest: Digest, excerpt: &[u8]) -> Result<(), StoreFault> {
        self.change()?.catalogue.excerpts.entry(digest).or_insert_with(|| excerpt.to_vec());
        Ok(())
    }

    async fn excerpt(&mut self, digest: Digest) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.see().catalogue.excerpts.get(&digest).cloned())
    }
}

#[async_trait]
impl Uploads for MemoryTx {
    async fn open(&mut self, upload: &StoredUpload) -> Result<StoredUpload, StoreFault> {
        let uploads = &mut self.change()?.catalogue.uploads;
        let same = |one: &StoredUpload| {
            (one.seller, one.body, one.bytes) == (upload.seller, upload.body, upload.bytes)
        };
        if let Some((stands, _)) = uploads.values().find(|(one, _)| same(one)) {
            return Ok(stands.clone());
        }
        uploads.insert(upload.id, (upload.clone(), BTreeMap::new()));
        Ok(upload.clone())
    }

    async fn get(&mut self, id: UploadId) -> Result<Option<StoredUpload>, StoreFault> {
        Ok(self.see().catalogue.uploads.get(&id).map(|(upload, _)| upload.clone()))
    }

    async fn record_part(
        &mut self,
        id: UploadId,
        part: Part,
        now: Timestamp,
    ) -> Result<Option<Put>, StoreFault> {
        match self.change()?.catalogue.uploads.get_mut(&id) {
            Some((upload, parts)) if !upload.complete => {
                upload.touched = now;
                let before = parts.insert(part.n, part);
                Ok(Some(if before == Some(part) { Put::Already } else { Put::Recorded }))
            }
            _ => Ok(None),
        }
    }

    async fn parts(&mut self, id: UploadId) -> Result<Vec<Part>, StoreFault> {
        let upload = self.see().catalogue.uploads.get(&id);
        Ok(upload.map(|(_, parts)| parts.values().copied().collect()).unwrap_or_default())
    }

    async fn complete(&mut self, id: UploadId, now: Timestamp) -> Result<bool, StoreFault> {
        let Some((upload, _)) = self.change()?.catalogue.uploads.get_mut(&id) else { return Ok(false) };
        upload.complete = true;
        upload.touched = now;
        Ok(true)
    }

    async fn held_by(&mut self, seller: &Persona) -> Result<Held, StoreFault> {
        let mut held = Held::default();
        for (upload, _) in self.see().catalogue.uploads.values().filter(|(one, _)| one.seller == *seller) {
            held.open += u64::from(!upload.complete);
            held.bytes = held.bytes.saturating_add(upload.bytes);
        }
        Ok(held)
    }

    async fn names_body(&mut self, body: Digest) -> Result<bool, StoreFault> {
        Ok(self.see().catalogue.uploads.values().any(|(upload, _)| upload.body == body))
    }
}
