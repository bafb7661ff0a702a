docker run -u 1000 -v project_data:/data project_ai
