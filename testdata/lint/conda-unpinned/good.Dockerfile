FROM condaforge/miniforge3:24.3.0-0
COPY explicit.txt .
RUN conda create -n app --file explicit.txt
