//! What a sample says about the rows that were not drawn, in one honest sentence (delivery.md, the sample).

/// What is known about the sample of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleFigures {
    /// How many rows were drawn and opened; 0 for files without rows.
    pub drawn: u32,
    /// How many manifests the same seller logged before for the same offer.
    pub earlier_manifests: u32,
    /// How many columns the data has.
    pub columns: u32,
    /// How many of them stay closed in the sample.
    pub redacted: u32,
}

/// The share of breaching rows, in percent, that a clean sample of `drawn` rows excludes at 99 % confidence when the
/// sample could have been drawn `tries` times: `1 - (0.01 / tries)^(1 / drawn)`. 100 when nothing was drawn.
pub fn breach_bound_percent(drawn: u32, tries: u32) -> f64 {
    if drawn == 0 {
        return 100.0;
    }
    let chance = 0.01 / f64::from(tries.max(1));
    100.0 * (1.0 - chance.powf(1.0 / f64::from(drawn)))
}

/// The sentence about quality on a listing's page.
pub fn quality_sentence(figures: &SampleFigures) -> String {
    if figures.drawn == 0 {
        return "no sample: this file has too few rows, or none, for one to be drawn; every buyer's desk checks the \
                whole file"
            .to_owned();
    }
    if figures.columns > 0 && figures.redacted >= figures.columns {
        return "nothing is proved before purchase; every buyer's desk checks all rows".to_owned();
    }
    let schema = match figures.redacted {
        0 => "the declared schema".to_owned(),
        1 => "the declared schema in the columns that are open (1 is redacted)".to_owned(),
        redacted => format!("the declared schema in the columns that are open ({redacted} are redacted)"),
    };
    let sentence = format!(
        "no breach of {schema} in {} rows drawn by neither seller nor buyer: at 99 % confidence fewer than {} of the \
         rows breach it; seller and market together could have chosen them",
        figures.drawn,
        percent(breach_bound_percent(figures.drawn, 1)),
    );
    match earlier_manifests_sentence(figures.drawn, figures.earlier_manifests) {
        Some(earlier) => format!("{sentence}; {earlier}"),
        None => sentence,
    }
}

/// The sentence about relisting until lucky; `None` when this is the offer's first manifest.
///
/// Whoever may draw k times and shows the cleanest sample proves less: the bound is the one of k tries.
pub fn earlier_manifests_sentence(drawn: u32, earlier: u32) -> Option<String> {
    let logged = match earlier {
        0 => return None,
        1 => "1 manifest".to_owned(),
        more => format!("{more} manifests"),
    };
    let bound = percent(breach_bound_percent(drawn, earlier.saturating_add(1)));
    Some(format!(
        "the seller logged {logged} for this offer before this one; had it kept the luckiest sample, the bound \
         would be {bound}"
    ))
}

/// Rounded up, so that the sentence never claims more than the sample shows.
fn percent(value: f64) -> String {
    format!("{:.2} %", (value * 100.0).ceil() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(drawn: u32) -> SampleFigures {
        SampleFigures { drawn, earlier_manifests: 0, columns: 9, redacted: 0 }
    }

    #[test]
    fn the_sentence_states_the_bound_of_its_own_sample_size() {
        assert_eq!(
            quality_sentence(&figures(459)),
            "no breach of the declared schema in 459 rows drawn by neither seller nor buyer: at 99 % confidence \
             fewer than 1.00 % of the rows breach it; seller and market together could have chosen them"
        );
        assert!(quality_sentence(&figures(100)).contains("fewer than 4.51 %"));
        assert!(quality_sentence(&figures(10)).contains("fewer than 36.91 %"));
    }

    #[test]
    fn a_file_without_rows_has_no_sample_and_a_closed_sample_proves_nothing() {
        assert!(quality_sentence(&figures(0)).starts_with("no sample"));
        let closed = SampleFigures { redacted: 9, ..figures(459) };
        assert_eq!(
            quality_sentence(&closed),
            "nothing is proved before purchase; every buyer's desk checks all rows"
        );
        let partly = SampleFigures { redacted: 2, ..figures(459) };
        assert!(quality_sentence(&partly).contains("columns that are open (2 are redacted)"));
    }

    #[test]
    fn relisting_until_lucky_weakens_the_claim_and_is_said() {
        let relisted = SampleFigures { earlier_manifests: 9, ..figures(459) };
        let sentence = quality_sentence(&relisted);
        assert!(sentence.contains("9 manifests"), "{sentence}");
        assert!(sentence.contains("would be 1.50 %"), "{sentence}");
        assert_eq!(earlier_manifests_sentence(459, 0), None);
    }

    #[test]
    fn a_larger_sample_never_proves_less() {
        for drawn in 1..459 {
            assert!(breach_bound_percent(drawn, 1) > breach_bound_percent(drawn + 1, 1));
        }
    }
}
