# shellcheck shell=bash
# A legacy server, nginx with TLS in front of it, and the sidecar that brings nginx its configuration; sourced by run.sh
# and test.sh.
# shellcheck disable=SC2034,SC2154 # variables are set and used by those and by lib/sample.sh

# make_certificate: a new key and a certificate for it, for CERTIFICATE_NAME, signed by an authority of our own.
make_certificate() {
    local directory=$work/certificates/new
    mkdir -p "$directory"
    if [ ! -e "$work/ca.crt" ]; then
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=Sample authority" \
            -keyout "$work/ca.key" -out "$work/ca.crt" 2>/dev/null
    fi
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$CERTIFICATE_NAME" \
        -keyout "$directory/$CERTIFICATE_NAME.key" -out "$directory/request" 2>/dev/null
    printf 'subjectAltName=DNS:%s,IP:127.0.0.1\n' "$CERTIFICATE_NAME" >"$directory/extensions"
    openssl x509 -req -in "$directory/request" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -days 2 \
        -extfile "$directory/extensions" -out "$directory/$CERTIFICATE_NAME.crt" 2>/dev/null
    mv "$directory/$CERTIFICATE_NAME.key" "$directory/$CERTIFICATE_NAME.crt" "$work/certificates"
}

start_sample() {
    export CERTIFICATE_NAME=${CERTIFICATE_NAME:-legacy.example}
    if [ -z "${LEGACY_PORT-}" ]; then
        choose_port LEGACY_PORT
        start legacy python3 -m http.server --bind 127.0.0.1 --directory "$samples/https-legacy/legacy" "$LEGACY_PORT"
    fi
    choose_port port "${preferred_port:+8443}"
    choose_port HEALTH_PORT
    url=https://$CERTIFICATE_NAME:$port/
    edit="echo 'add_header X-Served-By git;' >> headers.conf"
    broken="echo nonsense >> headers.conf"
    export LEGACY_PORT HEALTH_PORT HTTPS_ADDRESS=127.0.0.1:$port
    export CERTIFICATE_DIRECTORY=$work/certificates RUN_DIRECTORY=$work/nginx
    mkdir "$RUN_DIRECTORY"
    make_certificate
    curl_options=(--cacert "$work/ca.crt" --resolve "$CERTIFICATE_NAME:$port:127.0.0.1")

    make_repository nginx "$samples"/https-legacy/nginx/.
    # nginx keeps its old configuration without a word when it cannot use the new one: the header tells.
    start_sidecar --prepare-command=./render --validate-command=./check \
        --signal=HUP --signal-target="pidfile:$RUN_DIRECTORY/nginx.pid" \
        --health-url="http://127.0.0.1:$HEALTH_PORT/healthz" --health-revision-header=X-Revision \
        --health-interval=50ms --health-timeout=5s
    start_nginx "$link/nginx.conf"
    start certificates env NGINX_PID_FILE="$RUN_DIRECTORY/nginx.pid" CERTIFICATE_PERIOD="${CERTIFICATE_PERIOD:-5}" \
        "$samples/https-legacy/watch-certificate.sh" "$link/nginx.conf" \
        "$CERTIFICATE_DIRECTORY/$CERTIFICATE_NAME.crt" "$CERTIFICATE_DIRECTORY/$CERTIFICATE_NAME.key"
    expect_outcome deployed
}
