FROM --platform=$BUILDPLATFORM python:3.12@sha256:9ee9ef078ea82dcdcb76b821367b1c66284cdfad399d3737f8d7a0b6ca1f8b80 AS build
RUN make

FROM python:3.12@sha256:9ee9ef078ea82dcdcb76b821367b1c66284cdfad399d3737f8d7a0b6ca1f8b80
COPY --from=build /app /app
