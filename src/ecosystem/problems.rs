//! What could not be read in a database, kept short: a hostile one must not make a report of a million lines.

use std::collections::BTreeSet;

/// Problems named one by one; what comes after is only counted.
const NAMED: usize = 100;

/// The problems of one catalog.
#[derive(Debug, Default)]
pub(super) struct Problems {
    named: BTreeSet<String>,
    more: usize,
}

impl Problems {
    /// Notes a problem; the same one twice is one.
    pub(super) fn add(&mut self, problem: String) {
        if self.named.len() < NAMED {
            self.named.insert(problem);
        } else if !self.named.contains(&problem) {
            self.more += 1;
        }
    }

    /// The problems, sorted; the last says how many are not named.
    pub(super) fn finish(self) -> Vec<String> {
        let more = (self.more > 0).then(|| format!("… and {} more", self.more));
        self.named.into_iter().chain(more).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_the_first_hundred_problems_are_only_counted() {
        let mut problems = Problems::default();
        (0..1000).for_each(|line| problems.add(format!("line {line:04}")));
        let problems = problems.finish();
        assert_eq!(problems.len(), NAMED + 1);
        assert_eq!(problems.last().map(String::as_str), Some("… and 900 more"));
        assert!(problems.is_sorted());
    }
}
