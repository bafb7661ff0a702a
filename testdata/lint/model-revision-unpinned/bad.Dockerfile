FROM python:3.12
RUN hf download example/llama --local-dir /models/llama
RUN python -c "from transformers import AutoTokenizer; AutoTokenizer.from_pretrained('example/bert', revision='main')"
RUN python3 - <<EOF2
from huggingface_hub import snapshot_download
snapshot_download("example/whisper")
EOF2
