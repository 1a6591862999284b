//! Who hears what sspi logs: nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Counts what is logged, and by whom.
#[derive(Clone, Default)]
struct Ears(Arc<AtomicUsize>);

impl tracing::Subscriber for Ears {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        self.0.fetch_add(1, Ordering::Relaxed);
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn a_logon_is_not_logged_whoever_listens() {
    for spnego in [false, true] {
        let (ears, overheard) = (Ears::default(), Ears::default());
        let mut walk = Walk::new(&with(|options| options.credssp.spnego = spnego), true);
        let mut server = SspiServer::new(&walk.key, 6, spnego);
        tracing::subscriber::with_default(ears.clone(), || walk.begin());
        loop {
            let said = tracing::subscriber::with_default(overheard.clone(), || server.take(walk.sent.last().unwrap()));
            let Said::Reply(reply) = said else { break };
            let _ = tracing::subscriber::with_default(ears.clone(), || walk.take(reply));
        }
        assert_eq!(ears.0.load(Ordering::Relaxed), 0);
        assert!(overheard.0.load(Ordering::Relaxed) > 10, "sspi's own server is heard");
    }
}
