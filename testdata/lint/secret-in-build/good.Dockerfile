FROM debian:12
ENV HF_TOKEN_PATH=/run/secrets/hf
RUN --mount=type=secret,id=HF_TOKEN,env=HF_TOKEN true
