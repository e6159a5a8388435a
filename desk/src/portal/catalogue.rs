//! The mirrored catalogue: searched, shown, and its samples checked, on this machine.

use super::guards::Served;
use super::orders::card_of_purchase;
use super::refusals::{Answer, Refused, sentence};
use super::said::{Asked, Named, field_fault};
use super::shown::catalogue::{
    ColumnProfileShown, ColumnShown, FacetValue, FacetsShown, ListingCard, ListingShown, ListingStateShown,
    PriceBandShown, SampleRow, SampleShown, SearchView,
};
use super::shown::problem::Problem;
use super::shown::watch::{WatchKind, WatchedSearch};
use crate::open::OpenDesk;
use crate::samples::{CheckedSample, shown_cell};
use crate::watch::{query_of, seller_of};
use axum::Json;
use axum::extract::State;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Mutex;
use tacit_catalogue::search::{FacetCount, Facets, Sort, find};
use tacit_catalogue::{Column, Listing, ListingState};
use tacit_delivery::AuditedCell;
use tacit_values::{Digest, ListingId, Persona};

/// How many listings a page shows unless it says otherwise.
const USUAL: usize = 24;
const MOST: usize = 100;
/// So much of an abstract stands on a card.
const SUMMARY: usize = 240;
/// So many checked samples are remembered.
const SAMPLES: usize = 32;

/// Samples that were checked since the desk was started: looking twice asks the market once.
#[derive(Default)]
pub(crate) struct Samples(Mutex<VecDeque<(ListingId, Digest, SampleShown)>>);

impl Samples {
    fn get(&self, listing: &Listing) -> Option<SampleShown> {
        let kept = self.0.lock().expect("nobody panics while holding the samples");
        let same = |(id, manifest, _): &&(ListingId, Digest, SampleShown)| {
            *id == listing.id && *manifest == listing.manifest
        };
        let (_, _, shown) = kept.iter().find(same)?;
        Some(SampleShown { version: listing.version, ..shown.clone() })
    }

    fn keep(&self, listing: &Listing, shown: SampleShown) {
        let mut kept = self.0.lock().expect("nobody panics while holding the samples");
        if kept.len() == SAMPLES {
            kept.pop_front();
        }
        kept.push_back((listing.id, listing.manifest, shown));
    }
}

/// Searches the mirrored catalogue on this machine; nobody learns what was looked for.
#[utoipa::path(get, path = "/listings", tag = "catalogue", params(("words" = Option<String>, Query, description = "words that must all be there"), ("category" = Option<String>, Query, description = "on this shelf"), ("tag" = Option<Vec<String>>, Query, description = "with all these tags; may be repeated"), ("min_price" = Option<String>, Query, description = "at this price or above"), ("max_price" = Option<String>, Query, description = "at this price or below"), ("kind" = Option<String>, Query, description = "of this kind"), ("media_type" = Option<String>, Query, description = "of this media type"), ("column" = Option<Vec<String>>, Query, description = "with columns of all these names; may be repeated"), ("seller" = Option<String>, Query, description = "of this seller"), ("order" = Option<String>, Query, description = "relevance, newest, price, price-down or title"), ("offset" = Option<u64>, Query, description = "how many to leave out; a multiple of the limit"), ("limit" = Option<u64>, Query, description = "1 to 100; 24 without")), responses((status = 200, body = SearchView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn listings(State(served): State<Served>, asked: Asked) -> Answer<SearchView> {
    let desk = served.portal.open_desk()?;
    let text = |name: &str| asked.text(name).map(str::to_owned);
    let all = |name: &str| asked.all(name).map(str::to_owned).collect();
    let search = WatchedSearch {
        words: text("words").unwrap_or_default(),
        category: text("category"),
        tags: all("tag"),
        min_price: text("min_price"),
        max_price: text("max_price"),
        kind: text("kind"),
        media_type: text("media_type"),
        columns: all("column"),
        seller: text("seller"),
    };
    let limit = asked.one::<usize>("limit")?.unwrap_or(USUAL).clamp(1, MOST);
    let offset = asked.one::<usize>("offset")?.unwrap_or(0);
    if offset % limit != 0 {
        return Err(field_fault("offset", &"the offset is a multiple of the limit"));
    }
    let mut query = query_of(&search)?;
    query.sort = asked.one::<Sort>("order")?.unwrap_or_default();
    (query.page, query.per_page) = (offset / limit + 1, limit);
    let seller = seller_of(&search)?;
    let of_seller = |listing: &&Listing| seller.is_none_or(|seller| listing.seller == seller);
    let catalogue = desk.mirror().catalogue().await?;
    let known = Known::of(&desk).await?;
    // The room shows the nearest page that exists; a page beyond the last one is empty here.
    let found = find(&query, catalogue.listings().filter(of_seller));
    let hits = if found.page == query.page || offset == 0 { found.hits.as_slice() } else { &[] };
    Ok(Json(SearchView {
        listings: hits.iter().map(|hit| known.card(hit.listing, true)).collect(),
        total: found.total as u64,
        facets: facets(&found.facets),
        mirrored_at: desk.mirrored_at().await?.map(|at| at.to_string()),
    }))
}

