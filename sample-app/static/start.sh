# shellcheck shell=bash
# nginx and its sidecar on one machine; sourced by run.sh and test.sh.
# shellcheck disable=SC2034,SC2154 # variables are set and used by those and by lib/sample.sh

start_sample() {
    choose_port port "${preferred_port-}"
    url=http://127.0.0.1:$port/
    edit="sed -i 's/Hello from git/Hello from me/' index.html"
    broken="sed -i '\$d' index.html"
    make_repository site "$samples"/static/site/.
    start_sidecar --validate-command=./check
    mkdir "$work/nginx"
    sed -e "s|/tmp/|$work/nginx/|" -e "s|listen 8080|listen 127.0.0.1:$port|" -e "s|/git/site|$link|" \
        "$samples/static/nginx.conf" >"$work/nginx/nginx.conf"
    start_nginx "$work/nginx/nginx.conf"
}
