FROM r-base:4.4.2
RUN R -e "install.packages('data.table', repos = 'https://example.org/cran/2024-11-20')"
RUN Rscript -e "remotes::install_github('example/plots@0123456789abcdef0123456789abcdef01234567')"