/// One listing, from the mirror.
#[utoipa::path(get, path = "/listings/{id}", tag = "catalogue", params(("id" = String, Path)), responses((status = 200, body = ListingShown), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn listing(
    State(served): State<Served>,
    Named(id): Named<ListingId>,
) -> Answer<ListingShown> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let signed = desk.mirror().listing(&id).await?.ok_or_else(|| Refused::nothing("listing"))?;
    let listing = &signed.listing;
    let known = Known::of(&desk).await?;
    let mut versions = 0;
    for version in 1..=listing.version {
        versions += u32::from(desk.mirror().listing_version(&id, version).await?.is_some());
    }
    let watch = desk.watch_list().await?;
    let watch = watch
        .into_iter()
        .find(|item| item.kind == WatchKind::Listing && item.listing == Some(id.to_string()));
    let open =
        desk.purchases().await?.into_iter().find(|kept| kept.listing == id && !kept.purchase.is_over());
    let licence = listing.licence;
    Ok(Json(ListingShown {
        listing: known.card(listing, false),
        licence_name: licence.whole_name(),
        licence_words: licence.plain_words().to_owned(),
        licence_text: licence.address().to_owned(),
        licence_odrl: licence.odrl(&listing.id.to_string()),
        updates: listing.updates.sentence(),
        disclosure: listing.preset.sentence().to_owned(),
        columns: listing.columns.iter().map(column).collect(),
        manifest: listing.manifest.to_string(),
        how_many_versions: versions,
        watch: watch.map(|item| item.id),
        open_order: open.map(|kept| card_of_purchase(portal, &kept).order),
        trust: trust(listing),
    }))
}

/// Fetches the sample and checks it here. The market sees that somebody looks at this listing, not who (except by address and time, without a proxy).
#[utoipa::path(get, path = "/listings/{id}/sample", tag = "catalogue", params(("id" = String, Path)), responses((status = 200, body = SampleShown), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn sample(State(served): State<Served>, Named(id): Named<ListingId>) -> Answer<SampleShown> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let signed = desk.mirror().listing(&id).await?.ok_or_else(|| Refused::nothing("listing"))?;
    if let Some(kept) = portal.house().samples.get(&signed.listing) {
        return Ok(Json(kept));
    }
    desk.mirror().follow().await?;
    let checked = desk.check_sample(&signed).await?;
    let shown = sample_shown(&signed.listing, &checked);
    portal.house().samples.keep(&signed.listing, shown.clone());
    Ok(Json(shown))
}

/// What this desk knows of listings besides what stands in them.
struct Known {
    own: Persona,
    watched: BTreeSet<String>,
    bought: BTreeSet<ListingId>,
}

impl Known {
    async fn of(desk: &OpenDesk) -> Result<Self, Refused> {
        let watch = desk.watch_list().await?;
        let closed = |kept: &crate::story::purchase::PurchaseKept| {
            matches!(kept.purchase, tacit_trade::Purchase::Closed { .. })
        };
        Ok(Self {
            own: desk.keyring().seller().persona(),
            watched: watch.into_iter().filter_map(|item| item.listing).collect(),
            bought: desk
                .purchases()
                .await?
                .iter()
                .filter(|kept| closed(kept))
                .map(|kept| kept.listing)
                .collect(),
        })
    }

