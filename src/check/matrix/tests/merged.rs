//! What runs come to, put beside each other.

use serde_json::json;

use super::{case, merged, run};
use crate::check::Class;
use crate::check::matrix::{Run, Source, counts, document, merge};

#[test]
fn what_a_client_was_not_run_against_is_not_run_and_told() {
    let one = run("one", vec![case("b/x", Class::Refused), case("a/x", Class::Hung), case("own", Class::Refused)]);
    let two = run("two", vec![case("a/x", Class::Refused), case("a-b/x", Class::AsRequired)]);
    merged(&[one, two], |matrix| {
        let matrix = matrix.unwrap();
        let ids: Vec<_> = matrix.rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ["own", "a/x", "a-b/x", "b/x"]);
        let there: Vec<Vec<_>> =
            matrix.rows.iter().map(|row| row.cells.iter().map(Option::is_some).collect()).collect();
        assert_eq!(there, [[true, false], [true, true], [false, true], [true, false]]);
        let differs: Vec<_> = matrix.rows.iter().map(super::super::Row::differs).collect();
        assert_eq!(differs, [false, true, false, false]);
        assert_eq!(
            matrix.notes,
            ["one was not run against 1 scenario of 4: a-b/x", "two was not run against 2 scenarios of 4: own, b/x",]
        );
        let text = anstream::adapter::strip_str(&counts(&matrix)).to_string();
        assert!(text.contains("  hung                      1      0\n"), "{text}");
        assert!(text.contains("  not run                   1      2\n"), "{text}");
        assert!(text.ends_with("in 1 something is bad, in 1 one client does well and another does not\n"), "{text}");
        let json = document(&matrix);
        assert_eq!(json["scenarios"][2]["results"][0], json!(null));
        assert_eq!(json["scenarios"][1]["results"][0]["verdict"]["class"], "hung");
        assert_eq!(json["clients"][1]["classes"]["as-required"], 1);
    });
}

#[test]
fn of_two_runs_of_one_client_the_later_one_counts() {
    let old = run("one", vec![case("a/x", Class::Hung), case("a/y", Class::Refused)]);
    let mut new = run("one", vec![case("a/x", Class::Refused), case("a/z", Class::Crashed)]);
    new["started"] = json!(1_767_300_000);
    for runs in [[old.clone(), new.clone()], [new.clone(), old.clone()]] {
        merged(&runs, |matrix| {
            let matrix = matrix.unwrap();
            let [column] = &matrix.columns[..] else { panic!("{:?}", matrix.columns) };
            assert_eq!(
                (column.classes.of(Class::Hung), column.classes.of(Class::Refused), column.classes.of(Class::Crashed)),
                (0, 2, 1)
            );
            assert_eq!(matrix.notes.len(), 1);
            assert!(matrix.notes[0].starts_with("one: 1 case is both in "), "{:?}", matrix.notes);
        });
    }
}

#[test]
fn a_file_that_is_named_twice_counts_once() {
    let one = serde_json::to_vec(&run("one", vec![case("a/x", Class::Hung)])).unwrap();
    let source = || Source { file: "1.json".to_owned(), rename: None, run: Run::read(&one).unwrap() };
    let matrix = merge(vec![source(), source()]).unwrap();
    assert_eq!(matrix.notes, ["one: 1.json is named more than once; it counts once"]);
    assert_eq!((matrix.columns[0].runs.len(), matrix.columns[0].classes.of(Class::Hung)), (1, 1));
}

#[test]
fn one_name_for_two_clients_is_an_error_that_says_what_to_do() {
    let mut other = run("one", vec![case("a/x", Class::Refused)]);
    other["client"]["command"] = json!(["another", "one"]);
    merged(&[run("one", vec![case("a/x", Class::Refused)]), other], |matrix| {
        assert_eq!(
            matrix.unwrap_err().to_string(),
            "`one` is two clients: its command line in 1.json is not that of 0.json; give them names, as in \
             old=0.json new=1.json"
        );
    });
    assert_eq!(merged(&[], |matrix| matrix.unwrap_err().to_string()), "there is no run");
}

#[test]
fn runs_of_other_versions_and_of_other_scenarios_are_told() {
    let mut changed = case("a/x", Class::Refused);
    changed["expected"] = json!({ "must": null, "should": "warn", "because": "it was read again" });
    let mut later = run("two", vec![changed]);
    later["badrdp"] = json!("0.2.0");
    merged(&[run("one", vec![case("a/x", Class::Refused)]), later], |matrix| {
        let matrix = matrix.unwrap();
        assert_eq!(
            matrix.notes,
            [
                "the runs are of different versions of badrdp: 0.1.0 (0.json), 0.2.0 (1.json)",
                "1 scenario is not the same in all runs (a/x): shown is what the first client's run says of it",
            ]
        );
        assert_eq!(matrix.rows[0].expected.must.as_deref(), Some("disconnect"));
    });
}
