//! One test per operator: exactly the stated bytes change, and no others.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests state what they expect")]

mod add;

use std::time::Duration;

use badrdp_proto::connect::Ending;
use badrdp_proto::pdu::specimen::{context, specimen};
use badrdp_proto::pdu::{Message, decode};
use badrdp_proto::vocab::{MessageKind, Sender};
use badrdp_proto::wire::Layer;
use badrdp_scenarios::model::{Anchor, Fault, Operator, Place, Span, Then, Value};

use super::*;

const CONFIRM: MessageKind = MessageKind::X224ConnectionConfirm;
const RESPONSE: MessageKind = MessageKind::McsConnectResponse;
const ATTACH: MessageKind = MessageKind::McsAttachUserConfirm;
const JOIN: MessageKind = MessageKind::McsChannelJoinConfirm;

fn message(kind: MessageKind) -> Message {
    specimen(kind).unwrap()
}

fn honest(kind: MessageKind) -> Vec<u8> {
    message(kind).encode()
}

fn at(kind: MessageKind) -> Anchor {
    Anchor { kind: Some(kind), occurrence: Some(1) }
}

fn fault(kind: MessageKind, operator: Operator) -> Fault {
    Fault { at: at(kind), operator: Some(operator), then: None, line: 7 }
}

fn plan(kind: MessageKind, operator: Operator) -> Plan {
    Plan::new(&[fault(kind, operator)])
}

/// The writes and what happens between them.
fn ops(shaped: &[Shaped]) -> Vec<WireOp> {
    shaped.iter().flat_map(|shaped| shaped.ops.clone()).collect()
}

fn write(bytes: &[u8]) -> WireOp {
    WireOp::Bytes(Bytes::copy_from_slice(bytes))
}

/// The one write of a message, and the one phrase that says what was changed.
fn one(plan: &mut Plan, kind: MessageKind) -> (Vec<u8>, String) {
    let shaped = plan.shape(&message(kind));
    let [shaped] = shaped.as_slice() else { unreachable!("one entry expected, got {shaped:?}") };
    assert_eq!(shaped.ops, [WireOp::Bytes(shaped.bytes.clone())]);
    assert_eq!(shaped.message, None, "an edited message is no longer the machine's");
    assert_eq!(shaped.altered.len(), 1);
    (shaped.bytes.to_vec(), shaped.altered[0].clone())
}

/// Offsets at which two byte strings of one length differ.
fn differing(a: &[u8], b: &[u8]) -> Vec<usize> {
    assert_eq!(a.len(), b.len());
    (0..a.len()).filter(|at| a[*at] != b[*at]).collect()
}

fn field(layer: Layer, name: &str) -> Place {
    Place { layer, span: Span::Field(name.to_owned()) }
}

fn bytes_at(layer: Layer, at: usize, count: usize) -> Place {
    Place { layer, span: Span::Bytes { at, count } }
}

/// The connection confirm: TPKT 4, X.224 7, RDP_NEG_RSP 8 bytes.
const SELECTED: usize = 15;

#[test]
fn set_a_field_to_a_number_in_its_own_width_and_order() {
    let place = field(Layer::X224, "RDP_NEG_RSP.selectedProtocol");
    let mut plan = plan(CONFIRM, Operator::Set(place, Value::Number(0x0102_0304)));
    let (bytes, phrase) = one(&mut plan, CONFIRM);
    assert_eq!(bytes[SELECTED..], [4, 3, 2, 1], "Microsoft's structures are little end first");
    assert_eq!(bytes[..SELECTED], honest(CONFIRM)[..SELECTED]);
    assert_eq!(phrase, "x224 RDP_NEG_RSP.selectedProtocol set to 04 03 02 01 (line 7)");
    assert_eq!(plan.firing(), [Firing::Fired]);
}

#[test]
fn numbers_of_the_itu_layers_are_big_end_first() {
    let set = |kind, layer, name, number| {
        let mut plan = plan(kind, Operator::Set(field(layer, name), Value::Number(number)));
        let (bytes, _) = one(&mut plan, kind);
        let differing = differing(&bytes, &honest(kind));
        (differing[0], bytes[*differing.first().unwrap()..=*differing.last().unwrap()].to_vec())
    };
    assert_eq!(set(CONFIRM, Layer::Tpkt, "length", 0x1234), (2, vec![0x12, 0x34]));
    assert_eq!(set(CONFIRM, Layer::X224, "srcRef", 0xabcd), (8, vec![0xab, 0xcd]));
    assert_eq!(set(ATTACH, Layer::Mcs, "result", 0x0e).1, [0x0e]);
}

