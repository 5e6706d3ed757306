"""The store on Milvus: from a folder beside the library to a cluster, by its uri alone."""

import os

# Read once, when gRPC is imported: else it tells the terminal of every connection that ends.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
