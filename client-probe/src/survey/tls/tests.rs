#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]

use super::enumerate::{all, everything};
use super::names::{SSL3, TLS10, TLS11, TLS12, TLS13, X25519, uses_curve};
use super::*;

/// A server as far as a ClientHello can tell.
struct Model {
    /// Each version with its suites, in the order of preference.
    versions: Vec<(u16, Vec<u16>)>,
    groups: Vec<u16>,
    schemes: Vec<u16>,
    server_order: bool,
    /// What it says where there is no common version.
    no_version: Refusal,
    wants_share: bool,
    /// Picks this, offered or not.
    stubborn: Option<u16>,
    /// TLS 1.3: the hello goes out before the schemes are looked at.
    hasty: bool,
    /// Closes on hellos with more suites.
    most_suites: usize,
    /// Connections until the survey is stopped.
    patience: usize,
    asked: Vec<Offer>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            versions: vec![(TLS13, vec![0x1302, 0x1301]), (TLS12, vec![0xc030, 0xc02f, 0xc014, 0x009d, 0x0035])],
            groups: vec![X25519, 23],
            schemes: vec![0x0804, 0x0401],
            server_order: true,
            no_version: Refusal::Alert(70),
            wants_share: false,
            hasty: false,
            stubborn: None,
            most_suites: usize::MAX,
            patience: usize::MAX,
            asked: Vec::new(),
        }
    }
}

impl Model {
    fn pick(&self, own: &[u16], offered: &[u16]) -> Option<u16> {
        let (first, second) = if self.server_order { (own, offered) } else { (offered, own) };
        first.iter().copied().find(|number| second.contains(number))
    }

    fn judge(&self, offer: &Offer) -> Result<Picked, Refusal> {
        if offer.suites.len() > self.most_suites {
            return Err(Refusal::Closed);
        }
        // Versions are negotiated down, except that TLS 1.3 was offered alone.
        let common = |(version, _): &&(u16, Vec<u16>)| {
            *version == offer.version || *version < offer.version && offer.version < TLS13
        };
        let (version, suites) = self.versions.iter().find(common).ok_or(self.no_version)?;
        let group = self.pick(&self.groups, &offer.groups);
        let usable: Vec<_> = suites.iter().copied().filter(|suite| group.is_some() || !uses_curve(*suite)).collect();
        let suite = self.stubborn.or_else(|| self.pick(&usable, &offer.suites)).ok_or(Refusal::Alert(40))?;
        let curve = *version == TLS13 || uses_curve(suite);
        let scheme = self.pick(&self.schemes, &offer.schemes);
        let unsigned = offer.share && scheme.is_none() && !self.hasty;
        if *version == TLS13 && (group.is_none() || unsigned || self.wants_share && !offer.share) {
            return Err(Refusal::Alert(40));
        }
        if *version == TLS12 && curve && scheme.is_none() {
            return Err(Refusal::Alert(40));
        }
        let chain = if *version == TLS13 { Vec::new() } else { vec![vec![1, 2, 3]] };
        let (group, scheme) = (group.filter(|_| curve), scheme.filter(|_| *version == TLS12 && curve));
        Ok(Picked { version: *version, suite, group, scheme, chain, secure_renegotiation: true, ..Picked::default() })
    }

    async fn survey(&mut self) -> TlsSurvey {
        all(self).await
    }
}

impl Peer for Model {
    async fn answer(&mut self, offer: &Offer) -> Outcome {
        if self.asked.len() == self.patience {
            return Outcome::Stopped;
        }
        self.asked.push(offer.clone());
        match self.judge(offer) {
            Ok(picked) => Outcome::Picked(Box::new(picked)),
            Err(refusal) => Outcome::Refused(refusal),
        }
    }
}

fn of(survey: &TlsSurvey, number: u16) -> &Version {
    survey.versions.iter().find(|version| version.number == number).unwrap()
}