/// Where the field stands in the message, and what is there once it is set to `number`.
fn set_number(kind: MessageKind, layer: Layer, name: &str, number: u64) -> Vec<u8> {
    let mut plan = plan(kind, Operator::Set(field(layer, name), Value::Number(number)));
    let (bytes, _) = one(&mut plan, kind);
    let differing = differing(&bytes, &honest(kind));
    bytes[*differing.first().unwrap()..=*differing.last().unwrap()].to_vec()
}

#[test]
fn a_number_is_written_in_the_byte_order_of_its_field_whatever_the_layer() {
    let demand = MessageKind::DemandActive;
    assert_eq!(set_number(demand, Layer::Share, "TS_DEMAND_ACTIVE_PDU.numberCapabilities", 0x0a0b), [0x0b, 0x0a]);
    assert_eq!(set_number(RESPONSE, Layer::Gcc, "TS_UD_SC_NET.header.length", 0x0a0b), [0x0b, 0x0a]);
    let license = MessageKind::LicenseErrorAlert;
    assert_eq!(set_number(license, Layer::Payload, "LICENSE_PREAMBLE.wMsgSize", 0x0a0b), [0x0b, 0x0a]);
}

#[test]
fn a_field_that_an_edit_took_away_is_there_no_more() {
    let faults = [
        fault(CONFIRM, Operator::Remove(field(Layer::X224, "RDP_NEG_RSP.selectedProtocol"))),
        fault(CONFIRM, Operator::Remove(field(Layer::X224, "RDP_NEG_RSP.selectedProtocol"))),
    ];
    let mut plan = Plan::new(&faults);
    let shaped = plan.shape(&message(CONFIRM));
    let mut expected = honest(CONFIRM)[..SELECTED].to_vec();
    expected[3] -= 4;
    assert_eq!(shaped[0].bytes, expected);
    assert!(matches!(plan.firing(), [Firing::Fired, Firing::Inert(_)]), "{:?}", plan.firing());
}

#[test]
fn a_bare_field_name_is_enough() {
    let set = |name| one(&mut plan(CONFIRM, Operator::Set(field(Layer::X224, name), Value::Number(9))), CONFIRM);
    assert_eq!(set("selectedProtocol"), set("RDP_NEG_RSP.selectedProtocol"));
}

#[test]
fn set_bytes_may_change_the_length_and_the_carriers_follow() {
    let place = field(Layer::X224, "selectedProtocol");
    let mut plan = plan(CONFIRM, Operator::Set(place, Value::Bytes(vec![0xff; 6])));
    let (bytes, _) = one(&mut plan, CONFIRM);
    let honest = honest(CONFIRM);
    assert_eq!(bytes[SELECTED..], [0xff; 6]);
    assert_eq!(bytes[..4], [3, 0, 0, 21], "TPKT carries what is there");
    assert_eq!(bytes[4..SELECTED], honest[4..SELECTED], "the edited layer's own length stays a lie");
}

#[test]
fn set_bytes_at_an_offset_overwrites_as_many_as_they_are() {
    let mut plan = plan(CONFIRM, Operator::Set(bytes_at(Layer::X224, 1, 2), Value::Bytes(vec![0xee, 0xee])));
    let (bytes, phrase) = one(&mut plan, CONFIRM);
    assert_eq!(differing(&bytes, &honest(CONFIRM)), [5, 6]);
    assert_eq!(phrase, "x224 bytes 1 to 3 set to ee ee (line 7)");

    let mut plan = self::plan(CONFIRM, Operator::Set(bytes_at(Layer::X224, 1, 1), Value::Bytes(vec![0xee; 3])));
    assert_eq!(differing(&one(&mut plan, CONFIRM).0, &honest(CONFIRM)), [5, 6, 7], "none is moved");
}

#[test]
fn xor_changes_the_bits_of_the_mask_and_no_others() {
    let place = field(Layer::X224, "RDP_NEG_RSP.length");
    let mut plan = plan(CONFIRM, Operator::Xor(place, Value::Number(0x8001)));
    let (bytes, _) = one(&mut plan, CONFIRM);
    let honest = honest(CONFIRM);
    assert_eq!(differing(&bytes, &honest), [13, 14]);
    assert_eq!([bytes[13] ^ honest[13], bytes[14] ^ honest[14]], [0x01, 0x80]);

    let mut plan = Plan::new(&[fault(CONFIRM, Operator::Xor(bytes_at(Layer::Tpkt, 0, 1), Value::Bytes(vec![0xff])))]);
    assert_eq!(one(&mut plan, CONFIRM).0[0], 3 ^ 0xff, "bits that are set are cleared");

    // A mask shorter than its place leaves the rest alone.
    let mut plan = Plan::new(&[fault(CONFIRM, Operator::Xor(bytes_at(Layer::Tpkt, 0, 4), Value::Bytes(vec![1])))]);
    assert_eq!(differing(&one(&mut plan, CONFIRM).0, &honest), [0]);
}

