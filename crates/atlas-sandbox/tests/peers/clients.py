"""Invites people with HTTP Digest, in the sandbox at HOST, with the library that the argument names.

ORG, PUBLIC_KEY and PRIVATE_KEY are the sandbox's organization and its API key.
"""

import os
import sys

V2023 = "application/vnd.atlas.2023-01-01+json"
V2025 = "application/vnd.atlas.2025-02-19+json"


def open_session(library, public, private):
    """Returns a session that signs its requests and uses no proxy."""
    if library == "requests":
        import requests
        from requests.auth import HTTPDigestAuth

        session = requests.Session()
        session.trust_env = False
        session.auth = HTTPDigestAuth(public, private)
        return session
    import httpx

    return httpx.Client(auth=httpx.DigestAuth(public, private), trust_env=False)


def main(library):
    public, private = os.environ["PUBLIC_KEY"], os.environ["PRIVATE_KEY"]
    base = "{HOST}/api/atlas/v2/orgs/{ORG}".format(**os.environ)
    failed = []

    def judge(what, answer, status, expected, right):
        """Checks one answer. It took two requests with a challenge, and one if the nonce was used again."""
        made = len(answer.history) + 1
        if answer.status_code == status and made == expected and right(answer):
            print(f"ok: {library}, digest: {what}")
        else:
            failed.append(what)
            wrong = f"status {answer.status_code} instead of {status}, {made} requests instead of {expected}"
            print(f"failed: {library}, digest: {what}: {wrong}: {answer.text}", file=sys.stderr)

    with open_session(library, public, private) as session:
        accept, newer = {"Accept": V2023}, {"Accept": V2025}
        old = {"username": f"{library}.old@example.com", "roles": ["ORG_MEMBER"]}
        answer = session.post(f"{base}/invites", json=old, headers=accept, timeout=30)
        same = lambda answer: answer.json()["username"] == old["username"] and answer.json()["inviterUsername"] == public
        judge("create an invite", answer, 200, 2, same)

        new = {"username": f"{library}.new@example.com", "roles": {"orgRoles": ["ORG_MEMBER"]}}
        answer = session.post(f"{base}/users", json=new, headers=newer, timeout=30)
        judge("invite a user", answer, 201, 1, lambda answer: answer.json()["orgMembershipStatus"] == "PENDING")

        names = lambda people: {person["username"] for person in people}
        both = {old["username"], new["username"]}
        answer = session.get(f"{base}/invites", headers=accept, timeout=30)
        judge("list invites", answer, 200, 1, lambda answer: both <= names(answer.json()))
        answer = session.get(f"{base}/users", params={"username": new["username"]}, headers=newer, timeout=30)
        judge("find a user", answer, 200, 1, lambda answer: names(answer.json()["results"]) == {new["username"]})

    with open_session(library, public, "wrong") as session:
        answer = session.get(f"{base}/invites", headers=accept, timeout=30)
        judge("a wrong key", answer, 401, 2, lambda answer: answer.json()["errorCode"] == "UNEXPECTED_ERROR")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