#[tokio::test]
async fn everything_that_a_server_accepts_is_found_in_its_own_order() {
    let mut model = Model::default();
    let survey = model.survey().await;
    for (number, suites) in &model.versions {
        let version = of(&survey, *number);
        assert_eq!((&version.suites, version.complete, version.order), (suites, true, Some(Order::Server)));
    }
    assert_eq!((&survey.groups, survey.groups_complete), (&model.groups, true));
    assert_eq!((&survey.schemes, survey.schemes_complete), (&model.schemes, true));
    assert_eq!(survey.chains, [vec![vec![1, 2, 3]]]);
    assert_eq!((survey.secure_renegotiation, survey.compression), (Some(true), Some(false)));
    // Suites and a refusal and the order, twice; TLS 1.1, which speaks for all below; a group and a refusal, a scheme
    // and a refusal: the first of each came with the suites.
    assert_eq!(model.asked.len(), (2 + 1 + 1) + (5 + 1 + 1) + 1 + (1 + 1) + (1 + 1));
}

#[tokio::test]
async fn post_quantum_groups_are_found_though_no_key_share_is_made_for_them() {
    let groups = vec![0x11ec, 0x11eb, X25519];
    let mut model = Model { groups: groups.clone(), ..Model::default() };
    let survey = model.survey().await;
    assert_eq!((survey.groups, survey.groups_version), (groups, Some(TLS13)));
    assert!(model.asked.iter().all(|offer| !offer.share));
}

#[tokio::test]
async fn a_server_that_follows_its_client_is_told_so() {
    let mut model = Model { server_order: false, ..Model::default() };
    let survey = model.survey().await;
    assert_eq!(of(&survey, TLS12).order, Some(Order::Client));
    let mut sorted = of(&survey, TLS12).suites.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [0x0035, 0x009d, 0xc014, 0xc02f, 0xc030]);
}

#[tokio::test]
async fn a_protocol_version_alert_speaks_for_all_older_versions() {
    let survey = Model::default().survey().await;
    assert_eq!(of(&survey, TLS11).evidence, Evidence::Observed);
    for older in [TLS10, SSL3] {
        assert_eq!((of(&survey, older).accepted, of(&survey, older).evidence), (Some(false), Evidence::Documented));
    }
}

#[tokio::test]
async fn any_other_refusal_speaks_for_itself_only() {
    for no_version in [Refusal::Closed, Refusal::Reset, Refusal::Alert(40), Refusal::Alert(80)] {
        let survey = Model { no_version, ..Model::default() }.survey().await;
        for older in [TLS11, TLS10, SSL3] {
            assert_eq!((of(&survey, older).accepted, of(&survey, older).evidence), (Some(false), Evidence::Observed));
        }
    }
}

/// RC4-SHA, 3DES, AES-CBC and two more: nothing that needs TLS 1.2.
const OLD: [u16; 5] = [0xc014, 0xc013, 0x0035, 0x000a, 0x0005];

fn old(versions: &[u16]) -> Model {
    Model { versions: versions.iter().map(|version| (*version, OLD.to_vec())).collect(), ..Model::default() }
}

#[tokio::test]
async fn older_versions_with_the_same_suites_cost_three_questions_each() {
    let mut model = old(&[TLS12, TLS11, TLS10, SSL3]);
    let survey = model.survey().await;
    for number in [TLS11, TLS10, SSL3] {
        let version = of(&survey, number);
        assert_eq!((version.suites.as_slice(), version.suites_evidence), (&OLD[..], Evidence::Inferred));
        assert_eq!(model.asked.iter().filter(|offer| offer.version == number).count(), 3, "{number:#x}");
    }
}

async fn tls10_with(list: &[u16]) -> Version {
    let mut model = old(&[TLS12]);
    model.versions.push((TLS10, list.to_vec()));
    of(&model.survey().await, TLS10).clone()
}

#[tokio::test]
async fn an_older_version_with_other_suites_is_asked_in_full() {
    let more = [&OLD[..], &[0x0004]].concat();
    for list in [&[0x0005][..], &[0xc014, 0xc013, 0x0035, 0x000a], &[0xc013, 0x0035, 0x000a, 0x0005], &more] {
        let version = tls10_with(list).await;
        assert_eq!((version.suites.as_slice(), version.complete), (list, true));
        assert_eq!(version.suites_evidence, Evidence::Observed);
    }
}

