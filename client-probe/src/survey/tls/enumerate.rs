//! Which questions are asked, and what follows from the answers: the same for a host and for a model of one.

use badrdp_proto::wire::tls_record::version_name;

use super::flight::Picked;
use super::hello::Offer;
use super::names::{
    GROUPS, MODERN_GROUPS, SCHEMES, SSL3, TLS10, TLS11, TLS12, TLS13, TLS13_SCHEMES, common_suites, is_signed,
    suite_name, suites, uses_curve,
};
use super::{Order, Outcome, Peer, Refusal, TlsSurvey, Version};
use crate::diagnosis::Evidence;

/// RFC 8446 6: no common version.
const PROTOCOL_VERSION: u8 = 70;
/// Different chains kept: a host with RSA and ECDSA has two.
const MAX_CHAINS: usize = 4;
/// Some old servers close on hellos with more suites than 64 or 128; to them so many are offered at a time.
const FEW: usize = 60;
/// A signature scheme that nobody has: private use, RFC 8446 4.2.3.
const NOBODYS_SCHEME: u16 = 0xfe7f;
/// Lists up to this length are asked for one by one: guessing would save nothing.
const SHORT: usize = 3;

/// An offer of everything that `version` knows.
pub(super) fn everything(version: u16) -> Offer {
    Offer {
        version,
        suites: suites(version),
        groups: GROUPS.iter().map(|(group, ..)| *group).collect(),
        schemes: SCHEMES.iter().map(|(scheme, _)| *scheme).collect(),
        compression: true,
        share: false,
    }
}

/// Everything.
pub(super) async fn all<P: Peer>(peer: &mut P) -> TlsSurvey {
    let mut survey = Survey { peer, result: TlsSurvey::default(), most: usize::MAX };
    if survey.versions().await.is_some() && survey.groups().await.is_some() {
        let _ = survey.schemes().await;
    }
    survey.result
}

struct Survey<'a, P> {
    peer: &'a mut P,
    result: TlsSurvey,
    /// How many suites may be offered at a time.
    most: usize,
}

/// What is left of a question once the survey has stopped: nothing.
type Asked<T> = Option<T>;