#[test]
fn remove_takes_the_field_out_and_the_carrier_shrinks() {
    let mut plan = plan(CONFIRM, Operator::Remove(field(Layer::X224, "RDP_NEG_RSP.flags")));
    let (bytes, phrase) = one(&mut plan, CONFIRM);
    let mut expected = honest(CONFIRM);
    expected.remove(12);
    expected[3] -= 1;
    assert_eq!(bytes, expected);
    assert_eq!(phrase, "x224 RDP_NEG_RSP.flags removed, 1 byte (line 7)");
}

#[test]
fn insert_stands_ahead_of_its_place() {
    let mut plan = plan(CONFIRM, Operator::Insert(field(Layer::X224, "RDP_NEG_RSP.flags"), vec![0xaa, 0xbb]));
    let (bytes, _) = one(&mut plan, CONFIRM);
    let mut expected = honest(CONFIRM);
    expected.splice(12..12, [0xaa, 0xbb]);
    expected[3] += 2;
    assert_eq!(bytes, expected);
}

#[test]
fn truncate_cuts_the_layer_and_every_carrier_stays_correct() {
    let mut plan = plan(RESPONSE, Operator::Truncate(Layer::Gcc, 40));
    let (bytes, phrase) = one(&mut plan, RESPONSE);
    let honest = honest(RESPONSE);
    let cut = honest.len() - bytes.len();
    assert!(cut > 0);
    assert_eq!(usize::from(u16::from_be_bytes([bytes[2], bytes[3]])), bytes.len(), "TPKT length");
    let gcc = |bytes: &[u8]| bytes.windows(2).position(|pair| pair == [0x01, 0x0c]).unwrap();
    let start = gcc(&bytes);
    assert_eq!(bytes.len() - start, 40, "the first 40 bytes of the blocks are the last of the message");
    assert_eq!(bytes[start..], honest[gcc(&honest)..][..40]);
    assert!(phrase.starts_with("gcc cut to 40 bytes of "), "{phrase}");
    // Every carrier is consistent: what a reader trips over is the cut block itself.
    let error = decode(&bytes, &context(RESPONSE)).unwrap_err();
    assert!(error.path.contains("TS_UD_SC_"), "{error}");
}

#[test]
fn truncating_the_outermost_layer_lies_about_the_length() {
    let mut plan = plan(CONFIRM, Operator::Truncate(Layer::Tpkt, 10));
    assert_eq!(one(&mut plan, CONFIRM).0, honest(CONFIRM)[..10]);
}

#[test]
fn append_stands_behind_the_layer() {
    let mut plan = plan(CONFIRM, Operator::Append(Layer::X224, vec![1, 2, 3]));
    let (bytes, phrase) = one(&mut plan, CONFIRM);
    let mut expected = honest(CONFIRM);
    expected.extend([1, 2, 3]);
    expected[3] += 3;
    assert_eq!(bytes, expected);
    assert_eq!(phrase, "x224 01 02 03 appended (line 7)");
}

#[test]
fn edits_of_one_layer_apply_in_order_and_follow_their_fields() {
    let faults = [
        fault(CONFIRM, Operator::Insert(bytes_at(Layer::X224, 0, 0), vec![0; 5])),
        fault(CONFIRM, Operator::Set(field(Layer::X224, "selectedProtocol"), Value::Number(2))),
        fault(CONFIRM, Operator::Remove(field(Layer::X224, "RDP_NEG_RSP.type"))),
    ];
    let mut plan = Plan::new(&faults);
    let shaped = plan.shape(&message(CONFIRM));
    let mut expected = honest(CONFIRM);
    expected[SELECTED] = 2;
    expected.remove(11);
    expected.splice(4..4, [0; 5]);
    expected[3] += 4;
    assert_eq!(shaped[0].bytes, expected);
    assert_eq!(shaped[0].altered.len(), 3);
    assert_eq!(plan.firing(), [Firing::Fired, Firing::Fired, Firing::Fired]);
}

