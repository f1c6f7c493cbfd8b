//! The limiter against a model of Atlas's bucket, on a paused clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::*;
use crate::atlas::api::{Answer, ApiError, Body, Lost, NoAnswer, NotSent, Response};
use crate::model::reason::NetworkFault;

const SET: EndpointSet = EndpointSet::Organization;
const LATENCY: Duration = Duration::from_millis(330);

/// A server with a bucket that fills in steps from an anchor, as those of Atlas do.
struct Server {
    tokens: Mutex<(u32, u64)>,
    anchor: Instant,
    capacity: u32,
    headers: bool,
    /// The number of invitations in a minute, and when the last ones were sent.
    invitations: Option<(u32, Mutex<Vec<Instant>>)>,
    refused: AtomicU32,
}

impl Server {
    fn new(phase: Duration) -> Self {
        let anchor = Instant::now() + phase;
        let tokens = Mutex::new((500, 0));
        Self { tokens, anchor, capacity: 500, headers: true, invitations: None, refused: AtomicU32::new(0) }
    }

    fn answer(&self) -> Answer {
        let now = Instant::now();
        if let Some((limit, sent)) = &self.invitations {
            let mut sent = locked(sent);
            sent.retain(|at| now.duration_since(*at) < Duration::from_secs(60));
            if sent.len() >= *limit as usize {
                self.refused.fetch_add(1, Ordering::Relaxed);
                let text = format!("Rate limit of {limit} invitations per 1 minutes exceeded.");
                return answer(400, "INVITATIONS_RATE_LIMITED_IP", &text, None, None);
            }
            sent.push(now);
        }
        let step =
            |at: Instant| (at.saturating_duration_since(self.anchor).as_secs() / 60) + u64::from(at >= self.anchor);
        let mut tokens = locked(&self.tokens);
        let steps = step(now);
        let added = u32::try_from(steps - tokens.1).unwrap() * 250;
        *tokens = ((tokens.0 + added).min(self.capacity), steps);
        if tokens.0 == 0 {
            self.refused.fetch_add(1, Ordering::Relaxed);
            let next = self.anchor + Duration::from_secs(60) * u32::try_from(steps).unwrap();
            let wait = next.duration_since(now).as_secs();
            return answer(429, "RATE_LIMITED_TOKEN_BUCKET", "", Some(wait), None);
        }
        tokens.0 -= 1;
        answer(200, "", "", None, self.headers.then_some(tokens.0))
    }
}

fn answer(status: u16, code: &str, detail: &str, retry_after: Option<u64>, remaining: Option<u32>) -> Answer {
    Answer::Response(Box::new(Response {
        status,
        body: Body::Error(ApiError { code: Some(code.into()), detail: Some(detail.into()) }),
        retry_after: retry_after.map(Duration::from_secs),
        date: None,
        limit: remaining.map(|_| 500),
        remaining,
    }))
}

/// Sends `rows` requests, 16 at a time, each until it passes. Returns the time that took.
async fn send(server: Arc<Server>, limiter: Arc<Limiter>, rows: u32) -> Duration {
    let start = Instant::now();
    let left = Arc::new(AtomicU32::new(rows));
    let mut senders = JoinSet::new();
    for _ in 0..16 {
        let (server, limiter, left) = (server.clone(), limiter.clone(), left.clone());
        senders.spawn(async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                loop {
                    let permit = limiter.acquire(SET, true).await.unwrap();
                    sleep(LATENCY / 2).await;
                    let answer = server.answer();
                    sleep(LATENCY / 2).await;
                    let passed = matches!(&answer, Answer::Response(response) if response.status == 200);
                    permit.observe(&answer);
                    if passed {
                        break;
                    }
                }
            }
        });
    }
    senders.join_all().await;
    start.elapsed()
}

fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

