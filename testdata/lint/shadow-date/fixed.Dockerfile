FROM debian:12
ARG SOURCE_DATE_EPOCH
RUN useradd -m vorph
