# syntax=docker/dockerfile:1
# region multi
FROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build
ARG TARGETOS
ARG TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -o /orders ./cmd/orders

FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /orders /orders
USER 65532
ENTRYPOINT ["/orders"]
# endregion multi
