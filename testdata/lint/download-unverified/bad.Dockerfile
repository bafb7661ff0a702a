FROM debian:12
RUN wget -q https://example.org/cmake-3.30.5.tar.gz && tar xf cmake-3.30.5.tar.gz
RUN curl -sSL https://example.org/nccl-2.23.4.txz | tar xJ -C /usr/local
RUN curl -O https://example.org/ninja.zip && curl -s https://example.org/ninja.zip.sha256 | sha256sum -c
