FROM python:3.12 AS build
COPY --from=ghcr.io/astral-sh/uv:0.5.31@sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914 /uv /usr/local/bin/
RUN --mount=type=cache,target=/root/.cache \
    --mount=type=bind,from=busybox:latest@sha256:9ee9ef078ea82dcdcb76b821367b1c66284cdfad399d3737f8d7a0b6ca1f8b80,target=/busybox \
    /busybox/bin/true

FROM python:3.12
COPY --from=build /app /app
ONBUILD COPY --from=ghcr.io/astral-sh/uv:0.5.31@sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914 /uvx /usr/local/bin/
