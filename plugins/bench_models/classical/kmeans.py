"""k-means."""

from pydantic import PositiveInt
from sklearn import cluster

from bench import DataSpec, Export, Unsuitable
from bench_models.classical.fitted import Fitted, Seed
from bench_models.classical.parts import distances

# The best of ten beginnings, as scikit-learn had it until 1.3; published figures depend on it.
BEGINNINGS = 10


class KMeans(Fitted):
    """Inputs (n, *input_shape) -> distances (n, clusters) from the centres that lie nearest to the training part.

    Lloyd's algorithm from the best of ten beginnings by k-means++ (Arthur & Vassilvitskii 2007, SODA, 1027-1035).

    :param data: the dataset's specification
    :param clusters: how many; by default as many as the data has classes
    :param random_state: the seed; by default the case's
    :raises Unsuitable: if the number of clusters is not given and the data has no classes
    """

    def __init__(self, data: DataSpec, clusters: PositiveInt | None = None, random_state: Seed | None = None) -> None:
        count = clusters or data.classes
        if not count:
            raise Unsuitable(
                "kmeans takes its number of clusters from the classes", "the data has none: set `clusters`"
            )
        super().__init__(data, cluster.KMeans(count, n_init=BEGINNINGS, random_state=random_state))

    def exports(self) -> list[Export]:
        return [distances(self)]
