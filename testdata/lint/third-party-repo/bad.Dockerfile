FROM ubuntu:22.04
RUN add-apt-repository -y ppa:deadsnakes/ppa
