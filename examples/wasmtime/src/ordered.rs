//! Jobs over threads, with the results in the order of the jobs.

use std::panic;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// How many jobs wait for a worker, and how many of its results wait to be taken: enough for it to go
/// on while others are written.
const WAITING: usize = 2;

/// The results of jobs, in their order.
pub struct Ordered<R> {
    /// The results of each worker, and its thread.
    workers: Vec<(Receiver<R>, Option<JoinHandle<()>>)>,
    /// The thread that hands jobs out.
    jobs: Option<JoinHandle<()>>,
    /// The worker with the next result.
    next: usize,
}

/// Lets each worker, in a thread of its own, do every n-th job, where n is the number of workers.
/// Takes no more jobs from the iterator, which has a thread, too, than the workers and the results
/// that are not taken leave room for.
///
/// If the results are dropped, the threads end with what they are doing. One that waits in `jobs`
/// lasts as long as that does.
///
/// # Errors
///
/// If a thread cannot be started.
pub fn in_order<W, J, R>(
    workers: Vec<W>,
    jobs: impl Iterator<Item = J> + Send + 'static,
    work: fn(&mut W, J) -> R,
) -> std::io::Result<Ordered<R>>
where
    W: Send + 'static,
    J: Send + 'static,
    R: Send + 'static,
{
    let (mut senders, mut running) = (Vec::new(), Vec::new());
    for mut worker in workers {
        let (job_sender, jobs) = sync_channel(WAITING);
        let (results, result_receiver) = sync_channel(WAITING);
        let run = move || {
            for job in jobs {
                if results.send(work(&mut worker, job)).is_err() {
                    break;
                }
            }
        };
        senders.push(job_sender);
        running.push((result_receiver, Some(thread::Builder::new().name("worker".into()).spawn(run)?)));
    }
    let jobs = thread::Builder::new().name("jobs".into()).spawn(move || hand_out(jobs, &senders))?;
    Ok(Ordered { workers: running, jobs: Some(jobs), next: 0 })
}

/// Hands out jobs until a worker has ended.
fn hand_out<J>(jobs: impl Iterator<Item = J>, workers: &[SyncSender<J>]) {
    for (job, worker) in jobs.zip(workers.iter().cycle()) {
        if worker.send(job).is_err() {
            break;
        }
    }
}

impl<R> Iterator for Ordered<R> {
    type Item = R;

    fn next(&mut self) -> Option<R> {
        let (results, thread) = self.workers.get_mut(self.next)?;
        if let Ok(result) = results.recv() {
            self.next = (self.next + 1) % self.workers.len();
            return Some(result);
        }
        // The worker has ended: there is no job left, unless a thread has panicked.
        for thread in [thread.take(), self.jobs.take()].into_iter().flatten() {
            if let Err(panic) = thread.join() {
                panic::resume_unwind(panic);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn keeps_the_order_of_jobs() {
        for count in 1..5 {
            let results = in_order((0..count).collect(), 0..1000, |worker, job| {
                // Some jobs take longer than others.
                thread::yield_now();
                (*worker, job)
            });
            let results: Vec<_> = results.unwrap().collect();
            assert!(results.into_iter().eq((0..1000).map(|job| (job % count, job))));
        }
    }

    #[test]
    fn takes_no_more_jobs_than_it_has_room_for() {
        static TAKEN: AtomicUsize = AtomicUsize::new(0);
        let jobs = (0..1000).inspect(|_| {
            TAKEN.fetch_add(1, Ordering::SeqCst);
        });
        let mut results = in_order(vec![(); 2], jobs, |(), job| job).unwrap();
        for taken in 1..=100 {
            results.next().unwrap();
            // For each worker, those that wait, one being done and the results; one being handed out.
            assert!(TAKEN.load(Ordering::SeqCst) <= taken + 2 * (WAITING + 1 + WAITING) + 1);
        }
    }

    #[test]
    fn passes_on_a_panic() {
        let results = in_order(vec![()], 0..3, |(), job| if job == 1 { panic!("job {job}") } else { job }).unwrap();
        let seen = AtomicUsize::new(0);
        let caught = panic::catch_unwind(panic::AssertUnwindSafe(|| {
            results.for_each(|_| _ = seen.fetch_add(1, Ordering::SeqCst));
        }));
        assert_eq!(caught.unwrap_err().downcast_ref::<String>().unwrap(), "job 1");
        assert_eq!(seen.into_inner(), 1);
    }
}
