# syntax=docker/dockerfile:1
FROM nvidia/cuda:latest@sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914 AS build
RUN make

FROM build
ONBUILD RUN true
