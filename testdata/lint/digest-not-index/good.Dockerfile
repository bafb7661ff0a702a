FROM --platform=$BUILDPLATFORM python:3.12@sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914 AS build
FROM --platform=linux/amd64 python:3.12@sha256:9ee9ef078ea82dcdcb76b821367b1c66284cdfad399d3737f8d7a0b6ca1f8b80
