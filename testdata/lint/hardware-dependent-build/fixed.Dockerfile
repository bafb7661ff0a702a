FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN cmake -B build -DGGML_NATIVE=OFF && cmake --build build
