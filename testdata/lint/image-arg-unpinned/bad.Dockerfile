ARG REGISTRY=docker.io
ARG PYTHON="3.12"
ARG BASE='python:3.12'

FROM python:${PYTHON} AS build
RUN make

FROM --platform=linux/amd64 $BASE AS run
