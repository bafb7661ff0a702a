FROM python:3.12
ENV XLA_FLAGS="--xla_gpu_autotune_level=4"
