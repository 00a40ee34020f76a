#!/usr/bin/env bash
# Changes, breaks and repairs the configuration of an nginx in front of a legacy server by pushing; renews its certificate.
# shellcheck source-path=SCRIPTDIR source=../lib/sample.sh
. "$(dirname "$0")/../lib/sample.sh"
# shellcheck source=start.sh
. "$(dirname "$0")/start.sh"

has_header() {
    answer --head "$url" | grep -qi "^$1:"
}

# serial FILE: the serial number of the certificate in the file.
serial() {
    openssl x509 -noout -serial -in "$1"
}

serves_certificate() {
    openssl s_client -connect "127.0.0.1:$port" -servername "$CERTIFICATE_NAME" </dev/null >"$work/served" 2>/dev/null
    [ "$(serial "$work/served")" = "$(serial "$CERTIFICATE_DIRECTORY/$CERTIFICATE_NAME.crt")" ]
}

begin https-legacy
CERTIFICATE_PERIOD=0.2
start_sample
expect_answer "$url" "only to this machine"
has_header Strict-Transport-Security || fail "the header of headers.conf is not there"
passed "the legacy server is reached over TLS"

echo 'add_header X-Served-By git;' >>"$clone/headers.conf"
push "Another header"
expect_outcome deployed
wait_until 5 "the new header is there" has_header X-Served-By
passed "a push is live, and the answer of nginx carries its commit"
good=$hash

echo 'nonsense on;' >>"$clone/headers.conf"
push "Nonsense"
expect_outcome rejected
is_published "$good" || fail "the link leads to $(published)"
has_header X-Served-By || fail "the good configuration is in use"
passed "what nginx -t refuses is never published: $(reason)"

# nginx -t finds nothing wrong with a port that is taken; only nginx itself does, and says nothing.
sed -i '$d' "$clone/headers.conf"
cp "$clone/nginx.conf.template" "$work/template"
sed -i "s|listen @HTTPS_ADDRESS@ ssl;|&\n        listen 127.0.0.1:@LEGACY_PORT@;|" "$clone/nginx.conf.template"
push "A port that is taken"
expect_outcome rolled-back
wait_until 5 "the link is back" is_published "$good"
has_header X-Served-By || fail "the good configuration is in use"
passed "what nginx silently refuses is taken back: $(reason)"

cp "$work/template" "$clone/nginx.conf.template"
echo 'add_header X-Repaired yes;' >>"$clone/headers.conf"
push "Repair it"
expect_outcome deployed
wait_until 5 "the repair is there" has_header X-Repaired
passed "the repair is live"

wait_until 5 "the first certificate is served" serves_certificate
old=$(serial "$work/served")
make_certificate
wait_until 10 "the renewed certificate is served" serves_certificate
[ "$(serial "$work/served")" != "$old" ] || fail "the certificate was not renewed"
expect_answer "$url" "only to this machine"
passed "a renewed certificate is picked up"
