//! One line of a table, and where it comes from.

use badrdp_proto::vocab::Stage;

use crate::diagnosis::Evidence;

/// Where a number and its meaning come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Microsoft's API reference: number and name.
    Reference,
    /// The reference and a published dialog text.
    ReferenceAndDialog,
    /// Only the dialog text is published.
    Dialog,
    /// Microsoft's web sample.
    Sample,
    /// The sample and a dialog text.
    SampleAndDialog,
    /// Newer type libraries carry it; the reference page does not.
    TypeLibrary,
    /// A specification.
    Specification(&'static str),
    /// Microsoft's event texts: the log.
    Event(&'static str),
    /// Only users or other products report it.
    Reports(&'static str),
    /// Repeated without a source.
    Folklore,
}

impl Source {
    pub(super) const fn evidence(self) -> Evidence {
        match self {
            Self::Reference
            | Self::ReferenceAndDialog
            | Self::Dialog
            | Self::Sample
            | Self::SampleAndDialog
            | Self::TypeLibrary
            | Self::Specification(_)
            | Self::Event(_) => Evidence::Documented,
            Self::Reports(_) => Evidence::Reported,
            Self::Folklore => Evidence::Folklore,
        }
    }

    /// Whether the dialog's text is published.
    pub(super) const fn has_dialog(self) -> bool {
        matches!(self, Self::ReferenceAndDialog | Self::Dialog | Self::Sample | Self::SampleAndDialog)
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Reference => "Microsoft's reference of the Remote Desktop ActiveX control",
            Self::ReferenceAndDialog => {
                "Microsoft's reference of the Remote Desktop ActiveX control, and a dialog text on its TechNet wiki"
            }
            Self::Dialog => "a dialog text on Microsoft's TechNet wiki; the number has no published name",
            Self::Sample => "Microsoft's Remote Desktop Web Connection sample",
            Self::SampleAndDialog => "Microsoft's Remote Desktop Web Connection sample and dialog texts",
            Self::TypeLibrary => "newer type libraries of the control; not in the reference page",
            Self::Reports(words) | Self::Specification(words) | Self::Event(words) => words,
            Self::Folklore => "repeated on the web; no source found",
        }
    }
}

/// A number of one of mstsc's own code spaces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) number: u32,
    /// Empty where Microsoft publishes none.
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) source: Source,
    pub(super) stage: Option<Stage>,
    /// What happens on the wire; always our inference. Empty where unknown.
    pub(super) wire: &'static str,
    /// What the published text of mstsc's dialog says, in other words. Empty where none is published, and where it says
    /// no more than `meaning`.
    pub(super) dialog: &'static str,
    /// Who reported it. May be empty.
    pub(super) reports: &'static str,
    pub(super) remedies: &'static [&'static str],
}

/// Starts a row.
pub(super) const fn row(number: u32, name: &'static str, meaning: &'static str, source: Source) -> Row {
    Row { number, name, meaning, source, stage: None, wire: "", dialog: "", reports: "", remedies: &[] }
}

impl Row {
    pub(super) const fn at(mut self, stage: Stage) -> Self {
        self.stage = Some(stage);
        self
    }

    pub(super) const fn wire(mut self, wire: &'static str) -> Self {
        self.wire = wire;
        self
    }

    pub(super) const fn dialog(mut self, dialog: &'static str) -> Self {
        self.dialog = dialog;
        self
    }

    pub(super) const fn reported(mut self, reports: &'static str) -> Self {
        self.reports = reports;
        self
    }

    pub(super) const fn fix(mut self, remedies: &'static [&'static str]) -> Self {
        self.remedies = remedies;
        self
    }
}
