# The container image: docker build -t git-sidecar . (or `make image`, which also says what the image is made of).
#
# For another processor than this machine's: docker build --platform=linux/arm64 (or amd64), or base images of that
# processor in SWIFT_IMAGE and DEBIAN_IMAGE. Both must be the same release of Debian, 12 or 13. `make release` makes it of 13.
# For a reproducible image, give SOURCE_DATE_EPOCH and base images by digest.
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG DEBIAN_IMAGE=debian:bookworm-slim

FROM ${SWIFT_IMAGE} AS program
WORKDIR /src
COPY Makefile scripts/install-packages ./
RUN mkdir scripts && mv install-packages scripts/ && apt-get -q update && scripts/install-packages build
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN make build && mkdir /program && cp .build/release/git-sidecar .build/release/git-sidecar-worker /program/

FROM ${DEBIAN_IMAGE} AS files
ARG SOURCE_DATE_EPOCH=0
COPY scripts/image-root /usr/local/bin/image-root
RUN apt-get -q update && image-root --install
COPY --from=program /program/ /tmp/program/
RUN image-root /tmp/program /image /volumes

FROM scratch
COPY --from=files /image/ /
# Any user whose group is 0 can write there too; a volume usually takes its place.
COPY --from=files --chown=65533:0 /volumes/ /

# Every parameter that has a default, so that the image itself says what it takes. From the table of parameters.
ENV GITSYNC_REF="HEAD" \
    GITSYNC_DEPTH="1" \
    GITSYNC_SUBMODULES="recursive" \
    GITSYNC_VERIFY_SIGNATURES="off" \
    GITSYNC_COOKIE_FILE="false" \
    GITSYNC_SSH_KEY_FILE="/etc/git-secret/ssh" \
    GITSYNC_SSH_KNOWN_HOSTS="true" \
    GITSYNC_SSH_KNOWN_HOSTS_FILE="/etc/git-secret/known_hosts" \
    GITSYNC_ADD_USER="false" \
    GITSYNC_PERIOD="10s" \
    GITSYNC_JITTER="10%" \
    GITSYNC_MAX_BACKOFF="5m" \
    GITSYNC_SYNC_TIMEOUT="2m" \
    GITSYNC_ONE_TIME="false" \
    GITSYNC_PUBLISH="symlink" \
    GITSYNC_SHARE="auto" \
    GITSYNC_KEEP_RELEASES="auto" \
    GITSYNC_STALE_WORKTREE_TIMEOUT="0s" \
    GITSYNC_GROUP_WRITE="false" \
    GITSYNC_GIT_GC="auto" \
    GITSYNC_MAX_RELEASE_SIZE="0" \
    GITSYNC_MIN_FREE_SPACE="64MiB" \
    GITSYNC_SANDBOX="auto" \
    GITSYNC_PREPARE_TIMEOUT="5m" \
    GITSYNC_VALIDATE_TIMEOUT="30s" \
    GITSYNC_TRIAL_TIMEOUT="10s" \
    GITSYNC_RELOAD_METHOD="POST" \
    GITSYNC_RELOAD_STATUS="200-299" \
    GITSYNC_RELOAD_TIMEOUT="10s" \
    GITSYNC_HEALTH_STATUS="200-399" \
    GITSYNC_HEALTH_TIMEOUT="30s" \
    GITSYNC_HEALTH_INTERVAL="200ms" \
    GITSYNC_HEALTH_SUCCESSES="2" \
    GITSYNC_HEALTH_FAILURES="10" \
    GITSYNC_HEALTH_WATCH="0s" \
    GITSYNC_ROLLBACK="auto" \
    GITSYNC_QUARANTINE_TTL="0s" \
    GITSYNC_EXECHOOK_TIMEOUT="30s" \
    GITSYNC_EXECHOOK_BACKOFF="3s" \
    GITSYNC_PRE_PUBLISH_EXECHOOK_TIMEOUT="30s" \
    GITSYNC_PRE_PUBLISH_EXECHOOK_BACKOFF="3s" \
    GITSYNC_WEBHOOK_METHOD="POST" \
    GITSYNC_WEBHOOK_SUCCESS_STATUS="200" \
    GITSYNC_WEBHOOK_TIMEOUT="1s" \
    GITSYNC_WEBHOOK_BACKOFF="3s" \
    GITSYNC_HTTP_METRICS="false" \
    GITSYNC_HTTP_PPROF="false" \
    GITSYNC_VERBOSE="0" \
    GITSYNC_LOG_FORMAT="json"
ENV GITSYNC_ROOT="/git" \
    PATH="/usr/bin" \
    HOME="/tmp"

ARG VERSION=0.1.0
ARG REVISION=""
ARG CREATED="1970-01-01T00:00:00Z"
LABEL org.opencontainers.image.title="git-sidecar" \
    org.opencontainers.image.description="Keeps a volume at the newest commit of a git repository, proves that the application runs it, and goes back when it does not." \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.created="${CREATED}" \
    org.opencontainers.image.documentation="docs/options.md" \
    git-sidecar.parameters.compatible="git-sync v4" \
    git-sidecar.parameters.prefix="GITSYNC_" \
    git-sidecar.parameters.required="GITSYNC_REPO" \
    git-sidecar.parameters.volume="/git" \
    git-sidecar.parameters.secrets="/etc/git-secret"

USER 65533:65533
WORKDIR /tmp
# Healthy is a sidecar that has something to serve.
HEALTHCHECK --interval=10s --timeout=5s --start-period=2m CMD ["/usr/bin/git-sidecar", "status"]
ENTRYPOINT ["/usr/bin/git-sidecar"]
