# The container image: docker build -t git-sidecar . (or `make image`, which also says what the image is made of).
#
# For another processor than this machine's: docker build --platform=linux/arm64 (or amd64), or base images of that
# processor in SWIFT_IMAGE and DEBIAN_IMAGE. Both must be the same release of Debian.
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
RUN make build && cp .build/release/git-sidecar /git-sidecar

FROM ${DEBIAN_IMAGE} AS files
ARG SOURCE_DATE_EPOCH=0
RUN apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends install \
    ca-certificates gpgv libcurl4 libgit2-1.5 libmicrohttpd12 libssl3 libstdc++6 openssh-client zlib1g
COPY scripts/image-root /usr/local/bin/image-root
COPY --from=program /git-sidecar /tmp/git-sidecar
RUN image-root /tmp/git-sidecar /image && \
    mkdir -p /volumes/git && chmod 775 /volumes/git && touch --date="@$SOURCE_DATE_EPOCH" /volumes/git

FROM scratch
COPY --from=files /image/ /
# Any user whose group is 0 can write there too; a volume usually takes its place.
COPY --from=files --chown=65533:0 /volumes/ /

# Every parameter that has a default, so that the image itself says what it takes. From the table of parameters.
ENV GITSYNC_REF="HEAD"
ENV GITSYNC_ROOT="/git"
ENV PATH="/usr/bin" \
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
ENTRYPOINT ["/usr/bin/git-sidecar"]
