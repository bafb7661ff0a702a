# syntax=docker/dockerfile:1
FROM debian:12
ADD --checksum=sha256:87e3e2b1e0f4a5c6d7e8f9a0b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e https://example.org/weights-1.0.bin /models/
