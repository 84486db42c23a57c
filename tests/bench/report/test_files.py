"""Files that a results.json of unknown origin names."""

import pytest

from bench.report.files import inside


@pytest.mark.parametrize("path", ["../a.npy", "/etc/hostname", "a\0b", "", ".", "nothing", "x" * 5000, "link.npy"])
def test_only_files_of_the_run_directory_are_read(tmp_path, path):
    (tmp_path / "a.npy").write_text("secret")
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "link.npy").symlink_to(tmp_path / "a.npy")
    assert inside(folder, path) is None


def test_a_file_inside_is_found(tmp_path):
    file = tmp_path / "samples" / "a.npy"
    file.parent.mkdir()
    file.write_text("")
    assert inside(tmp_path, "samples/a.npy") == file
