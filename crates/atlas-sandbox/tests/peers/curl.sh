#!/usr/bin/env bash
# Invites people with curl, by the commands of Atlas's own documentation, in the sandbox at HOST. ORG, ACCESS_TOKEN,
# PUBLIC_KEY and PRIVATE_KEY are its organization and its credentials.
set -euo pipefail
type -P curl >/dev/null || { echo "curl is not installed" >&2; exit 1; }

failures=0
# Checks one answer: its name, the expected status, and texts that it must contain.
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

# No settings of the user, and no way to hang.
curl() { command curl -q --silent --show-error --max-time 30 --noproxy '*' "$@"; }

payload='{
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
invited='"groupRoleAssignments":[{"groupId":"9c0000000000000000000001","groupRole":"GROUP_BACKUP_MANAGER"}]'
invites=$HOST/api/atlas/v2/orgs/$ORG/invites

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
judge "curl, bearer: delete the invite" 204 "$answer"

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
[[ $failures -eq 0 ]]
