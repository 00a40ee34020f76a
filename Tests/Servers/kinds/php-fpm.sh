# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="php-fpm behind nginx" reload="USR2 to the master of php-fpm" proof="the header X-Revision"
limit="What is wrong in PHP shows when it is asked for: until the push is taken back, users get the error."
fpm=$(compgen -c php-fpm | sort | tail -n 1)

write_files() {
    cat >"$1/index.php" <<'END'
<?php
header('X-Revision: ' . trim(file_get_contents(__DIR__ . '/REVISION')));
require __DIR__ . '/text.php';
END
    echo "<?php echo '$text';" >"$1/text.php"
    printf '[global]\nerror_log = /proc/self/fd/2\ndaemonize = no\npid = %s\n[www]\nlisten = %s\n' \
        "$work/fpm.pid" "$work/fpm.socket" >"$work/fpm.conf"
    printf 'pm = static\npm.max_children = 2\n' >>"$work/fpm.conf"
    if [ "$(id -u)" = 0 ]; then printf 'user = root\ngroup = root\n'; fi >>"$work/fpm.conf"
    cat >"$work/nginx.conf" <<END
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
        root $link;
        location / {
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME \$realpath_root/index.php;
            fastcgi_pass unix:$work/fpm.socket;
        }
    }
}
END
}

describe() {
    parameters=(
        --signal=USR2 --signal-target="pidfile:$work/fpm.pid"
        --validate-command='php -l text.php'
        --revision-file=REVISION
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=5s
    )
}

start_server() {
    local root_too=()
    if [ "$(id -u)" = 0 ]; then root_too=(-R); fi
    start server "$fpm" --nodaemonize "${root_too[@]}" --fpm-config "$work/fpm.conf"
    wait_until 10 "php-fpm listens" test -S "$work/fpm.socket"
    start nginx nginx -p "$work" -e stderr -c "$work/nginx.conf" -g "daemon off;$([ "$(id -u)" != 0 ] || echo ' user root;')"
}

set_text() { echo "<?php echo '$1';" >"$clone/text.php"; }
break_syntax() { echo "<?php echo (" >"$clone/text.php"; }
break_answer() { echo "<?php http_response_code(500);" >"$clone/text.php"; }
break_start() { echo "<?php throw new Error('it does not start');" >"$clone/text.php"; }
