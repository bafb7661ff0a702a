# syntax=docker/dockerfile:1
FROM nvidia/cuda AS build
RUN make

FROM build
ONBUILD RUN true
