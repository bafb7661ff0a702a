FROM ubuntu:22.04
COPY vendor-snapshot.list /etc/apt/sources.list.d/vendor.list
RUN apt-get update && apt-get install -y vendor-tool=1.2.3-1
