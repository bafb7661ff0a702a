KINDS = {"x", "y"}
