docker run \
--gpus all \
--shm-size=1g \
--ulimit memlock=-1 \
--ulimit stack=67108864 \
-it \
--rm \
-P \
--mount type=bind,source=$(PWD),target=/media/vorph/datas/cracks_defect \
-e TF_FORCE_GPU_ALLOW_GROWTH=true \
-e XLA_FLAGS='--xla_gpu_autotune_level=2' \
project_ai
