//! The licences of the list. A text never changes under its code; a changed text is a new code.

use super::Duty::{Attribute, KeepNotice, ShareAlike};
use super::Terms;
use super::Use::{Analyse, Commercial, Derive, Read, Redistribute, ShareDerived};

pub(super) const TEXTS: &[Terms] = &[
    Terms {
        code: "tacit-internal-1.0",
        name: "Tacit internal use",
        version: "1.0",
        address: "urn:tacit:licence:tacit-internal-1.0",
        plain: "Use the data inside one organisation for any purpose, also for gain. Neither the data nor anything \
                from which its rows could be recovered may be passed on; results in aggregate may.",
        permits: &[Read, Analyse, Commercial, Derive],
        duties: &[],
    },
    Terms {
        code: "tacit-research-1.0",
        name: "Tacit research use",
        version: "1.0",
        address: "urn:tacit:licence:tacit-research-1.0",
        plain: "Use the data for research that is not for gain and publish results in aggregate, naming the source. \
                Neither the data nor anything from which its rows could be recovered may be passed on.",
        permits: &[Read, Analyse, Derive],
        duties: &[Attribute],
    },
    Terms {
        code: "CC0-1.0",
        name: "Creative Commons Zero",
        version: "1.0",
        address: "https://creativecommons.org/publicdomain/zero/1.0/",
        plain: "The seller gives up all rights. Do anything, ask nobody.",
        permits: &[Read, Analyse, Commercial, Derive, ShareDerived, Redistribute],
        duties: &[],
    },
    Terms {
        code: "CC-BY-4.0",
        name: "Creative Commons Attribution",
        version: "4.0",
        address: "https://creativecommons.org/licenses/by/4.0/",
        plain: "Do anything, also for gain and in changed form, as long as you name the source and say what you \
                changed.",
        permits: &[Read, Analyse, Commercial, Derive, ShareDerived, Redistribute],
        duties: &[Attribute, KeepNotice],
    },
    Terms {
        code: "CC-BY-SA-4.0",
        name: "Creative Commons Attribution Share-Alike",
        version: "4.0",
        address: "https://creativecommons.org/licenses/by-sa/4.0/",
        plain: "Do anything, also for gain, as long as you name the source and pass on what you made from it under \
                this same licence.",
        permits: &[Read, Analyse, Commercial, Derive, ShareDerived, Redistribute],
        duties: &[Attribute, KeepNotice, ShareAlike],
    },
    Terms {
        code: "CC-BY-NC-4.0",
        name: "Creative Commons Attribution Non-Commercial",
        version: "4.0",
        address: "https://creativecommons.org/licenses/by-nc/4.0/",
        plain: "Use, change and pass on the data, but not for gain, and name the source.",
        permits: &[Read, Analyse, Derive, ShareDerived, Redistribute],
        duties: &[Attribute, KeepNotice],
    },
    Terms {
        code: "ODbL-1.0",
        name: "Open Database License",
        version: "1.0",
        address: "https://opendatacommons.org/licenses/odbl/1-0/",
        plain: "Do anything, also for gain, as long as you name the source and pass on databases made from it under \
                this same licence.",
        permits: &[Read, Analyse, Commercial, Derive, ShareDerived, Redistribute],
        duties: &[Attribute, KeepNotice, ShareAlike],
    },
    Terms {
        code: "PDDL-1.0",
        name: "Open Data Commons Public Domain Dedication and License",
        version: "1.0",
        address: "https://opendatacommons.org/licenses/pddl/1-0/",
        plain: "The seller gives up all rights in the database. Do anything, ask nobody.",
        permits: &[Read, Analyse, Commercial, Derive, ShareDerived, Redistribute],
        duties: &[],
    },
    Terms {
        code: "CDLA-Permissive-2.0",
        name: "Community Data License Agreement Permissive",
        version: "2.0",
        address: "https://cdla.dev/permissive-2-0/",
        plain: "Do anything, also for gain; whoever passes on the data passes on the licence's text with it. Results \
                of computing with the data are free.",
        permits: &[Read, Analyse, Commercial, Derive, ShareDerived, Redistribute],
        duties: &[KeepNotice],
    },
];
