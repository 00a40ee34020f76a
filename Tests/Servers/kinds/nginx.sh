# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="nginx" reload="HUP to the master" proof="the header X-Revision, by an included file"
limit="An address that is taken shows only in nginx's log: the old workers go on, and the push is taken back when the time is up."

write_files() {
    mkdir "$1/public"
    echo "$text" >"$1/public/index.html"
    cat >"$1/nginx.conf" <<END
pid $work/nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path $work/nginx-body;
    proxy_temp_path $work/nginx-proxy;
    fastcgi_temp_path $work/nginx-fastcgi;
    uwsgi_temp_path $work/nginx-uwsgi;
    scgi_temp_path $work/nginx-scgi;
    server {
        listen 127.0.0.1:$port;
        include revision.conf;
        location / { root public; }
    }
}
END
}

describe() {
    parameters=(
        --signal=HUP --signal-target="port:$port"
        --validate-command='nginx -t -e stderr -p . -c nginx.conf'
        --revision-file='revision.conf=add_header X-Revision {hash} always;'
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=5s
    )
}

start_server() {
    local user=""
    if [ "$(id -u)" = 0 ]; then user="user root;"; fi
    start server nginx -p "$link" -e stderr -c nginx.conf -g "daemon off; $user"
}

set_text() { echo "$1" >"$clone/public/index.html"; }
break_syntax() { sed -i 's/listen .*;/listn;/' "$clone/nginx.conf"; }
break_answer() { sed -i 's/root public;/return 500;/' "$clone/nginx.conf"; }
break_start() { sed -i "s/listen .*;/listen 127.0.0.1:$control_port;/" "$clone/nginx.conf"; }
