//! The machine, with a memory of what it was told and did: another machine can take over where it stands.

use badrdp_proto::connect::{Failure, Input, Machine, Output, Server, ServerConfig, Wants};
use badrdp_proto::pdu::Side;
use badrdp_proto::vocab::Stage;

/// One thing that a machine was told or did.
#[derive(Clone, Debug)]
pub(crate) enum Moment {
    /// It was told this.
    Heard(Input),
    /// It wanted this done, and it was.
    Did(Output),
}

/// A server machine that can be replaced for as long as it remembers.
#[derive(Debug)]
pub(crate) struct Actor {
    server: Server,
    story: Option<Vec<Moment>>,
}

impl Actor {
    /// A machine that remembers nothing: its scenario is settled.
    pub(crate) fn new(config: ServerConfig) -> Self {
        Self { server: Server::new(config), story: None }
    }

    /// From now on all that happens is remembered.
    pub(crate) fn remember(&mut self) {
        self.story.get_or_insert_default();
    }

    /// Takes what is remembered; from then on nothing is.
    pub(crate) fn forget(&mut self) -> Vec<Moment> {
        self.story.take().unwrap_or_default()
    }

    /// All that happened, where that is remembered.
    pub(crate) fn story(&self) -> &[Moment] {
        self.story.as_deref().unwrap_or_default()
    }

    pub(crate) const fn server(&self) -> &Server {
        &self.server
    }

    /// Puts another machine in the place of this one, with its own memory.
    pub(crate) fn replace(&mut self, server: Server, story: Vec<Moment>) {
        self.server = server;
        self.story = self.story.take().and(Some(story));
    }
}

impl Machine for Actor {
    fn side(&self) -> Side {
        self.server.side()
    }

    fn stage(&self) -> Stage {
        self.server.stage()
    }

    fn wants(&self) -> Wants {
        self.server.wants()
    }

    fn handle(&mut self, input: Input) {
        if let Some(story) = &mut self.story {
            story.push(Moment::Heard(input.clone()));
        }
        self.server.handle(input);
    }

    fn poll(&mut self) -> Option<Output> {
        let output = self.server.poll();
        if let (Some(story), Some(output)) = (&mut self.story, &output) {
            story.push(Moment::Did(output.clone()));
        }
        output
    }

    fn failure(&self) -> Option<&Failure> {
        self.server.failure()
    }
}
