FROM python:3.12
RUN pip install --no-compile numpy==1.26.4
