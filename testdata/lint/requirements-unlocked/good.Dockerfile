FROM python:3.12@sha256:2fba8e70a87bcc9f6edd20dda0a1d4adb32046d2acbca7361bc61da5a106a914
COPY good.requirements.txt .
RUN pip install -r good.requirements.txt
