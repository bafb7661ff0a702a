FROM debian:12
ARG CMAKE_SHA256=f2c1a0b9d8e7f60514233241506978a0b1c2d3e4f5061728394a5b6c7d8e9f0a
RUN wget -q https://example.org/cmake-3.30.5.tar.gz \
    && echo "${CMAKE_SHA256}  cmake-3.30.5.tar.gz" | sha256sum -c - \
    && tar xf cmake-3.30.5.tar.gz
ADD --checksum=sha256:87e3e2b1e0f4a5c6d7e8f9a0b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e https://example.org/nccl-2.23.4.txz /tmp/
