FROM debian:12
ARG APEX_COMMIT=741bdf50825a97664db08574981962d66436d16a
RUN git clone https://example.org/llama.git /opt/llama \
    && git -C /opt/llama checkout 9f3ecb7c1a6fd4d02bb5c96b4dcf8fb29b1c14a1
RUN git clone https://example.org/apex.git && cd apex && git checkout ${APEX_COMMIT} \
    && git submodule update --init
ADD https://example.org/kernels.git#0f4c2b1d5e6a7988c0d1e2f3a4b5c6d7e8f90123 /opt/kernels