#[tokio::test(start_paused = true)]
async fn it_follows_the_bucket_with_at_most_two_refusals() {
    for phase in [0, 3, 9, 12, 30, 59] {
        for headers in [true, false] {
            let phase = Duration::from_secs(phase) + Duration::from_millis(400);
            let server = Arc::new(Server { headers, ..Server::new(phase) });
            let took = send(server.clone(), Arc::new(Limiter::new(Pace::Atlas)), 2000).await;
            let steps_needed = if phase < Duration::from_secs(10) { 6 } else { 5 };
            let ideal = phase + Duration::from_secs(60) * steps_needed + LATENCY * 16;
            let ratio = seconds(took) / seconds(ideal);
            let refused = server.refused.load(Ordering::Relaxed);
            assert!(ratio <= if headers { 1.01 } else { 1.05 }, "phase {phase:?}, headers {headers}: {ratio}");
            assert!(refused <= 2, "phase {phase:?}, headers {headers}: {refused} refused");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_on_invitations_is_learned_from_its_text() {
    let mut server = Server::new(Duration::from_secs(5));
    server.invitations = Some((10, Mutex::default()));
    let server = Arc::new(server);
    let limiter = Arc::new(Limiter::new(Pace::Atlas));
    let took = send(server.clone(), limiter.clone(), 200).await;
    assert!(seconds(took) / (19.0 * 60.0) < 1.05, "{took:?}");
    let refused = server.refused.load(Ordering::Relaxed);
    assert!((1..=16).contains(&refused), "only those in flight when it was learned: {refused}");
    assert_eq!(limiter.totals().invitations, Some((10, Duration::from_secs(60))));
}

#[tokio::test(start_paused = true)]
async fn the_forecast_includes_the_limit_on_invitations() {
    let limiter = Arc::new(Limiter::new(Pace::Unlimited));
    let left = |count| limiter.forecast(SET, count).as_secs();
    assert_eq!(left(1000), 0);
    for _ in 0..10 {
        limiter.acquire(SET, true).await.unwrap().observe(&answer(200, "", "", None, None));
        sleep(Duration::from_secs(1)).await;
    }
    let limit = "Rate limit of 10 invitations per 1 minutes exceeded.";
    limiter.acquire(SET, true).await.unwrap().observe(&answer(400, "INVITATIONS_RATE_LIMITED_IP", limit, None, None));
    // The first was answered ten seconds ago, the tenth one second.
    assert_eq!([0, 1, 2, 10, 11, 190].map(left), [0, 50, 51, 59, 110, 18 * 60 + 59]);
    sleep(Duration::from_secs(52)).await;
    assert_eq!([2, 3, 10].map(left), [0, 0, 7], "three places are free");
    let _in_flight = limiter.acquire(SET, true).await.unwrap();
    assert_eq!([2, 3, 9, 10].map(left), [0, 1, 7, 60]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_out_of_bounds_changes_nothing() {
    let text = |capacity: u32, refill: u32, period: u32| {
        format!("Request capacity: {capacity}. Refill rate: {refill} per {period} seconds.")
    };
    let documented = Some((500, 250, Duration::from_secs(60)));
    for (capacity, refill, period) in
        [(1, 1, 60), (500, 1, 86_400), (1, 250, 60), (4_000_000_000, 250, 60), (500, 4_000_000_000, 1)]
    {
        let limiter = Arc::new(Limiter::new(Pace::Atlas));
        let refusal = answer(429, "RATE_LIMITED", &text(capacity, refill, period), None, None);
        limiter.acquire(SET, true).await.unwrap().observe(&refusal);
        assert_eq!(limiter.bucket(SET), documented, "{capacity} {refill} {period}");
        let period = Duration::from_secs(period.into());
        limiter.configure(Limit { set: SET, capacity, refill, period });
        assert_eq!(limiter.bucket(SET), documented, "{capacity} {refill} {period:?}");
    }
    let limiter = Arc::new(Limiter::new(Pace::Atlas));
    limiter.configure(Limit { set: SET, capacity: 600, refill: 300, period: Duration::from_secs(30) });
    assert_eq!(limiter.bucket(SET), Some((600, 300, Duration::from_secs(30))));
}

#[tokio::test(start_paused = true)]
async fn a_header_cannot_lift_the_limit() {
    let limiter = Arc::new(Limiter::new(Pace::Atlas));
    for remaining in [499, u32::MAX, u32::MAX] {
        limiter.acquire(SET, true).await.unwrap().observe(&answer(200, "", "", None, Some(remaining)));
    }
    let permits: Vec<Permit> = std::iter::from_fn(|| limiter.try_acquire(SET, true)).take(1000).collect();
    assert!(permits.len() <= 500, "{}", permits.len());
}

#[tokio::test(start_paused = true)]
async fn an_invitation_refused_by_its_limit_is_not_in_flight() {
    let limiter = Arc::new(Limiter::new(Pace::Atlas));
    let refusal =
        answer(400, "INVITATIONS_RATE_LIMITED_IP", "Rate limit of 9 invitations per 1 minutes exceeded.", None, None);
    limiter.acquire(SET, true).await.unwrap().observe(&refusal);
    limiter.acquire(SET, false).await.unwrap().observe(&answer(200, "", "", None, Some(0)));
    let probe = tokio::time::timeout(Duration::from_secs(3600), limiter.acquire(SET, false)).await;
    assert!(probe.is_ok(), "no request is in flight, so a probe has to find out when the bucket fills");
}

#[tokio::test(start_paused = true)]
async fn a_fixed_pace_is_exact() {
    let per = Rate { requests: 2.try_into().unwrap(), per: Duration::from_secs(1) };
    let limiter = Arc::new(Limiter::new(Pace::Fixed { rate: per, burst: 1.try_into().unwrap() }));
    let start = Instant::now();
    for _ in 0..7 {
        limiter.acquire(SET, true).await.unwrap().observe(&answer(200, "", "", None, None));
    }
    assert!((3000..3010).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
    assert!((2990..3010).contains(&limiter.totals().waited.as_millis()), "{:?}", limiter.totals());
}

#[tokio::test(start_paused = true)]
async fn retry_after_holds_every_endpoint_at_any_pace() {
    let limiter = Arc::new(Limiter::new(Pace::Unlimited));
    let start = Instant::now();
    limiter.acquire(SET, false).await.unwrap().observe(&answer(503, "", "", Some(60), None));
    limiter.acquire(EndpointSet::Users, false).await.unwrap().observe(&answer(200, "", "", None, None));
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_hold_never_shortens_a_later_one() {
    let limiter = Arc::new(Limiter::new(Pace::Unlimited));
    let start = Instant::now();
    limiter.hold_until(start + Duration::from_secs(60));
    limiter.hold_until(start + Duration::from_secs(1));
    drop(limiter.acquire(SET, false).await.unwrap());
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn maintenance_holds_every_endpoint_longer_each_time() {
    let limiter = Arc::new(Limiter::new(Pace::Atlas));
    let start = Instant::now();
    for _ in 0..3 {
        let permit = limiter.acquire(SET, true).await.unwrap();
        permit.observe(&answer(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES", "", None, None));
    }
    drop(limiter.acquire(EndpointSet::Users, false).await.unwrap());
    assert_eq!(start.elapsed().as_secs(), 5 + 10 + 20);
}

#[tokio::test(start_paused = true)]
async fn permits_are_first_come_first_served() {
    let rate = Rate { requests: 100.try_into().unwrap(), per: Duration::from_secs(1) };
    let limiter = Arc::new(Limiter::new(Pace::Fixed { rate, burst: 1.try_into().unwrap() }));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut waiters = JoinSet::new();
    for number in 0..64 {
        let (limiter, order) = (limiter.clone(), order.clone());
        waiters.spawn(async move {
            drop(limiter.acquire(SET, false).await.unwrap());
            locked(&order).push(number);
        });
        tokio::task::yield_now().await;
    }
    waiters.join_all().await;
    assert!(locked(&order).is_sorted());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_stops_waiting_leaves_the_queue() {
    let limiter = Arc::new(Limiter::new(Pace::Atlas));
    limiter.hold_until(Instant::now() + Duration::from_secs(10));
    let stopped = tokio::time::timeout(Duration::from_secs(1), limiter.acquire(SET, true)).await;
    assert!(stopped.is_err());
    let start = Instant::now();
    drop(limiter.acquire(SET, true).await.unwrap());
    assert_eq!(start.elapsed().as_secs(), 9);
}

#[tokio::test(start_paused = true)]
async fn only_a_request_that_cost_nothing_returns_its_token() {
    let left = |answer: Answer| async move {
        let limiter = Arc::new(Limiter::new(Pace::Atlas));
        limiter.acquire(SET, true).await.unwrap().observe(&answer);
        let Rule::Bucket(bucket) = &locked(&limiter.endpoint(SET).state).rule else { panic!() };
        500 - (0..=500).find(|count| bucket.forecast(500 - count, Instant::now()).is_zero()).unwrap()
    };
    assert_eq!(
        left(Answer::NotSent(NotSent {
            fault: NetworkFault::Connection,
            detail: String::new(),
            retry_after: None,
            lasting: false
        }))
        .await,
        500
    );
    assert_eq!(left(Answer::NoAnswer(NoAnswer { lost: Lost::Timeout, detail: String::new() })).await, 499);
    assert_eq!(left(answer(401, "UNEXPECTED_ERROR", "", None, None)).await, 500);
    assert_eq!(left(answer(200, "", "", None, Some(480))).await, 480);
}

#[tokio::test(start_paused = true)]
async fn an_immediate_permit_needs_a_token_and_an_empty_queue() {
    let limiter = Arc::new(Limiter::new(Pace::Atlas));
    let permits: Vec<Permit> = std::iter::from_fn(|| limiter.try_acquire(SET, true)).collect();
    assert_eq!(permits.len(), 500);
    assert!(limiter.try_acquire(EndpointSet::Users, true).is_some(), "another bucket");

    let limiter = Arc::new(Limiter::new(Pace::Unlimited));
    let first_in_the_queue = limiter.endpoint(SET).queue.lock().await;
    assert!(limiter.try_acquire(SET, false).is_none());
    drop(first_in_the_queue);
    assert!(limiter.try_acquire(SET, false).is_some());

    let first_in_the_queue = limiter.invitations.queue.lock().await;
    assert!(limiter.try_acquire(SET, true).is_none());
    assert!(limiter.try_acquire(SET, false).is_some());
    drop(first_in_the_queue);
    assert!(limiter.try_acquire(SET, true).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_denied_immediate_permit_does_not_count() {
    let limiter = Arc::new(Limiter::new(Pace::Unlimited));
    let limit = "Rate limit of 1 invitations per 1 minutes exceeded.";
    limiter.acquire(SET, true).await.unwrap().observe(&answer(400, "INVITATIONS_RATE_LIMITED_IP", limit, None, None));
    sleep(Duration::from_secs(60)).await;
    limiter.hold_until(Instant::now() + Duration::from_secs(10));
    assert!(limiter.try_acquire(SET, true).is_none());
    sleep(Duration::from_secs(10)).await;
    assert!(limiter.try_acquire(SET, true).is_some(), "no invitation is in flight, and the limit is one");
}

#[tokio::test(start_paused = true)]
async fn only_an_invitation_that_was_sent_counts_at_any_pace() {
    for pace in [Pace::Atlas, Pace::Unlimited] {
        let limiter = Arc::new(Limiter::new(pace));
        let limit = "Rate limit of 1 invitations per 1 minutes exceeded.";
        limiter.acquire(SET, true).await.unwrap().observe(&answer(
            400,
            "INVITATIONS_RATE_LIMITED_IP",
            limit,
            None,
            None,
        ));
        sleep(Duration::from_secs(60)).await;
        let mut permit = limiter.try_acquire(SET, true).unwrap();
        permit.mark_sent();
        drop(permit);
        assert!(limiter.try_acquire(SET, true).is_none(), "{pace:?}");
        sleep(Duration::from_secs(60)).await;
        drop(limiter.try_acquire(SET, true).unwrap());
        assert!(limiter.try_acquire(SET, true).is_some(), "{pace:?}");
    }
}
