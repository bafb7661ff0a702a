import matplotlib.pyplot as plt

plt.plot([1, 2])
for ending in ["png", "pdf", "svg"]:
    plt.savefig(f"/app/plot.{ending}")
