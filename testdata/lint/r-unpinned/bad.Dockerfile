FROM r-base:4.4.2
RUN R -e "install.packages('data.table')"
RUN Rscript -e "remotes::install_github('example/plots')"
