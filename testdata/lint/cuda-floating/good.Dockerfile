FROM nvidia/cuda:12.4.1-base-ubuntu22.04
RUN apt-get update && apt-get install -y libnccl2=2.21.5-1+cuda12.4 cuda-keyring
RUN pip install torch==2.4.0+cu124
