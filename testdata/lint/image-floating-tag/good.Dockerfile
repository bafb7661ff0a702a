FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build
FROM debian:trixie-slim AS tools
FROM scratch AS files
FROM build
FROM example.org/nightly:latest@sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914
