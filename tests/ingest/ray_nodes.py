"""Two Ray nodes on loopback, one CPU each: run as a process, told on standard input what to do.

It prints the address of the head, then `done` for each line: `kill` or `add`, the second node.
"""

import os
import sys
from tempfile import TemporaryDirectory
from typing import Any

SMALL: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 80 << 20}

with TemporaryDirectory(prefix="citat") as folder:  # short, for sockets lie in it
    os.environ["RAY_TMPDIR"] = folder
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={**SMALL, "include_dashboard": False})
    second = cluster.add_node(**SMALL)
    print(cluster.address, flush=True)
    for line in sys.stdin:
        if line.strip() == "kill":
            cluster.remove_node(second, allow_graceful=False)
        else:
            second = cluster.add_node(**SMALL)
        print("done", flush=True)
    cluster.shutdown()
