FROM python:3.12
ARG SOURCE_DATE_EPOCH
RUN pip install numpy==1.26.4
