FROM python:3.12
RUN pip install --require-hashes -r requirements.lock
