//! The JSON of the organization, its teams and projects, and the root.

use jiff::Timestamp;
use serde::Serialize;

use super::users::OldRole;
use crate::answer::page::Link;
use crate::options::initial_organization::NamedResource;
use crate::organization::Organization;

/// The organization.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrganizationView<'a> {
    id: &'a str,
    is_deleted: bool,
    links: [Link; 4],
    name: &'a str,
    skip_default_alerts_settings: bool,
}

impl<'a> OrganizationView<'a> {
    pub(crate) fn new(organization: &'a Organization, base: &str) -> Self {
        let own = format!("{base}/orgs/{}", organization.id);
        OrganizationView {
            id: &organization.id,
            is_deleted: false,
            links: [
                Link::new(own.clone(), "self"),
                Link::new(format!("{own}/groups"), "https://cloud.mongodb.com/groups"),
                Link::new(format!("{own}/teams"), "https://cloud.mongodb.com/teams"),
                Link::new(format!("{own}/users"), "https://cloud.mongodb.com/users"),
            ],
            name: &organization.name,
            skip_default_alerts_settings: false,
        }
    }
}

/// A team.
#[derive(Serialize)]
pub(crate) struct TeamView<'a> {
    id: &'a str,
    links: [Link; 1],
    name: &'a str,
}

impl<'a> TeamView<'a> {
    pub(crate) fn new(team: &'a NamedResource, list: &str) -> Self {
        TeamView { id: &team.id, links: [Link::new(format!("{list}/{}", team.id), "self")], name: &team.name }
    }
}

/// A project.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProjectView<'a> {
    cluster_count: u32,
    created: Timestamp,
    id: &'a str,
    links: [Link; 1],
    name: &'a str,
    org_id: &'a str,
    with_default_alerts_settings: bool,
}

impl<'a> ProjectView<'a> {
    pub(crate) fn new(organization: &'a Organization, project: &'a NamedResource, base: &str) -> Self {
        ProjectView {
            cluster_count: 1,
            created: organization.created_at,
            id: &project.id,
            links: [Link::new(format!("{base}/groups/{}", project.id), "self")],
            name: &project.name,
            org_id: &organization.id,
            with_default_alerts_settings: true,
        }
    }
}

/// The service, and the API key of the request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RootView<'a> {
    api_key: Option<KeyView<'a>>,
    app_name: &'static str,
    build: &'static str,
    links: [Link; 1],
    throttling: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyView<'a> {
    access_list: [&'static str; 0],
    id: &'static str,
    public_key: &'a str,
    roles: [OldRole<'a>; 1],
}

impl<'a> RootView<'a> {
    pub(crate) fn new(organization: &'a Organization, public_key: Option<&'a str>, base: &str) -> Self {
        RootView {
            api_key: public_key.map(|public_key| KeyView {
                access_list: [],
                id: "5a4db0c5a4db0c5a4db00e70",
                public_key,
                roles: [OldRole::in_org(&organization.id, "ORG_OWNER")],
            }),
            app_name: "MongoDB Atlas",
            build: "sandbox",
            links: [Link::new(base, "self")],
            throttling: false,
        }
    }
}
