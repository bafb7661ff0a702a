FROM debian:12
RUN git clone --depth 1 https://example.org/llama.git /opt/llama
RUN git clone --branch v2.1 https://example.org/apex.git && cd apex && git submodule update --init --remote
ADD https://example.org/kernels.git#main /opt/kernels