#[test]
fn omit_keeps_the_message_from_the_wire_and_the_record_says_so() {
    let mut plan = plan(CONFIRM, Operator::Omit);
    let shaped = plan.shape(&message(CONFIRM));
    assert_eq!(ops(&shaped), []);
    assert_eq!(shaped[0].bytes, Bytes::new());
    assert_eq!(shaped[0].altered, ["omitted (line 7)"]);
    assert_eq!(plan.firing(), [Firing::Fired]);
}

#[test]
fn duplicate_sends_the_same_bytes_again() {
    let shaped = plan(CONFIRM, Operator::Duplicate(2)).shape(&message(CONFIRM));
    let bytes = honest(CONFIRM);
    assert_eq!(ops(&shaped), [write(&bytes), write(&bytes), write(&bytes)]);
    assert_eq!(shaped[0].altered, [""; 0]);
    assert_eq!(shaped[2].altered, ["sent again (line 7)"]);
    assert!(shaped.iter().all(|shaped| shaped.message.is_some()), "each copy is honest");
}

#[test]
fn replace_sends_the_scenarios_bytes_only() {
    let shaped = plan(CONFIRM, Operator::Replace(b"SSH-2.0-x\r\n".to_vec())).shape(&message(CONFIRM));
    assert_eq!(ops(&shaped), [write(b"SSH-2.0-x\r\n")]);
    assert_eq!((shaped[0].kind, &shaped[0].message), (CONFIRM, &None));
    assert_eq!(shaped[0].altered, ["replaced by 11 bytes (line 7)"]);
}

#[test]
fn before_and_after_stand_beside_the_honest_bytes() {
    let shaped = plan(CONFIRM, Operator::Before(vec![0])).shape(&message(CONFIRM));
    assert_eq!(ops(&shaped), [write(&[0]), write(&honest(CONFIRM))]);
    assert_eq!(shaped[0].altered, ["1 byte before it (line 7)"]);
    assert_eq!(shaped[1].altered, [""; 0]);

    let shaped = plan(CONFIRM, Operator::After(vec![9, 9])).shape(&message(CONFIRM));
    assert_eq!(ops(&shaped), [write(&honest(CONFIRM)), write(&[9, 9])]);
    assert_eq!(shaped[1].altered, ["2 bytes after it (line 7)"]);
}

#[test]
fn hold_swaps_a_message_with_the_next() {
    let mut plan = plan(ATTACH, Operator::Hold(1));
    assert_eq!(plan.shape(&message(ATTACH)), []);
    let shaped = plan.shape(&message(JOIN));
    assert_eq!(ops(&shaped), [write(&honest(JOIN)), write(&honest(ATTACH))]);
    assert_eq!(shaped[1].altered, ["held back behind 1 later message (line 7)"]);
    assert_eq!(ops(&plan.shape(&message(JOIN))), [write(&honest(JOIN))]);
    assert_eq!(plan.flush(), []);
}

#[test]
fn what_is_held_too_long_goes_out_at_the_end() {
    let mut plan = plan(ATTACH, Operator::Hold(3));
    plan.shape(&message(ATTACH));
    assert_eq!(ops(&plan.shape(&message(JOIN))), [write(&honest(JOIN))]);
    assert_eq!(ops(&plan.flush()), [write(&honest(ATTACH))]);
    assert_eq!(plan.firing(), [Firing::Fired]);
}

#[test]
fn merge_makes_one_write_of_two_messages() {
    let mut plan = plan(ATTACH, Operator::Merge);
    assert_eq!(plan.shape(&message(ATTACH)), []);
    let shaped = plan.shape(&message(JOIN));
    assert_eq!(ops(&shaped), [write(&[honest(ATTACH), honest(JOIN)].concat())]);
    assert_eq!((shaped[0].bytes.as_ref(), shaped[1].bytes.as_ref()), (&*honest(ATTACH), &*honest(JOIN)));
    assert_eq!(shaped[0].altered, ["written together with the next message (line 7)"]);
    assert_eq!(plan.firing(), [Firing::Fired]);
}

#[test]
fn what_else_is_asked_of_a_merged_message_still_happens() {
    let wait = Duration::from_millis(5);
    let faults =
        [fault(ATTACH, Operator::Wait(wait)), Fault { then: Some(Then::HalfClose), ..fault(ATTACH, Operator::Merge) }];
    let mut plan = Plan::new(&faults);
    assert_eq!(plan.shape(&message(ATTACH)), []);
    let joined = write(&[honest(ATTACH), honest(JOIN)].concat());
    let half = WireOp::HalfClose("half-close (line 7)".to_owned());
    assert_eq!(ops(&plan.shape(&message(JOIN))), [WireOp::Wait(wait), joined, half]);
}

