FROM debian:12
RUN useradd -m vorph
USER vorph
