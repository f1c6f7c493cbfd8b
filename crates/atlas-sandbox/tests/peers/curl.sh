#!/usr/bin/env bash
# The clients that people use, as judges of the sandbox: curl with the commands of Atlas's own documentation, and Python's
# requests and httpx. Starts the sandbox, asks it, stops it. A judge that is not installed is named as skipped.
#
#   tests/peers/run.sh [BULK-INVITE]     the program; target/debug/bulk-invite if absent
#   PEERS_PYTHON=.venv/bin/python        the Python whose packages are asked; python3 if absent
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=${1:-$here/../../target/debug/bulk-invite}
python=${PEERS_PYTHON:-python3}

scratch=$(mktemp -d)
server=
stop() {
  if [[ -n $server ]]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$scratch"
}
trap stop EXIT

# Should nobody be left to stop it, it stops all the same.
within=()
if type -P timeout >/dev/null; then within=(timeout 120); fi
${within[@]+"${within[@]}"} "$program" sandbox --listen 127.0.0.1:0 >"$scratch/hello" &
server=$!
for _ in $(seq 200); do
  [[ $(wc -l <"$scratch/hello") -ge 2 ]] && break
  kill -0 "$server" 2>/dev/null || { echo "failed: the sandbox did not start" >&2; exit 1; }
  sleep 0.05
done
said() { sed -nE "s,.*$1,\1,p" "$scratch/hello"; }
HOST=$(said 'listening on (http://[^ ]+)')
ORG=$(said 'organization ([^,]+).*')
ACCESS_TOKEN=$(said 'token ([^,]+).*')
PUBLIC_KEY=$(said 'API key ([^ ]+) / .*')
PRIVATE_KEY=$(said 'API key [^ ]+ / (.+)')
export HOST ORG ACCESS_TOKEN PUBLIC_KEY PRIVATE_KEY

failures=0
# Judges one answer: what is asked of it, the status that is expected, and texts that have to be in it.
judge() {
  local what=$1 status=$2 answer=$3
  shift 3
  answer=${answer//$'\r'/}
  local last
  last=$(grep -E '^HTTP/[0-9.]+ ' <<<"$answer" | tail -n 1 | cut -d ' ' -f 2)
  local wrong=()
  [[ $last == "$status" ]] || wrong+=("status $last instead of $status")
  local text
  for text in "$@"; do
    grep -qF -- "$text" <<<"$answer" || wrong+=("no '$text'")
  done
  if [[ ${#wrong[@]} -eq 0 ]]; then
    echo "ok: $what"
  else
    failures=$((failures + 1))
    printf 'failed: %s: %s\n%s\n' "$what" "${wrong[*]}" "$answer" >&2
  fi
}

# No settings of whoever runs this, and no way to hang.
curl() { command curl -q --silent --show-error --max-time 30 --noproxy '*' "$@"; }

ask_curl() {
  local payload='{
  "groupRoleAssignments": [
    {
      "groupId": "9c0000000000000000000001",
      "roles": [
        "GROUP_BACKUP_MANAGER"
      ]
    }
  ],
  "roles": [
    "ORG_OWNER"
  ],
  "teamIds": [
    "7ea000000000000000000001"
  ],
  "username": "hello@example.com"
}'
  local invited='"groupRoleAssignments":[{"groupId":"9c0000000000000000000001","groupRole":"GROUP_BACKUP_MANAGER"}]'
  local invites=$HOST/api/atlas/v2/orgs/$ORG/invites answer id

  answer=$(curl --include --header "Authorization: Bearer ${ACCESS_TOKEN}" \
    --header "Accept: application/vnd.atlas.2023-10-01+json" \
    --header "Content-Type: application/json" \
    -X POST "$invites" \
    -d "$payload")
  judge "curl, bearer: create an invite" 200 "$answer" "$invited" '"username":"hello@example.com"' \
    'Content-Type: application/vnd.atlas.2023-01-01+json;charset=utf-8' 'Deprecation: ' 'Ratelimit-Remaining: 499'
  id=$(sed -nE 's/.*"id":"([0-9a-f]{24})".*/\1/p' <<<"$answer")

  answer=$(curl --include --header "Authorization: Bearer ${ACCESS_TOKEN}" \
    --header "Accept: application/vnd.atlas.2023-10-01+json" \
    -X GET "$invites?username=hello@example.com")
  judge "curl, bearer: list invites" 200 "$answer" "\"id\":\"$id\""
  answer=$(curl --include --header "Authorization: Bearer ${ACCESS_TOKEN}" \
    --header "Accept: application/vnd.atlas.2023-10-01+json" \
    -X DELETE "$invites/$id")
  judge "curl, bearer: take the invite back" 204 "$answer"

  answer=$(curl --user "${PUBLIC_KEY}:${PRIVATE_KEY}" \
    --digest --include \
    --header "Accept: application/vnd.atlas.2023-10-01+json" \
    --header "Content-Type: application/json" \
    -X POST "$invites" \
    -d "$payload")
  judge "curl, digest: create an invite" 200 "$answer" "$invited" "\"inviterUsername\":\"$PUBLIC_KEY\"" \
    'HTTP/1.1 401' 'Www-Authenticate: Digest realm="MMS Public API", domain="", nonce="'
  answer=$(curl --user "${PUBLIC_KEY}:${PRIVATE_KEY}" \
    --digest --include \
    --header "Accept: application/vnd.atlas.2023-10-01+json" \
    -X GET "$invites")
  judge "curl, digest: list invites" 200 "$answer" '"username":"hello@example.com"'
  answer=$(curl --user "${PUBLIC_KEY}:${PRIVATE_KEY}" \
    --digest --include \
    --header "Accept: application/vnd.atlas.2023-10-01+json" \
    --header "Content-Type: application/json" \
    -X POST "$invites" \
    -d "$payload")
  judge "curl, digest: create it again" 409 "$answer" '"error":409'
  answer=$(curl --user "${PUBLIC_KEY}:wrong" --digest --include \
    --header "Accept: application/vnd.atlas.2023-10-01+json" "$invites")
  judge "curl, digest: a wrong key" 401 "$answer" '"detail" : "You are not authorized for this resource."'
}

if type -P curl >/dev/null; then ask_curl; else echo "skipped: curl is not installed"; fi
for library in requests httpx; do
  if ! type -P "$python" >/dev/null || ! "$python" -c "import $library" 2>/dev/null; then
    echo "skipped: Python's $library is not installed"
  elif ! "$python" "$here/clients.py" "$library"; then
    failures=$((failures + 1))
  fi
done
[[ $failures -eq 0 ]]
