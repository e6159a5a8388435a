//! The market's story: list, order, settle, deliver, close; and the jobs that go on when nobody asks.
//!
//! A flow loads what the rooms need, lets a room decide, and keeps the decision in one transaction. Nothing here knows SQL,
//! HTTP or a proof system; nothing reads the clock or draws chance but through the ports. Doors call one method of
//! [`Market`] per request.

mod about;
mod figures;
mod jobs;
mod ledger;
mod listings;
mod log;
mod mail;
mod manifests;
mod market;
mod orders;
mod pages;
mod refusal;
mod requests;
mod settings;
mod shelf;
mod ticks;
mod uploads;

pub use about::{FEES, FeeSchedule, MarketFacts, PoolFigures, PrivacyFigures};
pub use jobs::{RoundOfJobs, RoundStopped, Swept};
pub use ledger::{
    BundleNotTaken, BundleTaken, EPOCHS_PER_STEP, LedgerNotRead, Minted, NotActed, NotClosed, NotFounded,
    SegmentBytes,
};
pub use listings::{CatalogueNotRead, DayPage, ListingTaken, NotListed};
pub use log::{LogNotRead, LogProof};
pub use mail::buckets::BucketPage;
pub use mail::{
    ACKNOWLEDGED_AT_ONCE, LETTERS_AT_ONCE, LONGEST_WATCH, LetterNotTaken, MailNotRead, SELF_SLOTS,
};
pub use manifests::{ManifestNotTaken, ManifestSeen, SampleNotTaken};
pub use market::{Market, MarketKeys, MarketParts};
pub use orders::{OrderEvidence, OrderRefused, OrderSeen};
pub use pages::{ListingSeen, MarketSeen, SellerSeen, VersionSeen};
pub use refusal::{Nature, Refusal, Told};
pub use requests::RequestRefused;
pub use settings::{Limits, MarketSettings, Retention};
pub use shelf::SearchPage;
pub use uploads::{BodyNotRead, Upload, UploadRefused};

pub use tacit_ports::market::{Bucket, CatalogueDay, Letter, Part, Put, StoreFault};
pub use tacit_ports::vault::{BodyStream, NotRead, VaultFault};
