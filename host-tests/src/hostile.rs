//! Records as an attacker would make them: those of the goldens and of the example streams, with pieces put in, taken
//! out and repeated. The same every time.

use std::collections::BTreeSet;
use std::io;

use fastrand::Rng;

use crate::{APPLIANCE, DAY, goldens, mutation};

/// The longest record that pieces are put into.
const LENGTH_MAX: usize = 6000;

/// Returns `count` records.
///
/// # Errors
///
/// If the goldens cannot be read.
pub fn records(count: usize, seed: u64) -> io::Result<Vec<Vec<u8>>> {
    let mut random = Rng::with_seed(seed);
    let mut good: BTreeSet<Vec<u8>> = DAY.lines().chain(APPLIANCE.lines()).map(Into::into).collect();
    for name in goldens::names()? {
        let input = goldens::input(&name).unwrap_or_default();
        good.extend(input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
        good.insert(input);
    }
    let good: Vec<_> = good.into_iter().filter(|record| record.len() < LENGTH_MAX).collect();
    let mut record = || {
        let mut record = random.choice(&good).cloned().unwrap_or_default();
        for _ in 0..random.usize(..4) {
            mutation::change(&mut record, &mut random);
        }
        record
    };
    Ok((0..count).map(|_| record()).collect())
}