/// The price of three questions in place of a question each; the report says that it infers.
#[tokio::test]
async fn a_gap_in_the_middle_of_an_older_versions_list_is_not_seen() {
    let version = tls10_with(&[0xc014, 0xc013, 0x0035, 0x0005]).await;
    assert_eq!((version.suites.as_slice(), version.suites_evidence), (&OLD[..], Evidence::Inferred));
}

#[tokio::test]
async fn a_picked_version_below_the_one_asked_for_answers_for_those_between() {
    let mut model = old(&[TLS10]);
    let survey = model.survey().await;
    assert_eq!(of(&survey, TLS12).because, "TLS 1.0 was picked in its place");
    assert_eq!((of(&survey, TLS11).accepted, of(&survey, TLS11).evidence), (Some(false), Evidence::Documented));
    assert_eq!(of(&survey, TLS10).suites, OLD);
    assert!(model.asked.iter().all(|offer| offer.version != TLS11));
}

#[tokio::test]
async fn a_server_of_tls_1_3_that_wants_a_share_at_once_gets_one() {
    let mut model = Model { wants_share: true, versions: vec![(TLS13, vec![0x1301])], ..Model::default() };
    let survey = model.survey().await;
    assert_eq!(of(&survey, TLS13).suites, [0x1301]);
}

#[tokio::test]
async fn an_old_server_that_closes_on_long_hellos_is_asked_in_short_ones() {
    let mut model = Model { most_suites: 64, ..old(&[TLS11, TLS10]) };
    // One of the suites is none of the common ones.
    model.versions.iter_mut().for_each(|(_, suites)| suites.push(0x0041));
    let survey = model.survey().await;
    for number in [TLS11, TLS10] {
        let mut suites = of(&survey, number).suites.clone();
        suites.sort_unstable();
        assert_eq!(suites, [0x0005, 0x000a, 0x0035, 0x0041, 0xc013, 0xc014]);
        assert_eq!((of(&survey, number).complete, of(&survey, number).order), (true, None));
    }
    // A server that takes long hellos is not asked twice.
    let mut model = Model { no_version: Refusal::Alert(40), ..old(&[TLS12]) };
    model.survey().await;
    assert_eq!(model.asked.iter().filter(|offer| offer.version == TLS10).count(), 1);
}

#[tokio::test]
async fn without_tls_1_2_schemes_are_offered_one_by_one() {
    let mut model = Model { versions: vec![(TLS13, vec![0x1301])], schemes: vec![0x0805, 0x0804], ..Model::default() };
    let survey = model.survey().await;
    assert_eq!((survey.schemes.as_slice(), survey.schemes_complete), (&[0x0804, 0x0805][..], true));
    assert_eq!((survey.compression, survey.secure_renegotiation), (None, None));
}

#[tokio::test]
async fn a_server_that_says_hello_before_it_looks_at_schemes_tells_nothing_of_them() {
    let mut model = Model { versions: vec![(TLS13, vec![0x1301])], hasty: true, ..Model::default() };
    let survey = model.survey().await;
    assert_eq!((survey.schemes.as_slice(), survey.schemes_complete), (&[][..], false));
}

#[tokio::test]
async fn a_server_that_picks_what_nobody_offered_does_not_go_on_for_ever() {
    let mut model = Model { stubborn: Some(0x0005), ..Model::default() };
    let survey = model.survey().await;
    assert!(!of(&survey, TLS12).complete);
    assert!(model.asked.len() < 30, "{}", model.asked.len());
}

#[tokio::test]
async fn what_was_known_when_the_survey_stopped_is_kept() {
    for patience in 0..20 {
        let mut model = Model { patience, ..Model::default() };
        let survey = model.survey().await;
        assert_eq!(model.asked.len(), patience.min(model.asked.len()));
        let found: usize = survey.versions.iter().map(|version| version.suites.len()).sum();
        assert!(found <= patience, "{found} of {patience}");
        assert!(patience == 0 || found > 0);
        assert_eq!(survey.schemes_complete, patience >= 16);
    }
}

#[test]
fn an_offer_of_everything_fits_one_record() {
    for version in [SSL3, TLS10, TLS11, TLS12, TLS13] {
        let bytes = hello::write(&everything(version), Some("host.example.test"), &[7; 32]);
        assert!(bytes.len() < 2048, "{version:#x}: {}", bytes.len());
    }
}
