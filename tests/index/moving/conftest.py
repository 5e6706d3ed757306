"""Moving uses the stores of `tests/index/store`."""

from tests.index.store.conftest import lite, milvus

__all__ = ["lite", "milvus"]
