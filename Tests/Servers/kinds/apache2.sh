# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="Apache httpd" reload="USR1 to the parent" proof="the header X-Revision, by an included file"
limit="It ends when it cannot take an address at a reload, which apache2 -t does not find: it needs a supervisor."

write_files() {
    mkdir "$1/public"
    echo "$text" >"$1/public/index.html"
    local module
    for module in mpm_event authz_core dir alias headers; do
        echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
    done >"$1/httpd.conf"
    if [ "$(id -u)" = 0 ]; then
        # It does not serve as root.
        printf 'User www-data\nGroup www-data\n' >>"$1/httpd.conf"
        chmod 755 "$work"
    fi
    cat >>"$1/httpd.conf" <<END
ServerName localhost
Listen 127.0.0.1:$port
PidFile $work/apache2.pid
DefaultRuntimeDir $work
Mutex fcntl:$work
ErrorLog /dev/stderr
DocumentRoot public
Include revision.conf
END
}

describe() {
    parameters=(
        --signal=USR1 --signal-target="port:$port"
        --validate-command='apache2 -t -d . -f httpd.conf'
        --revision-file='revision.conf=Header always set X-Revision {hash}'
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=15s
    )
}

start_server() { restarting server apache2 -d "$link" -f httpd.conf -DFOREGROUND; }

set_text() { echo "$1" >"$clone/public/index.html"; }
break_syntax() { echo "NoSuchDirective on" >>"$clone/httpd.conf"; }
break_answer() { echo 'Redirect 500 /' >>"$clone/httpd.conf"; }
break_start() { sed -i "s/Listen .*/Listen 127.0.0.1:$control_port/" "$clone/httpd.conf"; }
