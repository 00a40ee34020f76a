#!/bin/sh
# Has nginx read its certificate again when the files have changed: watch-certificate.sh CONFIGURATION FILE ...
# For certificates that arrive without telling anybody, such as in a mounted Secret. Where certbot brings them, its
# --deploy-hook does the same without a watch: nginx -t && nginx -s reload.
set -eu
configuration=$1
shift
pid_file=${NGINX_PID_FILE:-/tmp/nginx.pid}
known=$(cat "$@" | cksum)
while sleep "${CERTIFICATE_PERIOD:-30}"; do
    found=$(cat "$@" | cksum) || continue
    [ "$found" != "$known" ] || continue
    # A certificate and a key that do not fit: the second of them is still on its way.
    nginx -t -q -e stderr -c "$configuration" || continue
    kill -HUP "$(cat "$pid_file")"
    known=$found
    echo "the certificate has changed: nginx reads it again" >&2
done
