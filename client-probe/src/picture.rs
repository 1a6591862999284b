//! What counts as a picture: the host draws something, so that the session is seen to work.

use badrdp_proto::pdu::fast_path::Update;
use badrdp_proto::pdu::share::ShareDataPdu;
use badrdp_proto::pdu::{ChannelPdu, Message};

/// `CMDTYPE_FRAME_MARKER`, MS-RDPBCGR 2.2.9.2.3: where a frame begins or ends.
const FRAME_MARKER: [u8; 2] = [4, 0];
/// Its length: `cmdType`, `frameAction`, `frameId`.
const MARKER_LENGTH: usize = 8;

/// Whether a message draws: bitmaps, orders or surface commands, not pointers.
pub(crate) fn is_picture(message: &Message) -> bool {
    match message {
        Message::FastPathOutput(output) => output.updates.iter().any(draws),
        Message::Data(data) => match &data.pdu {
            ChannelPdu::ShareData(share) => matches!(share.data, ShareDataPdu::SlowPathUpdate(_)),
            _ => false,
        },
        _ => false,
    }
}

fn draws(update: &Update) -> bool {
    match update.code {
        0 | 1 => true,
        // What is compressed or in fragments is not looked into.
        4 if update.compression_flags.is_none() && update.fragmentation == 0 => {
            update.data.chunks(MARKER_LENGTH).any(|command| !command.starts_with(&FRAME_MARKER))
        }
        4 => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_only_begin_and_end_are_no_picture() {
        let surface = |data: &[u8]| Update { code: 4, fragmentation: 0, compression_flags: None, data: data.to_vec() };
        let (begin, end) = ([4, 0, 0, 0, 1, 0, 0, 0], [4, 0, 1, 0, 1, 0, 0, 0]);
        assert!(!draws(&surface(&begin)) && !draws(&surface(&[begin, end].concat())) && !draws(&surface(&[])));
        assert!(draws(&surface(&[&begin[..], &[6, 0, 0, 0], &end].concat())));
        assert!(draws(&Update { fragmentation: 2, ..surface(&begin) }));
        assert!(draws(&Update { code: 1, ..surface(&[]) }) && !draws(&Update { code: 5, ..surface(&begin) }));
    }
}
