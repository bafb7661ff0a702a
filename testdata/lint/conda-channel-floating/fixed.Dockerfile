FROM condaforge/miniforge3:24.3.0-0
RUN conda install -y --override-channels -c conda-forge numpy=1.26.4=py312h2809609_0
