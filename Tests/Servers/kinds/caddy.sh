# shellcheck shell=bash disable=SC2034,SC2154 # see ../README.md
title="Caddy" reload="caddy reload, which calls its admin address" proof="the header X-Revision, by an imported file"
limit="The call is made by a script beside the sidecar, since Caddy wants the configuration in it."

write_files() {
    cat >"$1/Caddyfile" <<END
{
    admin 127.0.0.1:$admin_port
    auto_https off
}
http://127.0.0.1:$port {
    import revision.caddy
    respond "$text" 200
}
END
    cat >"$work/reload-caddy" <<END
#!/bin/sh
exec caddy reload --config $link/Caddyfile --adapter caddyfile
END
    chmod +x "$work/reload-caddy"
}

describe() {
    parameters=(
        --on-change="**=exec:$work/reload-caddy"
        --validate-command='caddy validate --config Caddyfile --adapter caddyfile'
        --revision-file='revision.caddy=header X-Revision {hash}'
        --health-url="http://127.0.0.1:$port/" --health-revision-header=X-Revision --health-timeout=5s
    )
}

start_server() { start server env HOME="$work" caddy run --config "$link/Caddyfile" --adapter caddyfile; }

choose_port admin_port
set_text() { sed -i "s/respond .*/respond \"$1\" 200/" "$clone/Caddyfile"; }
break_syntax() { echo "}" >>"$clone/Caddyfile"; }
break_answer() { sed -i 's/" 200/" 500/' "$clone/Caddyfile"; }
break_start() { sed -i "s/^http:.*/http:\/\/127.0.0.1:$control_port {/" "$clone/Caddyfile"; }
