//! A freeze that is killed leaves the old lockfile or the new one, whole.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::{build, lab};
use crate::support::Place;

/// Moments of one freeze at which it is killed, spread over the time that it takes.
const MOMENTS: u32 = 40;

fn freeze(place: &Place, image: &str) -> (String, Duration) {
    let start = Instant::now();
    let ran = place.run(&["freeze", image]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    (fs::read_to_string(place.path("reprolock.lock")).unwrap(), start.elapsed())
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_lock_or_the_new_one() {
    let Some(lab) = lab() else { return };
    let place = Place::new();
    let images = [build(&lab, 1), build(&lab, 2)];
    let (second, _) = freeze(&place, &images[1]);
    let (first, takes) = freeze(&place, &images[0]);
    let mut standing = first.clone();
    let mut replaced = 0;
    for moment in 0..MOMENTS {
        // Whichever lock stands, the freeze that is killed would write the other.
        let image = &images[usize::from(standing == first)];
        // The last moments lie past the usual end, since not every run takes the same time.
        let wait = takes * (moment + 1) * 5 / (MOMENTS * 4);
        let mut freeze = place.command(&["freeze", image]);
        let mut child = freeze.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(wait);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = fs::read_to_string(place.path("reprolock.lock")).unwrap();
        assert!(found == first || found == second, "killed after {wait:?}:\n{found}");
        replaced += usize::from(found != standing);
        standing = found;
        // Whatever stands beside the lock, verify can decide.
        for image in &images {
            let ran = place.run(&["verify", image]);
            let is_same = (standing == first) == (*image == images[0]);
            assert_eq!(ran.code, i32::from(!is_same), "killed after {wait:?}: {}", ran.stderr);
        }
        for name in place.names() {
            let is_known = ["reprolock.lock", "reprolock.lock.files.zst"].contains(&name.as_str());
            assert!(is_known || name.starts_with(".reprolock-") && name.ends_with(".tmp"), "{name}");
        }
    }
    assert!(replaced > 0 && replaced < MOMENTS as usize, "{replaced} of {MOMENTS} freezes came to their end");
}
