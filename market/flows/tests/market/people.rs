//! People in a story: somebody with a wallet, and a seller with a file.

use crate::story::{Story, origin, tusd};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io::Cursor;
use std::time::Duration;
use tacit_assumed::AssumeProof;
use tacit_catalogue::{Column, Listing, SignedListing, VersionOne};
use tacit_delivery::{
    AgreedDelivery, BuiltManifest, ManifestTerms, OrderIdentity, Sealed, SignedManifest, SignedStatement,
    build_manifest, issue_header, open_sample, seal, state_delivery,
};
use tacit_flows::{BundleTaken, ListingTaken, NotListed};
use tacit_settlement::wallet::{Account, Payment, Plan};
use tacit_settlement::{EpochFile, Pool, SettlementBundle, TermsTag, WalletKeys, WalletState};
use tacit_trade::{AcceptedAgreement, Mode, OrderRequest, Pay, PayFor};
use tacit_values::{Currency, Digest, Epoch, ListingId, Money, OrderId, Persona, PersonaKey};

pub(crate) struct Purse {
    pub(crate) pool: Pool,
    pub(crate) keys: WalletKeys,
    pub(crate) wallet: WalletState,
    pub(crate) rng: StdRng,
}

impl Purse {
    pub(crate) fn new(story: &Story, seed: u8) -> Self {
        let pool = story.market.current_pool().unwrap();
        let keys = WalletKeys::from_seed(&[seed; 32], pool.pool);
        let wallet = WalletState::new(&pool, Epoch::GENESIS);
        Self { pool, keys, wallet, rng: StdRng::seed_from_u64(u64::from(seed)) }
    }

    /// A purse with one minted note.
    pub(crate) async fn with(story: &Story, seed: u8, amount: &str) -> Self {
        let mut purse = Self::new(story, seed);
        story.market.mint(purse.address(0), tusd(amount)).await.unwrap();
        story.next_epoch().await;
        purse.sync(story).await;
        purse
    }

    pub(crate) fn address(&self, number: u32) -> tacit_settlement::Address {
        self.keys.address(Account::Spending, number)
    }

    pub(crate) async fn sync(&mut self, story: &Story) {
        let newest = story.market.newest_epoch(Some(self.pool.pool)).await.unwrap().leaf.epoch;
        while self.wallet.next_epoch() <= newest {
            let closed = story.market.epoch(Some(self.pool.pool), self.wallet.next_epoch()).await.unwrap();
            let file = closed.file.as_deref().map(|bytes| EpochFile::decode(bytes).unwrap());
            self.wallet.follow(&self.keys, &closed.leaf, file.as_ref()).unwrap();
        }
    }

    pub(crate) fn bundle(
        &mut self,
        story: &Story,
        to: tacit_settlement::Address,
        amount: &str,
    ) -> SettlementBundle {
        let open = self.pool.epoch_at(story.market.now());
        let payment = Payment {
            to,
            amount: tusd(amount),
            terms_tag: TermsTag::random(&mut self.rng),
            valid_until: open.usual_expiry(),
        };
        self.bundle_for(&payment)
    }

    pub(crate) fn bundle_for(&mut self, payment: &Payment) -> SettlementBundle {
        let Plan::Pay(notes) = self.wallet.plan(payment.amount) else { panic!("not enough notes") };
        let unproven = self.wallet.build_payment(&self.keys, &notes, payment, &mut self.rng).unwrap();
        unproven.complete(&self.keys, &AssumeProof, &mut self.rng).unwrap()
    }

    pub(crate) fn burn_bundle(&mut self, story: &Story, amount: &str) -> SettlementBundle {
        let until = self.pool.epoch_at(story.market.now()).usual_expiry();
        let Plan::Pay(notes) = self.wallet.plan(tusd(amount)) else { panic!("not enough notes") };
        let unproven =
            self.wallet.build_burn(&self.keys, &notes, tusd(amount), until, &mut self.rng).unwrap();
        unproven.complete(&self.keys, &AssumeProof, &mut self.rng).unwrap()
    }

