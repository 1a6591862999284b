//! Rules of the house about this crate's own source.
#![allow(clippy::expect_used, reason = "tests say what they expect")]

use std::path::Path;

fn visit(directory: &Path, see: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            visit(&path, see);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            see(&path, &std::fs::read_to_string(&path).expect("UTF-8"));
        }
    }
}

/// House rule H2: the protocol does not know that it may be lied about.
#[test]
fn proto_does_not_know_that_faults_exist() {
    let mut files = 0;
    let mut found = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |path, text| {
        files += 1;
        for (number, line) in text.lines().enumerate() {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::to_ascii_lowercase);
            if words.into_iter().any(|word| ["fault", "inject", "bug"].contains(&word.as_str())) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    });
    assert!(files > 20, "only {files} files were read");
    assert!(found.is_empty(), "{found:#?}");
}
