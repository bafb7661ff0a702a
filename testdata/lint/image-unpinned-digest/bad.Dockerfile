FROM python:3.12

RUN pip install numpy==2.0.0
