from numba import njit


@njit(cache=True)
def total(n):
    s = 0.0
    for i in range(n):
        s += i * 0.5
    return s
