FROM python:3.12
ARG LLAMA=0123456789abcdef0123456789abcdef01234567
RUN hf download example/llama --revision ${LLAMA} --local-dir /models/llama
RUN python -c "from transformers import AutoTokenizer; AutoTokenizer.from_pretrained('example/bert', revision='89abcdef0123456789abcdef0123456789abcdef')"
RUN python3 -c "from transformers import AutoModel; AutoModel.from_pretrained('/models/llama')"