    fn card(&self, listing: &Listing, short: bool) -> ListingCard {
        let price = listing.price.money();
        let whole = listing.summary.as_str();
        let summary = if short && whole.chars().count() > SUMMARY {
            format!("{}…", whole.chars().take(SUMMARY).collect::<String>().trim_end())
        } else {
            whole.to_owned()
        };
        ListingCard {
            id: listing.id.to_string(),
            version: listing.version,
            title: listing.title.as_str().to_owned(),
            summary,
            category: listing.category.code().to_owned(),
            tags: listing.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
            kind: listing.kind.code().to_owned(),
            media_type: listing.media_type.as_str().to_owned(),
            price: price.to_string(),
            currency: price.currency().code().to_owned(),
            licence: listing.licence.code().to_owned(),
            rows: listing.rows,
            bytes: listing.bytes,
            seller: listing.seller.to_string(),
            state: state(listing.state),
            at: listing.at.to_string(),
            own: listing.seller == self.own,
            watched: self.watched.contains(&listing.id.to_string()),
            bought: self.bought.contains(&listing.id),
        }
    }
}

/// Whether a listing is for sale.
pub(crate) fn state(state: ListingState) -> ListingStateShown {
    match state {
        ListingState::Live => ListingStateShown::Live,
        ListingState::Paused => ListingStateShown::Paused,
        ListingState::Retired => ListingStateShown::Retired,
    }
}

fn column(column: &Column) -> ColumnShown {
    ColumnShown {
        name: column.name.clone(),
        cells: column.cells.clone(),
        nullable: column.nullable,
        redacted: column.redacted,
    }
}

fn facets(found: &Facets) -> FacetsShown {
    let values = |counts: &[FacetCount]| -> Vec<FacetValue> {
        let value = |one: &FacetCount| FacetValue { value: one.value.clone(), count: one.count as u64 };
        counts.iter().map(value).collect()
    };
    FacetsShown {
        categories: values(&found.categories),
        tags: values(&found.tags),
        kinds: values(&found.kinds),
        media_types: values(&found.media_types),
        columns: values(&found.columns),
        prices: found
            .prices
            .iter()
            .map(|band| PriceBandShown {
                from: band.from.to_string(),
                below: band.below.map(|below| below.to_string()),
                count: band.count as u64,
            })
            .collect(),
    }
}

/// Who must be trusted for what, said before anybody pays.
fn trust(listing: &Listing) -> Vec<String> {
    let mut trust = vec![
        "The payment goes straight to the seller: you trust the seller to deliver after it.".to_owned(),
        "What is delivered is checked on your machine, block by block, against what the seller signed before.".to_owned(),
    ];
    if listing.rows > 0 {
        trust.push(
            "The sample was drawn by neither seller nor buyer; seller and market together could have chosen it."
                .to_owned(),
        );
    }
    trust.push(
        "That the data is true, and that the seller may sell it, is the seller's word: nobody can prove that here."
            .to_owned(),
    );
    trust
}

fn sample_shown(listing: &Listing, checked: &CheckedSample) -> SampleShown {
    let cell = |cell: &AuditedCell| match cell {
        AuditedCell::Redacted => None,
        AuditedCell::Open(_) => Some(shown_cell(cell)),
    };
    let rows = checked.sample.iter().flat_map(|sample| sample.rows());
    SampleShown {
        listing: listing.id.to_string(),
        version: listing.version,
        sentence: sentence(&checked.sentence),
        drawn: checked.figures.drawn,
        earlier_manifests: checked.figures.earlier_manifests,
        breaches: checked.sample.as_ref().map_or(0, |sample| sample.breaches()),
        log_index: checked.log_index.0,
        columns: listing.columns.iter().map(column).collect(),
        rows: rows
            .map(|row| SampleRow { row: row.row, cells: row.cells.iter().map(cell).collect() })
            .collect(),
        profile: checked
            .profile
            .iter()
            .flat_map(|profile| &profile.columns)
            .map(|column| ColumnProfileShown {
                name: column.name.clone(),
                empty_ppm: column.empty_ppm,
                distinct: column.distinct.into(),
                quantiles: column.quantiles.as_ref().map(|values| values.to_vec()),
            })
            .collect(),
    }
}
