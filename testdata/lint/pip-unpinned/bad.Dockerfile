FROM python:3.12
RUN pip install "torch>=2" numpy==1.26.4
