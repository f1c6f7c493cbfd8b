//! Tests of the client against small servers on loopback sockets.

mod digest;
mod echo;
mod oauth;
mod server;
mod wire;

use std::time::Duration;

use bytes::Bytes;
use secrecy::SecretString;

use self::server::Server;
use super::{Client, Credential, Settings};
use crate::atlas::api::{Answer, Api, Create, Grants, Request, Response};

const ORG: &str = "32b6e34b3d91647abb20e7b8";
const SECRET: &str = "s3cret-value";
const INVITE: &str = r#"{"id":"i1","username":"ada@example.com"}"#;

fn settings(base: &str, credential: Credential) -> Settings {
    let mut settings = Settings::new(base.parse().unwrap(), ORG.parse().unwrap(), Api::Invites, credential);
    settings.timeout = Duration::from_secs(5);
    settings
}

fn token() -> Credential {
    Credential::Token(SecretString::from(SECRET))
}

fn service_account() -> Credential {
    Credential::ServiceAccount { client_id: "mdb_sa_id_1".into(), client_secret: SecretString::from(SECRET) }
}

fn api_key() -> Credential {
    Credential::ApiKey { public: "abcdefgh".into(), private: SecretString::from(SECRET) }
}

fn client(server: &Server, credential: Credential) -> Client {
    Client::new(settings(&server.url(), credential)).unwrap()
}

fn create() -> Request {
    Request::Create(Create {
        email: "ada@example.com".into(),
        grants: Grants::default(),
        body: Bytes::from_static(b"{}"),
    })
}

#[track_caller]
fn response(answer: Answer) -> Response {
    match answer {
        Answer::Response(response) => *response,
        Answer::NotSent(_) | Answer::NoAnswer(_) => panic!("no response: {answer:?}"),
    }
}

/// Advances the clock without waiting. No request may be in flight, since the clock is paused meanwhile.
async fn pass(duration: Duration) {
    tokio::time::pause();
    tokio::time::advance(duration).await;
    tokio::time::resume();
}

#[test]
fn debug_shows_no_secret() {
    for credential in [token(), service_account(), api_key()] {
        let settings = settings("http://127.0.0.1:1", credential);
        let shown = format!("{settings:?}");
        assert!(!shown.contains(SECRET), "{shown}");
        let shown = format!("{:?}", Client::new(settings).unwrap());
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn a_credential_that_cannot_be_sent_is_rejected_unseen() {
    let broken = || SecretString::from("s3cret-value\n");
    for (credential, named) in [
        (Credential::Token(broken()), "access token"),
        (Credential::Token(SecretString::from("")), "access token"),
        (Credential::ServiceAccount { client_id: "a".into(), client_secret: broken() }, "client secret"),
        (Credential::ApiKey { public: "a".into(), private: broken() }, "private API key"),
        (Credential::ApiKey { public: "a:b".into(), private: SecretString::from(SECRET) }, "public API key"),
    ] {
        let error = Client::new(settings("http://127.0.0.1:1", credential)).unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
        assert!(!format!("{error:?} {error}").contains(SECRET));
    }
}
