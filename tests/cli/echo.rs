//! A server that sends back the credentials that it gets: no output shows them.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::world::{Credential, World, at_once};

const ISSUED: &str = "issued-token-of-the-echo";

/// The places in which the server sends a credential back.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Every invitation is refused, with the credential as code and detail; the organization has it as its name.
    Refusal,
    /// Every invitation is answered with a page.
    Page,
    /// Every invitation is redirected.
    Redirect,
    /// Every request is answered with an error of the server.
    Failure,
    /// Every request is answered with a page that has the credential as its title.
    LogIn,
}

impl Place {
    const ALL: [Place; 5] = [Place::Refusal, Place::Page, Place::Redirect, Place::Failure, Place::LogIn];
}

struct Echo {
    address: String,
    seen: Arc<Mutex<BTreeSet<String>>>,
}

impl Echo {
    /// Starts a server that ends with the test.
    fn start(place: Place) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address").to_string();
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                thread::spawn(move || serve(stream, place, &log));
            }
        });
        Self { address, seen }
    }

    /// Returns what no output may show.
    fn secrets(&self) -> Vec<String> {
        let mut secrets = vec![ISSUED.to_owned()];
        for header in self.seen.lock().expect("no panic").iter() {
            let value = header.split_once(' ').map_or("", |(_, value)| value);
            secrets.push(value.to_owned());
            secrets
                .extend(value.split("response=\"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned));
            secrets.extend([BASE64_STANDARD.encode(header), percent(header)]);
        }
        secrets
    }
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn serve(mut stream: TcpStream, place: Place, log: &Mutex<BTreeSet<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let (mut header, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => header = value.to_owned(),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    log.lock().expect("no panic").extend(Some(header.clone()).filter(|header| !header.is_empty()));
    let answer = answer(&first, &header, place);
    stream.write_all(answer.as_bytes()).ok()
}

fn answer(request: &str, header: &str, place: Place) -> String {
    let with = |status: &str, headers: &str, body: &str| {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
    };
    let json =
        |status, value: serde_json::Value| with(status, "Content-Type: application/json\r\n", &value.to_string());
    let forms = format!("{header} {} {}", BASE64_STANDARD.encode(header), percent(header));
    if request.contains("/oauth/token") {
        return json("200 OK", serde_json::json!({"access_token": ISSUED, "token_type": "Bearer"}));
    }
    if header.is_empty() {
        let challenge = "WWW-Authenticate: Digest realm=\"MMS Public API\", nonce=\"n\", qop=\"auth\"\r\n";
        return with("401 Unauthorized", challenge, "{}");
    }
    match place {
        Place::Failure => return json("500 No", serde_json::json!({"errorCode": header, "detail": forms})),
        Place::LogIn => {
            let page = format!("<html><title>{forms}</title>");
            return with("200 OK", "Content-Type: text/html\r\n", &page);
        }
        Place::Refusal | Place::Page | Place::Redirect => {}
    }
    if request.starts_with("POST") {
        return match place {
            Place::Redirect => with("307 No", &format!("Location: https://a.example.com/{}\r\n", percent(header)), ""),
            Place::Page => with("410 Gone", "Content-Type: text/html\r\n", &format!("<p>{forms}")),
            Place::Refusal | Place::Failure | Place::LogIn => {
                json("422 No", serde_json::json!({"errorCode": forms, "detail": format!("you sent {forms}")}))
            }
        };
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    if path.contains("/invites") {
        json("200 OK", serde_json::json!([]))
    } else if path.contains("/users") || path.contains("/teams") || path.contains("/groups") || path.contains("Limits")
    {
        json("200 OK", serde_json::json!({"results": []}))
    } else {
        json("200 OK", serde_json::json!({"id": atlas_sandbox::ORGANIZATION, "name": header}))
    }
}

#[test]
fn no_output_shows_a_secret_that_comes_back() {
    at_once(Credential::ALL, |credential| {
        for place in Place::ALL {
            at_once(["text", "json"], |format| nothing_shows_a_secret(credential, place, format));
        }
    });
}

fn nothing_shows_a_secret(credential: Credential, place: Place, format: &str) {
    let (echo, world) = (Echo::start(place), World::with_people(2));
    let outputs = ["--failed", "failed.csv", "--report", "page.html", "--summary", "-", "--max-attempts", "1"];
    let run = world.invite(&format!("http://{}", echo.address)).credential(credential).args(&outputs);
    let run = run.args(&["--settle", "1ms", "--log-format", format]).env("RUST_LOG", "trace").finish();
    assert!(matches!(run.code(), Some(1 | 3)), "{}", run.output());
    let check = world.program(&["check", "people.csv", "--format", format, "--max-attempts", "1"]);
    let check = check.aimed_at(&format!("http://{}", echo.address)).credential(credential).finish();
    let results = world.read("people.results.csv");
    let texts = [run.stdout, run.stderr, check.stdout, check.stderr, results, world.read("page.html")];
    let mut secrets = echo.secrets();
    assert!(secrets.len() > 2, "{credential:?} {place:?}: the server got no credential");
    secrets.push(credential.secret().to_owned());
    for secret in &secrets {
        for text in &texts {
            let at = text.lines().find(|line| line.contains(secret.as_str()));
            assert!(at.is_none(), "{credential:?} {place:?} {format}: {secret} in {}", at.unwrap_or_default());
        }
    }
    assert!(texts[..2].iter().any(|text| text.contains("[redacted]")), "{credential:?} {place:?}: {}", texts[1]);
}
