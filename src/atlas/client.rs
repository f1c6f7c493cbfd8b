//! The [`Gateway`] to Atlas: signs a request, sends it and parses the answer.

use std::fmt;

use http::{HeaderValue, StatusCode};
use secrecy::ExposeSecret;

use super::credential::{basic, bearer, sendable};
use super::digest::DigestAuth;
use super::endpoints::{Call, Endpoints};
use super::oauth::Tokens;
use super::reply::Reply;
use super::transport::Transport;
use super::{ClientError, Credential, Settings, wire};
use crate::atlas::api::{Answer, Api, Gateway, InviterName, Request};

/// A client for one organization. It is meant to be shared: it holds the connections and the credential of all
/// requests.
pub struct Client {
    api: Api,
    inviter: InviterName,
    endpoints: Endpoints,
    transport: Transport,
    access: Access,
}

/// A [`Credential`] with its tokens or nonces.
enum Access {
    Bearer(HeaderValue),
    ServiceAccount(Tokens),
    ApiKey(DigestAuth),
}

impl Client {
    /// Creates a client. Sends nothing.
    ///
    /// Installs rustls's ring provider for the process if no provider is installed.
    ///
    /// # Errors
    ///
    /// Fails if the credential cannot be sent in a header, or if no trust roots for TLS are found.
    pub fn new(settings: Settings) -> Result<Self, ClientError> {
        let transport = Transport::new(&settings)?;
        let Settings { base_url, organization, api, credential, .. } = settings;
        let inviter = credential.inviter();
        let access = match credential {
            Credential::Token(token) => {
                Access::Bearer(bearer(token.expose_secret()).ok_or(ClientError::Credential("access token"))?)
            }
            Credential::ServiceAccount { client_id, client_secret } => {
                let account = basic(&client_id, &client_secret)?;
                Access::ServiceAccount(Tokens::new(base_url.join("/api/oauth/token"), account))
            }
            Credential::ApiKey { public, private } => {
                if !sendable(&public) || public.contains(':') {
                    return Err(ClientError::Credential("public API key"));
                }
                if !sendable(private.expose_secret()) {
                    return Err(ClientError::Credential("private API key"));
                }
                Access::ApiKey(DigestAuth::new(public, private))
            }
        };
        Ok(Self { api, inviter, endpoints: Endpoints::new(&base_url, organization, api), transport, access })
    }

    async fn exchange(&self, call: Call) -> Result<Reply, Answer> {
        let reading = call.reading;
        match &self.access {
            Access::Bearer(token) => self.transport.exchange(call.request(Some(token.clone())), reading).await,
            Access::ServiceAccount(tokens) => {
                let token = tokens.current(&self.transport).await?;
                let request = call.request(Some(token.authorization.clone()));
                let reply = self.transport.exchange(request, reading).await?;
                if reply.status == StatusCode::UNAUTHORIZED {
                    tokens.discard(&token);
                }
                Ok(reply)
            }
            Access::ApiKey(auth) => auth.exchange(&self.transport, &call, || self.endpoints.organization()).await,
        }
    }
}

impl Gateway for Client {
    async fn send<'a>(&'a self, request: &'a Request) -> Answer {
        match self.exchange(self.endpoints.call(request)).await {
            Ok(reply) => Answer::Response(Box::new(wire::response(self.api, request, reply))),
            Err(answer) => answer,
        }
    }

    fn inviter(&self) -> InviterName {
        self.inviter.clone()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("api", &self.api).finish_non_exhaustive()
    }
}
