FROM python:3.12
RUN pip install flash-attn==2.6.3 --no-build-isolation
