#!/usr/bin/env bash
set -euo pipefail
TAG=${1:-2}
IMAGE="registry.example.org/train:2"
OPTIONS=(--rm -e "MODE=full")
OPTIONS+=(--gpus all)
build() {
  docker build --build-arg "BASE=python:3.11" \
    --build-context tools=docker-image://alpine:3.20 -t app:1 .
}
docker run "${OPTIONS[@]}" "$IMAGE" train
docker run "${OPTIONS[@]}" 'redis:7' \
  --save ""
docker run app:1
podman run --name x "registry.example.org/train:${TAG}"
docker run "registry.example.org/train@${DIGEST}"
docker compose build --build-arg BASE_IMAGE=python:3.10
