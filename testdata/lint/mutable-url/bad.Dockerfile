FROM debian:12
RUN wget -q https://example.org/miniconda/Miniconda3-latest-Linux-x86_64.sh
ADD https://example.org/owner/tool/main/install.sh /tmp/
