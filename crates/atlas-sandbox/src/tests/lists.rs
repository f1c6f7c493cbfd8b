//! Lists that are not as they were asked for, and very long ones.

use super::*;

/// Creates a sandbox with ten members and no other people.
fn of_ten(faults: &[&str]) -> Sandbox {
    sandbox(|options| {
        options.organization = InitialOrganization { generated_members: 10, ..InitialOrganization::without_people() };
        options.faults = faults.iter().map(|text| text.parse().unwrap()).collect();
    })
}

fn next(page: &Value) -> Option<&str> {
    let links = page["links"].as_array().unwrap();
    let next = links.iter().find(|link| link["rel"] == "next")?;
    next["href"].as_str().unwrap().strip_prefix("http://localhost:8080")
}

/// Returns the sizes of the pages, and the number of people that are on them.
async fn follow(sandbox: &Sandbox, path: &str) -> (Vec<usize>, usize) {
    let (mut sizes, mut people) = (Vec::new(), std::collections::BTreeSet::new());
    let mut path = format!("/api/atlas/v2/orgs/{ORGANIZATION}{path}");
    loop {
        let page = send(sandbox, request("GET", &path, "2025-02-19"), "").await.json;
        sizes.push(page["results"].as_array().unwrap().len());
        people.extend(emails(&page["results"]).into_iter().map(str::to_owned));
        match next(&page) {
            Some(next) => path = next.to_owned(),
            None => return (sizes, people.len()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_cap_is_kept_by_the_links() {
    let sandbox = of_ten(&["page-cap=4@1"]);
    assert_eq!(follow(&sandbox, "/users?itemsPerPage=500").await, (vec![4, 4, 2], 10));
    assert_eq!(follow(&sandbox, "/users?itemsPerPage=3").await, (vec![3, 3, 3, 1], 10));
}

#[tokio::test(start_paused = true)]
async fn short_pages_lose_no_one() {
    let sandbox = of_ten(&["short-pages@1"]);
    assert_eq!(follow(&sandbox, "/users?itemsPerPage=4").await, (vec![2, 4, 2, 2], 10));
    assert_eq!(follow(&sandbox, "/users?itemsPerPage=1").await, (vec![1; 10], 10));
    let capped = of_ten(&["short-pages@1", "page-cap=4@1"]);
    assert_eq!(follow(&capped, "/users?itemsPerPage=100").await, (vec![2, 4, 2, 2], 10));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_total_count_changes_no_page() {
    for (fault, total) in [
        ("total-count=+26@1", json!(36)),
        ("total-count=-4@1", json!(6)),
        ("total-count=-99@1", json!(0)),
        ("no-total-count@1", Value::Null),
    ] {
        let sandbox = of_ten(&[fault]);
        assert_eq!(get(&sandbox, "/users").await.json["totalCount"], total, "{fault}");
        assert_eq!(follow(&sandbox, "/users?itemsPerPage=6").await, (vec![6, 4], 10), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_ignored_filter_answers_the_whole_list() {
    let sandbox = of_ten(&["ignore-username@1"]);
    let page = get(&sandbox, "/users?username=a%40example.com&itemsPerPage=6").await.json;
    assert_eq!(page["results"].as_array().unwrap().len(), 6);
    assert!(next(&page).unwrap().contains("username=a%40example.com"));
    invite(&sandbox, "a@example.com").await;
    invite(&sandbox, "b@example.com").await;
    let invites = get(&sandbox, "/invites?username=b%40example.com").await.json;
    assert_eq!(emails(&invites), ["a@example.com", "b@example.com"]);
}

#[tokio::test(start_paused = true)]
async fn an_endless_list_always_has_a_next_page() {
    let sandbox = of_ten(&["endless-users@1"]);
    for number in [1, 2, 3, 100_000] {
        let page = get(&sandbox, &format!("/users?itemsPerPage=8&pageNum={number}")).await.json;
        let people: std::collections::BTreeSet<_> = emails(&page["results"]).into_iter().collect();
        assert_eq!(people.len(), 8, "page {number}");
        assert!(next(&page).unwrap().ends_with(&format!("pageNum={}", number + 1)));
        let real = people.iter().filter(|email| email.starts_with("member-")).count();
        assert_eq!(real, [8, 2].get(number - 1).copied().unwrap_or_default(), "page {number}");
    }
    let filtered = get(&sandbox, "/users?username=member-000001%40example.com").await.json;
    assert_eq!((emails(&filtered["results"]).len(), next(&filtered)), (1, None));
    let pending = get(&sandbox, "/users?orgMembershipStatuses=PENDING").await.json;
    assert_eq!((&pending["results"], next(&pending)), (&json!([]), None));
    let old = send(&sandbox, request("GET", "/users?itemsPerPage=12", "2023-01-01"), "").await.json;
    assert_eq!((emails(&old["results"]).len(), next(&old).is_some()), (12, true));
}

#[tokio::test(start_paused = true)]
async fn an_organization_may_start_with_many_people() {
    let sandbox = sandbox(|options| {
        options.organization =
            InitialOrganization { generated_members: 3000, generated_pending: 2000, ..InitialOrganization::default() };
    });
    assert_eq!(get(&sandbox, "/users?itemsPerPage=1").await.json["totalCount"], 5004);
    let invites = get(&sandbox, "/invites").await.json;
    let people = emails(&invites);
    assert_eq!((people.len(), people[2000]), (2001, "pending-002000@example.com"));
    assert_eq!(follow(&sandbox, "/users?itemsPerPage=500").await.1, 5004);
}
