# syntax=docker/dockerfile:1
# region go
FROM golang:1.27-trixie AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/orders ./cmd/orders

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /out/orders /orders
USER 65532
EXPOSE 8080
ENTRYPOINT ["/orders"]
# endregion go