    pub(crate) async fn pay(
        &mut self,
        story: &Story,
        to: tacit_settlement::Address,
        amount: &str,
    ) -> BundleTaken {
        let bundle = self.bundle(story, to, amount);
        story.market.submit_bundle(bundle.bytes()).await.unwrap()
    }

    pub(crate) fn free(&self) -> Money {
        self.wallet.balance().free
    }
}

pub(crate) struct Seller {
    pub(crate) key: PersonaKey,
    pub(crate) sealed: Sealed,
    pub(crate) body: Vec<u8>,
    pub(crate) file: Vec<u8>,
    pub(crate) built: BuiltManifest,
    pub(crate) listing: ListingId,
}

impl Seller {
    /// A seller whose file has `rows` rows of two columns.
    pub(crate) fn with_rows(number: u8, rows: usize) -> Self {
        let mut file = b"tail,year\n".to_vec();
        for row in 0..rows {
            file.extend_from_slice(format!("N{number}{row:05},{}\n", 1970 + row % 50).as_bytes());
        }
        let own = OrderIdentity::from_bytes([number; 32]).recipient();
        let mut body = Vec::new();
        let sealed = seal(Cursor::new(file.clone()), &mut body, &own).unwrap();
        let terms = ManifestTerms {
            name: format!("planes-{number}.csv"),
            media_type: "text/csv".into(),
            redact: Default::default(),
            redact_all: false,
            filled: Default::default(),
            breach_ppm: 0,
        };
        let built = build_manifest(Cursor::new(file.clone()), &sealed, &terms).unwrap();
        let key = PersonaKey::from_seed(&[number; 32]);
        Self { key, sealed, body, file, built, listing: ListingId::from_bytes([number; 16]) }
    }

    pub(crate) fn persona(&self) -> Persona {
        self.key.persona()
    }

    pub(crate) fn manifest(&self) -> SignedManifest {
        self.built.manifest.clone().sign(&self.key)
    }

    pub(crate) fn digest(&self) -> Digest {
        self.built.manifest.digest()
    }

    pub(crate) async fn upload_all(&self, story: &Story) {
        upload(story, self.persona(), &self.body).await;
        upload(story, self.persona(), &self.built.blocks.bytes()).await;
    }

    /// Logs the manifest and waits until its beacon is drawn.
    pub(crate) async fn log(&self, story: &Story) {
        story.market.log_manifest(self.persona(), self.listing, self.manifest()).await.unwrap();
        story.pass(Duration::from_secs(90)).await;
    }

    pub(crate) async fn open_sample(&self, story: &Story) {
        let beacon = story.market.manifest(self.digest()).await.unwrap().beacon.unwrap();
        let sample = open_sample(
            Cursor::new(self.file.clone()),
            &self.built.manifest,
            &self.sealed.file_key,
            &beacon.digest(),
        );
        story.market.put_sample(self.persona(), sample.unwrap()).await.unwrap();
    }

    pub(crate) fn draft(&self, story: &Story) -> Listing {
        let manifest = &self.built.manifest;
        let columns = manifest.schema.iter().map(|column| Column {
            name: column.name.clone(),
            cells: serde_json::to_value(column.kind).unwrap().as_str().unwrap().to_owned(),
            nullable: column.nullable,
            redacted: column.redacted,
        });
        Listing {
            id: self.listing,
            seller: self.persona(),
            manifest: self.digest(),
            media_type: manifest.media_type.parse().unwrap(),
            rows: manifest.rows,
            bytes: manifest.bytes,
            columns: columns.collect(),
            at: story.market.now(),
            ..tacit_catalogue::testing::listing(19)
        }
    }

    pub(crate) fn sign(&self, listing: Listing) -> SignedListing {
        listing.sign(&self.key).unwrap()
    }

    pub(crate) async fn publish(&self, story: &Story) -> Result<ListingTaken, NotListed> {
        story.market.put_listing(self.persona(), self.sign(self.draft(story))).await
    }

