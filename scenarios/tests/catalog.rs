//! The shipped catalogue is right.

use badrdp_scenarios::catalog;

#[test]
fn every_file_loads() {
    let (scenarios, wrong) = catalog::load_all();
    let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(scenarios.len() >= catalog::files().len(), "every file gives a scenario or more");
    assert!(scenarios.len() >= 60, "only {} scenarios", scenarios.len());
}
