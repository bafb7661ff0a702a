FROM a
RUN frob draw
