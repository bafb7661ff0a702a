FROM python:3.12 AS build
COPY --from=ghcr.io/astral-sh/uv:0.5.31 /uv /usr/local/bin/
RUN --mount=type=cache,target=/root/.cache \
    --mount=type=bind,from=busybox,target=/busybox \
    /busybox/bin/true

FROM python:3.12
COPY --from=build /app /app
ONBUILD COPY --from=ghcr.io/astral-sh/uv:0.5.31 /uvx /usr/local/bin/
