# The server in an image of its own. `docker compose up --build` is the short way: see docs/deployment.md.
#
# Written for every builder there is, so without BuildKit's cache mounts: what we depend on is a layer that is built again
# only when a manifest or Cargo.lock changes.

# Manifests, and for every target an empty program: all that cargo needs to build what others wrote.
FROM rust:1-bookworm AS manifests
WORKDIR /src
COPY . .
RUN find . -type f ! -name Cargo.toml ! -name Cargo.lock ! -path './.cargo/*' ! -name main.rs ! -name lib.rs \
        ! -name build.rs ! -path '*/src/bin/*.rs' ! -path './*/benches/*.rs' -delete \
    && find . -name '*.rs' -exec sh -c 'for file; do echo "fn main() { }" >"$file"; done' sh {} + \
    && find . -type d -empty -delete

FROM rust:1-bookworm AS build
WORKDIR /src
# Features of the server beside its default ones, such as actix,poem.
ARG FEATURES=""
ENV CARGO_INCREMENTAL=0 CARGO_PROFILE_DIST_STRIP=symbols
COPY --from=manifests /src .
RUN cargo build --profile dist --locked --package chatapi-server --features "$FEATURES"
COPY . .
# Cargo goes by times, and the sources are older than the empty programs that were just built.
RUN find . -path ./target -prune -o -name '*.rs' -exec touch {} + \
    && cargo build --profile dist --locked --package chatapi-server --features "$FEATURES"

FROM debian:bookworm-slim
# A number, so that what runs images can see that it is not root. The folder is for SQLite; on PostgreSQL it stays empty.
RUN groupadd --system --gid 10001 chatapi \
    && useradd --system --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin chatapi \
    && install --directory --owner=chatapi --group=chatapi --mode=700 /data
COPY --from=build /src/target/dist/chatapi-server /usr/local/bin/
ENV BIND=0.0.0.0:8000 CHATAPI_DATA_DIR=/data
WORKDIR /data
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["chatapi-server"]
CMD ["serve"]
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["chatapi-server", "healthcheck"]

ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ChatAPI" \
      org.opencontainers.image.description="A chat server: rooms, messages, accounts and tokens behind a REST API" \
      org.opencontainers.image.source="https://github.com/chatapi-rs/chatapi" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
