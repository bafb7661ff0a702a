FROM debian:12
RUN wget -q https://example.org/miniconda/Miniconda3-py312_24.9.2-0-Linux-x86_64.sh
ADD https://example.org/owner/tool/v1.4.2/install.sh /tmp/
RUN curl -O https://example.org/debian/pool/main/c/curl/curl_7.88.1-10+deb12u8_amd64.deb