    /// Everything up to a live listing.
    pub(crate) async fn sell(&self, story: &Story) -> Listing {
        self.upload_all(story).await;
        self.log(story).await;
        self.open_sample(story).await;
        self.publish(story).await.unwrap();
        story.market.listing(self.listing).await.unwrap().listing
    }

    /// Accepts a request: paid to an address of this seller's own.
    pub(crate) fn accept(&self, story: &Story, request: &OrderRequest) -> AcceptedAgreement {
        let pool = story.market.current_pool().unwrap();
        let keys = WalletKeys::from_seed(&[0xee; 32], pool.pool);
        let address = keys.order_address(Account::Income, &request.order).to_string().parse().unwrap();
        let pays = vec![Pay { what: PayFor::Payment, address, amount: request.price.money() }];
        let pay_by = pool.epoch_at(story.market.now()).usual_expiry();
        request.clone().accept(pays, pay_by, &self.key).unwrap()
    }

    /// Header and statement for an order.
    pub(crate) fn deliver(&self, buyer: &Buyer) -> (SignedStatement, Vec<u8>) {
        let header = issue_header(&self.sealed.file_key, &buyer.identity().recipient()).unwrap();
        let agreed = AgreedDelivery {
            order: buyer.order,
            seller: self.persona(),
            manifest: self.digest(),
            body: self.built.manifest.body,
        };
        let statement = state_delivery(&agreed, &header, 0).sign(&self.key);
        (statement, header.bytes().to_vec())
    }
}

pub(crate) async fn upload(story: &Story, seller: Persona, body: &[u8]) {
    let opened = story.market.open_upload(seller, Digest::of(body), body.len() as u64).await.unwrap();
    for (n, part) in (0..).zip(body.chunks(usize::try_from(opened.part_bytes).unwrap())) {
        let bytes = part.to_vec().into();
        story.market.put_part(seller, opened.id, n, Digest::of(part), bytes).await.unwrap();
    }
    assert!(story.market.complete_upload(seller, opened.id).await.unwrap().complete);
}

/// A buyer of one order.
pub(crate) struct Buyer {
    pub(crate) key: PersonaKey,
    pub(crate) order: OrderId,
}

impl Buyer {
    pub(crate) fn new(number: u8) -> Self {
        Self { key: PersonaKey::from_seed(&[0x80 + number; 32]), order: OrderId::from_bytes([number; 16]) }
    }

    pub(crate) fn persona(&self) -> Persona {
        self.key.persona()
    }

    pub(crate) fn identity(&self) -> OrderIdentity {
        OrderIdentity::from_bytes(*Digest::tagged("story-identity", &[self.order.bytes()]).bytes())
    }

    pub(crate) fn request(&self, story: &Story, listing: &Listing) -> OrderRequest {
        let pool = story.market.current_pool().unwrap();
        let keys = WalletKeys::from_seed(&[0xdd; 32], pool.pool);
        let recipient = self.identity().recipient().to_string();
        OrderRequest {
            v: VersionOne,
            market: origin(),
            order: self.order,
            listing: listing.id,
            offer_version: listing.version,
            manifest: listing.manifest,
            kind: listing.kind,
            mode: Mode::Direct,
            price: listing.price,
            fee: Money::zero(Currency::TestUsd),
            fee_version: 1,
            pool: Digest::from_bytes(*pool.pool.bytes()),
            refund_address: keys.order_address(Account::Spending, &self.order).to_string().parse().unwrap(),
            buyer: self.persona(),
            seller: listing.seller,
            arbiter: None,
            age_recipient: recipient.parse().unwrap(),
            buyer_mail: recipient.parse().unwrap(),
            licence: listing.licence,
            updates: listing.updates,
            purpose: None,
            jurisdictions: None,
            policy_version: None,
            deliver_within_s: 86_400,
            confirm_within_s: 7 * 86_400,
        }
    }
}