#[test]
fn a_merge_with_nothing_behind_it_goes_out_at_the_end_and_did_not_fire() {
    let mut plan = plan(ATTACH, Operator::Merge);
    plan.shape(&message(ATTACH));
    assert_eq!(ops(&plan.flush()), [write(&honest(ATTACH))]);
    assert!(matches!(plan.firing(), [Firing::Inert(_)]));
}

#[test]
fn split_writes_pieces_of_the_given_sizes() {
    let shaped = plan(CONFIRM, Operator::Split(vec![1, 4])).shape(&message(CONFIRM));
    let bytes = honest(CONFIRM);
    assert_eq!(ops(&shaped), [write(&bytes[..1]), write(&bytes[1..5]), write(&bytes[5..])]);
    assert_eq!(shaped[0].bytes, bytes, "the record has the message in one piece");
    // A piece as long as what is left is the last; no empty one follows.
    let whole = plan(CONFIRM, Operator::Split(vec![4, bytes.len() - 4, 1])).shape(&message(CONFIRM));
    assert_eq!(ops(&whole), [write(&bytes[..4]), write(&bytes[4..])]);
    assert!(shaped[0].message.is_some(), "the bytes are honest");
}

#[test]
fn drip_pauses_between_pieces() {
    let every = Duration::from_millis(2);
    let shaped = plan(CONFIRM, Operator::Drip(8, every)).shape(&message(CONFIRM));
    let bytes = honest(CONFIRM);
    let pause = || WireOp::Wait(every);
    assert_eq!(ops(&shaped), [write(&bytes[..8]), pause(), write(&bytes[8..16]), pause(), write(&bytes[16..])]);
}

#[test]
fn wait_comes_before_the_message() {
    let shaped = plan(CONFIRM, Operator::Wait(Duration::from_millis(200))).shape(&message(CONFIRM));
    assert_eq!(ops(&shaped), [WireOp::Wait(Duration::from_millis(200)), write(&honest(CONFIRM))]);
}

#[test]
fn then_follows_the_bytes_and_needs_no_operator() {
    for (then, expected) in [
        (Then::End(Ending::Fin), WireOp::End(Ending::Fin, "fin (line 7)".to_owned())),
        (Then::End(Ending::Rst), WireOp::End(Ending::Rst, "rst (line 7)".to_owned())),
        (Then::End(Ending::Stall), WireOp::End(Ending::Stall, "stall (line 7)".to_owned())),
        (Then::HalfClose, WireOp::HalfClose("half-close (line 7)".to_owned())),
    ] {
        let mut plan = Plan::new(&[Fault { at: at(CONFIRM), operator: None, then: Some(then), line: 7 }]);
        assert_eq!(ops(&plan.shape(&message(CONFIRM))), [write(&honest(CONFIRM)), expected.clone()]);
        assert_eq!(plan.firing(), [Firing::Fired]);
        let omit = Fault { at: at(CONFIRM), operator: Some(Operator::Omit), then: Some(then), line: 7 };
        assert_eq!(ops(&Plan::new(&[omit]).shape(&message(CONFIRM))), [expected]);
    }
}

#[test]
fn only_the_named_occurrence_is_struck() {
    let mut fault = fault(JOIN, Operator::Omit);
    fault.at.occurrence = Some(2);
    let mut plan = Plan::new(&[fault]);
    let writes: Vec<_> = (0..3).map(|_| ops(&plan.shape(&message(JOIN))).len()).collect();
    assert_eq!(writes, [1, 0, 1]);
}

#[test]
fn a_star_strikes_every_message() {
    let mut fault = fault(JOIN, Operator::Split(vec![1]));
    fault.at = Anchor { kind: None, occurrence: None };
    let mut plan = Plan::new(&[fault]);
    for kind in [CONFIRM, JOIN, JOIN, ATTACH] {
        assert_eq!(ops(&plan.shape(&message(kind))).len(), 2);
    }
    assert_eq!(ops(&plan.shape_server_hello(vec![22, 3, 3, 0, 0])).len(), 2);
}

