FROM python:3.12
RUN pip install torch==2.4.1
