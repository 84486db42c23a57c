"""Datasets: what they hold, that their parts never mix, and that batches lose nothing."""

import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from bench import DataMissing
from bench.signature import ParameterError, checked
from bench_datasets.augmentation import distortions
from bench_datasets.digits import Digits
from bench_datasets.mnist import MNIST
from bench_datasets.tensors import Batches, Part


@pytest.fixture(scope="module")
def digits():
    data = Digits()
    data.setup()
    return data


def test_digits_are_scikit_learns_own(digits):
    images = torch.cat([part.inputs for part in digits.parts])
    assert sorted(map(bytes, images.numpy())) == sorted(map(bytes, (load_digits().images / 16).astype("float32")))


def test_digits_are_split_stratified_and_always_alike(digits):
    assert [len(part.targets) for part in digits.parts] == [1257, 180, 360]
    shares = [np.bincount(part.targets, minlength=10) / len(part.targets) for part in digits.parts]
    assert np.ptp(shares, axis=0).max() < 0.01
    again = Digits()
    assert again.fingerprint() == digits.fingerprint() != Digits(size=16).fingerprint()


def test_digits_grow_to_the_size_asked_for():
    data = Digits(size=28)
    data.setup()
    assert data.parts.train.inputs.shape == (1257, *data.spec.input_shape) == (1257, 1, 28, 28)
    assert 0 <= data.parts.train.inputs.min() <= data.parts.train.inputs.max() <= 1


def test_binary_digits_are_ones_where_the_ink_is(digits):
    data = Digits(binary=True)
    data.setup()
    for part, grey in zip(data.parts, digits.parts, strict=True):
        assert torch.equal(part.inputs, (grey.inputs > 0.5).float())


def test_whole_digits_are_all_of_them_in_every_part():
    data = Digits(whole=True)
    data.setup()
    for inputs, targets in data.parts:
        assert inputs.numpy().tobytes() == (load_digits().images / 16).astype("float32").tobytes()
        assert targets.tolist() == load_digits().target.tolist()


def test_unseen_digits_are_in_the_test_part_alone(digits):
    data = Digits(unseen=(3, 8))
    data.setup()
    assert data.spec.unseen == (3, 8)
    for part, whole in zip(data.parts[:2], digits.parts[:2], strict=True):
        kept = torch.tensor([int(one) not in (3, 8) for one in whole.targets])
        assert torch.equal(part.targets, whole.targets[kept])
        assert torch.equal(part.inputs, whole.inputs[kept])
        assert len(part.targets) < len(whole.targets)
    assert all(map(torch.equal, data.parts.test, digits.parts.test))
    assert data.fingerprint() != digits.fingerprint()


def test_without_unseen_digits_nothing_is_left_out(digits):
    assert digits.spec.unseen == ()
    assert [len(part.targets.unique()) for part in digits.parts] == [10, 10, 10]


@pytest.mark.parametrize("dataset", [Digits, MNIST])
@pytest.mark.parametrize("wrong", [[10], [-1], [*range(10)], ["3"], 3])
def test_unseen_are_digits_and_leave_one_to_train_on(dataset, wrong):
    assert checked(dataset, {"unseen": [1, 2]}) == {"unseen": (1, 2)}
    with pytest.raises(ParameterError, match="unseen"):
        checked(dataset, {"unseen": wrong})


@given(st.integers(1, 50), st.integers(1, 60), st.booleans())
def test_batches_hold_every_row_once(rows, batch_size, shuffle):
    part = Part(torch.arange(rows).float().unsqueeze(1), torch.arange(rows))
    batches = list(Batches(part, batch_size, shuffle))
    assert len(batches) == len(Batches(part, batch_size))
    assert all(torch.equal(inputs[:, 0].long(), targets) for inputs, targets in batches)
    assert sorted(torch.cat([targets for _, targets in batches]).tolist()) == list(range(rows))


def test_shuffling_follows_torchs_seed():
    part = Part(torch.arange(20.0), torch.arange(20))
    orders = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        orders.append(torch.cat([targets for _, targets in Batches(part, 6, shuffle=True)]).tolist())
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize("names", [("affine",), ("elastic",), ("affine", "elastic")])
def test_distortions_change_training_images_a_little_and_differently(names, digits):
    images = Digits(size=28)
    images.setup()
    before = images.parts.train.inputs[:64]
    after = distortions(names)(before)
    assert after.shape == before.shape
    assert not torch.equal(after, before)
    similarity = torch.nn.functional.cosine_similarity(after.flatten(1), before.flatten(1))
    assert similarity.mean() > 0.5
    same = distortions(names)(before[:1].repeat(64, 1, 1, 1))
    assert len({image.numpy().tobytes() for image in same}) > 1


def test_only_training_images_are_distorted():
    data = Digits(size=28, augment=("affine",))
    plain = Digits(size=28)
    for one in (data, plain):
        one.setup()
    for loader in ("val_dataloader", "test_dataloader"):
        pairs = zip(getattr(data, loader)(), getattr(plain, loader)(), strict=True)
        assert all(torch.equal(a[0], b[0]) for a, b in pairs)


def write_idx(path, array):
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + array.astype(np.uint8).tobytes())


@pytest.fixture
def small_mnist(tmp_path, monkeypatch):
    """Files of MNIST's format and names with a few random images."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name, count in (("train", 50), ("t10k", 20)):
        write_idx(raw / f"{name}-images-idx3-ubyte", rng.integers(0, 256, (count, 28, 28)))
        write_idx(raw / f"{name}-labels-idx1-ubyte", rng.integers(0, 10, count))
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    return tmp_path


def test_mnist_reads_the_files_in_the_data_root(small_mnist):
    data = MNIST(validation=10)
    data.setup()
    assert [len(part.inputs) for part in data.parts] == [40, 10, 20]
    assert data.parts.train.inputs.shape[1:] == data.spec.input_shape
    assert data.parts.test.inputs.max() <= 1


def test_unseen_digits_of_mnist_are_in_the_test_part_alone(small_mnist):
    data, whole = MNIST(validation=10, unseen=(0, 7)), MNIST(validation=10)
    for one in (data, whole):
        one.setup()
    assert data.spec.unseen == (0, 7)
    assert all(set(part.targets.tolist()).isdisjoint({0, 7}) for part in data.parts[:2])
    lost = sum(len(a.targets) - len(b.targets) for a, b in zip(whole.parts, data.parts, strict=True))
    assert lost == int(torch.isin(torch.cat([part.targets for part in whole.parts[:2]]), torch.tensor([0, 7])).sum())
    assert all(map(torch.equal, data.parts.test, whole.parts.test))


def test_mnist_that_cannot_be_had_says_where_to_put_it(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    monkeypatch.setattr("torchvision.datasets.MNIST.mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(DataMissing) as caught:
        MNIST().prepare_data()
    assert str(tmp_path / "MNIST" / "raw") in str(caught.value)
