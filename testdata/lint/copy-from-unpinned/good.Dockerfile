FROM python:3.12 AS build
FROM python:3.12
COPY --from=build /app /app
COPY --from=0 /app /app
COPY --from=ghcr.io/astral-sh/uv:0.5.31@sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914 /uv /usr/local/bin/
RUN --mount=from=build,target=/build --mount=type=cache,target=/root/.cache make
