"""IDX files: what is whole comes back as it was; what isn't is named."""

import gzip
import hashlib
import lzma
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from latentop.engine.data.idx import TYPES, decode_idx, encode_idx, read_idx
from latentop.engine.run.errors import DataError

# Two rows of three, written out by hand from the format's description.
CONTENT = bytes([0, 0, 0x08, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])
ROWS = [[1, 2, 3], [4, 5, 255]]
COMPRESS: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}


def rows_or_message(path: Path) -> list[list[int]] | str:
    try:
        return read_idx(path).tolist()  # type: ignore[no-any-return]
    except DataError as error:
        return error.message


@pytest.mark.parametrize("suffix", COMPRESS)
def test_a_file_is_read_plain_or_compressed(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"rows{suffix}"
    path.write_bytes(COMPRESS[suffix](CONTENT))
    array = read_idx(path, sha256=hashlib.sha256(CONTENT).hexdigest())
    assert array.dtype == np.uint8
    assert array.tolist() == ROWS


@given(st.data())
def test_every_type_and_shape_comes_back_as_it_was(data: st.DataObject) -> None:
    code, name = data.draw(st.sampled_from(sorted(TYPES.items())))
    shape = arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)
    array = data.draw(arrays.arrays(np.dtype(name), shape))
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    decoded = decode_idx(header + array.tobytes())
    assert decoded.dtype.isnative
    np.testing.assert_array_equal(decoded, array)


@given(arrays.arrays(np.uint8, arrays.array_shapes(max_dims=3, max_side=5)))
def test_what_is_encoded_decodes(array: npt.NDArray[np.uint8]) -> None:
    np.testing.assert_array_equal(decode_idx(encode_idx(array)), array)


@given(st.sampled_from(sorted(COMPRESS)), st.data())
def test_a_file_cut_anywhere_is_an_error_that_names_it(suffix: str, data: st.DataObject) -> None:
    whole = COMPRESS[suffix](CONTENT)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"rows{suffix}")
        path.write_bytes(whole[:cut])
        with pytest.raises(DataError) as caught:
            read_idx(path)
    assert str(path) in caught.value.message
    assert "truncated" in caught.value.message
    assert caught.value.hint


@given(st.sampled_from([".gz", ".xz"]), st.data())
def test_a_flipped_bit_never_passes_for_other_data(suffix: str, data: st.DataObject) -> None:
    damaged = bytearray(COMPRESS[suffix](CONTENT))
    bit = data.draw(st.integers(0, len(damaged) * 8 - 1))
    damaged[bit // 8] ^= 1 << bit % 8
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"rows{suffix}")
        path.write_bytes(damaged)
        outcome = rows_or_message(path)
    # Some bits mean nothing: gzip's time stamp, for one.
    assert outcome == ROWS or str(path) in outcome


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\x89PNG\r\n\x1a\n", "is not an IDX file: it begins with 89 50 4e 47"),
        (b"\0\0\x07\1" + CONTENT[4:], "is not an IDX file"),
        (b"", "is truncated: 0 bytes hold no IDX header"),
        (CONTENT[:10], "is truncated: its header ends after 10 of 12 bytes"),
        (CONTENT[:-1], "is truncated: 2 × 3 of uint8 make 18 bytes, it has 17"),
        (CONTENT + b"\0", "is too long: 2 × 3 of uint8 make 18 bytes, it has 19"),
    ],
)
def test_the_message_says_what_is_wrong(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "rows"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_idx(path, hint="fetch it again")
    assert caught.value.message.startswith(f"{path} {fault}")
    assert caught.value.hint == "fetch it again"


def test_a_missing_file_and_a_folder_are_errors_that_name_them(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.gz is missing"):
        read_idx(tmp_path / "absent.gz")
    with pytest.raises(DataError, match="can't be read: Is a directory"):
        read_idx(tmp_path)


def test_whole_but_other_data_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_bytes(CONTENT)
    with pytest.raises(DataError, match="rows holds other data"):
        read_idx(path, sha256="0" * 64)
