//! `add`: a number is made larger or smaller, in its own width and byte order.

use super::*;

fn added(kind: MessageKind, layer: Layer, path: &str, value: i64) -> (Vec<u8>, String) {
    one(&mut plan(kind, Operator::Add(field(layer, path), value)), kind)
}

#[test]
fn one_less_is_one_less_in_either_byte_order() {
    let confirm = honest(CONFIRM);
    let (bytes, phrase) = added(CONFIRM, Layer::Tpkt, "length", -1);
    assert_eq!((differing(&bytes, &confirm), bytes[3]), (vec![3], confirm[3] - 1));
    assert_eq!(phrase, "tpkt length -1, from 00 13 to 00 12 (line 7)");
    let (bytes, phrase) = added(CONFIRM, Layer::X224, "RDP_NEG_RSP.length", 256);
    assert_eq!((differing(&bytes, &confirm), bytes[14]), (vec![14], 1), "little end first");
    assert_eq!(phrase, "x224 RDP_NEG_RSP.length +256, from 08 00 to 08 01 (line 7)");
}

#[test]
fn a_sum_carries_over_all_bytes_of_the_field() {
    let (bytes, _) = added(CONFIRM, Layer::Tpkt, "length", 0x1ff - 19);
    assert_eq!(bytes[2..4], [0x01, 0xff]);
    let (bytes, _) = added(CONFIRM, Layer::X224, "selectedProtocol", 0xfffe);
    assert_eq!(bytes[15..19], [0xff, 0xff, 0, 0]);
}

#[test]
fn a_sum_that_does_not_fit_changes_nothing_and_says_why() {
    let inert = |layer, path, value| {
        let mut plan = plan(CONFIRM, Operator::Add(field(layer, path), value));
        let shaped = plan.shape(&message(CONFIRM));
        assert_eq!(shaped[0].bytes, honest(CONFIRM));
        let [Firing::Inert(why)] = plan.firing() else { unreachable!("{:?}", plan.firing()) };
        why.clone()
    };
    assert_eq!(inert(Layer::Tpkt, "length", -20), "length is 19: -20 makes it less than nothing");
    assert_eq!(inert(Layer::Tpkt, "length", 0xffff), "0x10012 does not fit into the 2 bytes of length");
    assert_eq!(inert(Layer::Tpkt, "no such", 1), "the tpkt layer has no field no such");
}

/// The carriers outside are honest about what they carry, the field that was counted up is not.
#[test]
fn nothing_but_the_field_changes() {
    let (bytes, _) = added(RESPONSE, Layer::Gcc, "TS_UD_SC_CORE.header.length", 1);
    let honest = honest(RESPONSE);
    assert_eq!((bytes.len(), differing(&bytes, &honest).len()), (honest.len(), 1));
}