impl<P: Peer> Survey<'_, P> {
    async fn ask(&mut self, offer: &Offer) -> Asked<Result<Picked, Refusal>> {
        match self.peer.answer(offer).await {
            Outcome::Picked(picked) => {
                self.note(offer, &picked);
                Some(Ok(*picked))
            }
            Outcome::Refused(refusal) => Some(Err(refusal)),
            Outcome::Stopped => None,
        }
    }

    /// What every answer shows besides what it was asked for.
    fn note(&mut self, offer: &Offer, picked: &Picked) {
        let result = &mut self.result;
        if !picked.chain.is_empty() && !result.chains.contains(&picked.chain) && result.chains.len() < MAX_CHAINS {
            result.chains.push(picked.chain.clone());
        }
        if let Some(bits) = picked.dh_bits {
            result.dh_bits = Some(result.dh_bits.map_or(bits, |least| least.min(bits)));
        }
        if picked.version < TLS13 {
            result.secure_renegotiation =
                Some(result.secure_renegotiation.unwrap_or(true) && picked.secure_renegotiation);
            if offer.version > SSL3 {
                let all = result.extended_master_secret.unwrap_or(true);
                result.extended_master_secret = Some(all && picked.extended_master_secret);
            }
            result.compression = Some(result.compression.unwrap_or(false) || picked.compression != 0);
        }
    }

    /// From the newest down: a refusal that says that there is no common version speaks for all older ones.
    async fn versions(&mut self) -> Asked<()> {
        let mut none_below: Option<String> = None;
        // A picked version below the one asked for is the answer to both.
        let mut lower = None;
        for number in [TLS13, TLS12, TLS11, TLS10, SSL3] {
            if let Some(why) = &none_below {
                self.result.versions.push(refused(number, Evidence::Documented, why));
                continue;
            }
            if let Some(picked) = lower.filter(|picked| *picked < number) {
                let why = format!("{} was picked when a newer one was asked for", version_name(picked));
                self.result.versions.push(refused(number, Evidence::Documented, &why));
                continue;
            }
            match self.version(number).await? {
                Ok(version) => self.result.versions.push(version),
                Err(Missed::Refused(refusal)) => {
                    self.result.versions.push(refused(number, Evidence::Observed, &refusal.to_string()));
                    if refusal == Refusal::Alert(PROTOCOL_VERSION) && number < TLS13 {
                        none_below = Some(format!("{}: {refusal}", version_name(number)));
                    }
                }
                Err(Missed::Lower(picked)) => {
                    let why = format!("{} was picked in its place", version_name(picked));
                    self.result.versions.push(refused(number, Evidence::Observed, &why));
                    lower = Some(picked);
                }
            }
        }
        Some(())
    }

    async fn version(&mut self, number: u16) -> Asked<Result<Version, Missed>> {
        let mut offer = everything(number);
        let first = match self.ask(&offer).await? {
            Ok(picked) if picked.version == number => picked,
            Ok(picked) => return Some(Err(Missed::Lower(picked.version))),
            // Some servers of TLS 1.3 want a key share at once.
            Err(refusal) if number == TLS13 && refusal != Refusal::Alert(PROTOCOL_VERSION) => {
                offer.share = true;
                match self.ask(&offer).await? {
                    Ok(picked) if picked.version == number => picked,
                    Ok(picked) => return Some(Err(Missed::Lower(picked.version))),
                    Err(_) => return Some(Err(Missed::Refused(refusal))),
                }
            }
            Err(refusal)
                if number < TLS13 && refusal != Refusal::Alert(PROTOCOL_VERSION) && !self.takes_long_hellos() =>
            {
                offer.groups.truncate(MODERN_GROUPS);
                let short = Offer { suites: common_suites(number), ..offer.clone() };
                match self.ask(&short).await? {
                    Ok(picked) if picked.version == number => {
                        self.most = FEW;
                        picked
                    }
                    Ok(picked) => return Some(Err(Missed::Lower(picked.version))),
                    Err(_) => return Some(Err(Missed::Refused(refusal))),
                }
            }
            Err(refusal) => return Some(Err(Missed::Refused(refusal))),
        };
        let mut version = Version {
            number,
            accepted: Some(true),
            evidence: Evidence::Observed,
            because: format!("picked with {}", suite_name(first.suite)),
            suites: vec![first.suite],
            suites_evidence: Evidence::Observed,
            complete: false,
            order: None,
        };
        if number == TLS13 {
            self.result.groups.extend(first.group);
        } else if number == TLS12 {
            // All schemes were on offer: the host's first choice need not be asked for again.
            self.result.schemes.extend(first.scheme.filter(|scheme| offer.schemes.contains(scheme)));
        }
        let whole = match self.as_above(&version).await {
            Some(Some(expected)) => {
                (version.suites, version.suites_evidence, version.complete) = (expected, Evidence::Inferred, true);
                version.order = self.result.versions.iter().rev().find_map(|above| above.order);
                Some(())
            }
            Some(None) => self.suites(&mut version, offer).await,
            None => None,
        };
        if whole.is_none() {
            // Stopped in the middle: what is known is kept.
            self.result.versions.push(version);
            return None;
        }
        Some(Ok(version))
    }

    /// TLS 1.3 has few suites: its hello proves nothing.
    fn takes_long_hellos(&self) -> bool {
        let older = |version: &Version| version.accepted == Some(true) && version.number < TLS13;
        self.most == usize::MAX && self.result.versions.iter().any(older)
    }

    /// The suites of the next newer version that this one can use, where three answers agree that they are its own.
    async fn as_above(&mut self, version: &Version) -> Asked<Option<Vec<u16>>> {
        let accepted = |above: &&Version| above.accepted == Some(true);
        let above = self.result.versions.iter().rfind(accepted).filter(|above| above.complete && above.number < TLS13);
        let Some(above) = above else {
            return Some(None);
        };
        let mut rest = everything(version.number);
        let expected: Vec<_> = above.suites.iter().copied().filter(|suite| rest.suites.contains(suite)).collect();
        let [first, .., last] = expected.as_slice() else {
            return Some(None);
        };
        if self.most < rest.suites.len() || expected.len() <= SHORT || version.suites.first() != Some(first) {
            return Some(None);
        }
        let worst = Offer { suites: vec![*last], ..everything(version.number) };
        rest.suites.retain(|suite| !expected.contains(suite));
        if self.ask(&rest).await?.is_ok() {
            return Some(None);
        }
        let agrees = self.ask(&worst).await?.is_ok_and(|picked| picked.suite == *last);
        Some(agrees.then_some(expected))
    }

    /// Takes away what was picked until nothing is left that the host wants.
    async fn suites(&mut self, version: &mut Version, mut offer: Offer) -> Asked<()> {
        let all = std::mem::take(&mut offer.suites);
        for part in all.chunks(self.most) {
            loop {
                offer.suites = part.iter().copied().filter(|suite| !version.suites.contains(suite)).collect();
                if offer.suites.is_empty() {
                    break;
                }
                match self.ask(&offer).await? {
                    Ok(picked) if offer.suites.contains(&picked.suite) => version.suites.push(picked.suite),
                    // A server that picks what nobody offered would do so for ever.
                    Ok(_) => return Some(()),
                    Err(_) => break,
                }
            }
        }
        version.complete = true;
        // What was found a part at a time is in nobody's order.
        if let ([first, .., last], true) = (version.suites.as_slice(), all.len() <= self.most) {
            let (first, last) = (*first, *last);
            let suites = version.suites.iter().rev().copied().collect();
            if let Ok(picked) = self.ask(&Offer { suites, ..offer }).await? {
                version.order = Some(match picked.suite {
                    suite if suite == first => Order::Server,
                    suite if suite == last => Order::Client,
                    _ => Order::Mixed,
                });
            }
        }
        Some(())
    }

    /// The best version's groups: TLS 1.3's, or those of ECDHE in an older one.
    async fn groups(&mut self) -> Asked<()> {
        let accepted = |version: &&Version| version.accepted == Some(true);
        let Some(best) = self.result.versions.iter().find(accepted) else {
            return Some(());
        };
        let number = best.number;
        let usable = |suite: &u16| number == TLS13 || uses_curve(*suite);
        let offered = best.suites.iter().copied().filter(usable).collect::<Vec<_>>();
        if offered.is_empty() || number == SSL3 {
            return Some(());
        }
        self.result.groups_version = Some(number);
        let mut offer = Offer { suites: offered, ..everything(number) };
        loop {
            let found = &self.result.groups;
            offer.groups.retain(|group| !found.contains(group));
            match self.ask(&offer).await? {
                Ok(Picked { group: Some(group), .. }) if offer.groups.contains(&group) => {
                    self.result.groups.push(group);
                }
                Ok(_) => return Some(()),
                Err(_) => break,
            }
        }
        self.result.groups_complete = true;
        Some(())
    }

    /// What TLS 1.2 signs its key exchange with. TLS 1.3 signs in secret: each scheme is offered alone.
    async fn schemes(&mut self) -> Asked<()> {
        let spoken = |number| move |version: &&Version| version.number == number && version.accepted == Some(true);
        let tls12 = self.result.versions.iter().find(spoken(TLS12)).map(|version| version.suites.clone());
        let signed: Vec<_> = tls12.unwrap_or_default().into_iter().filter(|suite| is_signed(*suite)).collect();
        if signed.is_empty() {
            let tls13 = self.result.versions.iter().any(|version| spoken(TLS13)(&version));
            return if tls13 && self.result.groups.contains(&super::names::X25519) {
                self.schemes_alone().await
            } else {
                Some(())
            };
        }
        let mut offer = Offer { suites: signed, ..everything(TLS12) };
        loop {
            let found = &self.result.schemes;
            offer.schemes.retain(|scheme| !found.contains(scheme));
            match self.ask(&offer).await? {
                Ok(Picked { scheme: Some(scheme), .. }) if offer.schemes.contains(&scheme) => {
                    self.result.schemes.push(scheme);
                }
                Ok(_) => return Some(()),
                Err(_) => break,
            }
        }
        self.result.schemes_complete = true;
        Some(())
    }

    /// A certificate's key decides which family can be had: each family is asked for before its members.
    async fn schemes_alone(&mut self) -> Asked<()> {
        let offer = |schemes: &[u16]| Offer {
            schemes: schemes.to_vec(),
            share: true,
            groups: vec![super::names::X25519],
            ..everything(TLS13)
        };
        // Some servers say hello before they look at the schemes: such an answer tells nothing of them.
        if self.ask(&offer(&[NOBODYS_SCHEME])).await?.is_ok() {
            return Some(());
        }
        for family in TLS13_SCHEMES {
            if self.ask(&offer(family)).await?.is_err() {
                continue;
            }
            for scheme in *family {
                if self.ask(&offer(&[*scheme])).await?.is_ok() {
                    self.result.schemes.push(*scheme);
                }
            }
        }
        self.result.schemes_complete = true;
        Some(())
    }
}

/// Why a version is not spoken.
enum Missed {
    Refused(Refusal),
    Lower(u16),
}

fn refused(number: u16, evidence: Evidence, because: &str) -> Version {
    Version {
        number,
        accepted: Some(false),
        evidence,
        because: because.to_owned(),
        suites: Vec::new(),
        suites_evidence: Evidence::Observed,
        complete: true,
        order: None,
    }
}
