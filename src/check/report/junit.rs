//! A run as JUnit XML: a suite for each theme of the catalogue.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::{Told, complaint, duty, last_lines, shell};
use crate::check::expectations::Recorded;

/// Lines of the client's stderr that a case has.
const LINES: usize = 40;

/// Collects cases, in order.
#[derive(Debug, Default)]
pub struct Junit {
    suites: Vec<(String, Vec<TestCase>)>,
}

impl Junit {
    /// Adds a case.
    pub fn add(&mut self, told: &Told) {
        let id = &told.checked.scenario.id;
        let (theme, name) = id.split_once('/').unwrap_or(("", id));
        let case = case(told, name);
        match self.suites.iter_mut().find(|(known, _)| known == theme) {
            Some((_, cases)) => cases.push(case),
            None => self.suites.push((theme.to_owned(), vec![case])),
        }
    }

    /// The document.
    ///
    /// # Errors
    /// XML cannot be made of it.
    pub fn document(self, client: &str, took: Duration) -> Result<String, SerializeError> {
        let mut report = Report::new(format!("badrdp check {client}"));
        report.set_time(took);
        for (theme, cases) in self.suites {
            let mut suite = TestSuite::new(format!("{client}.{theme}"));
            suite.add_test_cases(cases);
            report.add_test_suite(suite);
        }
        report.to_string()
    }
}

fn case(told: &Told, name: &str) -> TestCase {
    let checked = &told.checked;
    let verdict = &checked.verdict;
    let mut status = match (complaint(told), &told.recorded) {
        (Some(message), _) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(verdict.class.name()).set_message(message);
            status.set_description(format!(
                "{}\nthe client {}\n{}",
                checked.scenario.summary,
                duty(&checked.scenario.expect_client),
                shell(&checked.command)
            ));
            status
        }
        (None, Recorded::Good) => TestCaseStatus::success(),
        (None, Recorded::Known(reason)) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("known: {reason} ({verdict})"));
            status
        }
        (None, _) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(verdict.to_string());
            status
        }
    };
    for earlier in &checked.earlier {
        let mut rerun = TestRerun::new(NonSuccessKind::Failure);
        rerun.set_type(earlier.class.name()).set_message(earlier.to_string());
        status.add_rerun(rerun);
    }
    let mut case = TestCase::new(name, status);
    case.set_classname(checked.scenario.id.clone()).set_time(checked.outcome.took);
    case.set_system_err(last_lines(&checked.outcome.stderr, LINES).join("\n"));
    case
}
