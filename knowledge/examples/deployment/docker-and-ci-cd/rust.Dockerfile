# syntax=docker/dockerfile:1
# region rust
FROM rust:1.98-slim-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked && cp target/release/orders /orders

FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /orders /orders
USER 65532
EXPOSE 8080
ENTRYPOINT ["/orders"]
# endregion rust