#[test]
fn messages_that_no_fault_names_pass_as_they_are() {
    let operators = [
        Operator::Omit,
        Operator::Duplicate(1),
        Operator::Replace(vec![1]),
        Operator::Hold(1),
        Operator::Merge,
        Operator::Split(vec![1]),
        Operator::Truncate(Layer::X224, 1),
        Operator::Append(Layer::Tpkt, vec![1]),
        Operator::Alert(40),
    ];
    let mut seen = 0;
    for operator in operators {
        let mut plan = plan(MessageKind::X224Error, operator);
        for kind in MessageKind::ALL.iter().copied().filter(|kind| *kind != MessageKind::X224Error) {
            let Some(message) = specimen(kind).filter(|_| kind.sender() != Sender::Client) else {
                continue;
            };
            seen += 1;
            let bytes = Bytes::from(message.encode());
            assert_eq!(plan.shape(&message), [Shaped::plain(kind, Some(message), bytes)]);
        }
        assert_eq!(plan.firing(), [Firing::NotDue]);
    }
    assert!(seen > 50, "only {seen} messages were tried");
}

#[test]
fn a_fault_that_changes_nothing_did_not_fire_and_says_why() {
    let inert = |kind, operator| {
        let mut plan = plan(kind, operator);
        let shaped = plan.shape(&message(kind));
        assert_eq!(shaped[0].bytes, honest(kind));
        assert_eq!(shaped[0].altered, [""; 0]);
        let [Firing::Inert(why)] = plan.firing() else { unreachable!("{:?}", plan.firing()) };
        why.clone()
    };
    let selected = || field(Layer::X224, "selectedProtocol");
    assert_eq!(inert(CONFIRM, Operator::Set(selected(), Value::Number(1))), "the bytes are so already");
    assert_eq!(inert(CONFIRM, Operator::Xor(selected(), Value::Number(0))), "the bytes are so already");
    assert_eq!(
        inert(CONFIRM, Operator::Set(selected(), Value::Number(1 << 40))),
        "0x10000000000 does not fit into the 4 bytes of RDP_NEG_RSP.selectedProtocol"
    );
    assert_eq!(
        inert(CONFIRM, Operator::Remove(field(Layer::X224, "nonsense"))),
        "the x224 layer has no field nonsense"
    );
    assert_eq!(inert(CONFIRM, Operator::Truncate(Layer::X224, 400)), "the layer has only 15 bytes");
    assert_eq!(inert(CONFIRM, Operator::Remove(bytes_at(Layer::X224, 14, 2))), "the layer has only 15 bytes");
    assert_eq!(inert(CONFIRM, Operator::Append(Layer::Gcc, vec![1])), "X224ConnectionConfirm has no gcc layer");
    assert_eq!(inert(CONFIRM, Operator::Split(vec![400])), "the message is shorter than the first piece");
}

#[test]
fn the_server_hello_can_be_taken_over_and_only_when_it_is_due() {
    let hello = MessageKind::TlsServerHello;
    assert_eq!(plan(hello, Operator::Alert(40)).hello_fault(), Some(HelloFault::Alert(40)));
    assert_eq!(plan(hello, Operator::LegacyServerHello(0x301)).hello_fault(), Some(HelloFault::Legacy(0x301)));
    assert_eq!(plan(hello, Operator::Omit).hello_fault(), Some(HelloFault::Gone));
    assert_eq!(plan(hello, Operator::Wait(Duration::ZERO)).hello_fault(), None);
    assert_eq!(plan(CONFIRM, Operator::Omit).hello_fault(), None);

    let mut plan = plan(hello, Operator::Alert(40));
    let shaped = plan.shape_server_hello(vec![21, 3, 3, 0, 2, 2, 40]);
    assert_eq!(ops(&shaped), [write(&[21, 3, 3, 0, 2, 2, 40])]);
    assert_eq!(shaped[0].altered, ["alert 40 in its place (line 7)"]);
    assert_eq!(plan.firing(), [Firing::Fired]);
    assert_eq!(plan.hello_fault(), None, "it was due once");
}

#[test]
fn an_alert_takes_the_place_of_a_message_and_ends_the_connection() {
    let mut plan = plan(CONFIRM, Operator::Alert(80));
    let shaped = plan.shape(&message(CONFIRM));
    assert_eq!(ops(&shaped), [WireOp::End(Ending::TlsAlert(80), "alert 80 (line 7)".to_owned())]);
    assert_eq!((shaped[0].message.clone(), shaped[0].bytes.len()), (None, 0));
    assert_eq!(shaped[0].altered, ["alert 80 in its place (line 7)"]);
    assert_eq!(plan.firing(), [Firing::Fired]);
}
