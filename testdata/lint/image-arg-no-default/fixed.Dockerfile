ARG BASE=python:3.12
ARG VERSION=3.12.4
FROM ${BASE} AS build
FROM python:${VERSION}-slim
