FROM a
RUN frob --seed=0 draw
