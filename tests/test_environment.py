"""What is said of this machine."""

import pytest
import tensorflow as tf

from keras_gen.environment import fastest_precision


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flags\t\t: fpu avx2 avx512f avx512_bf16 sse2\n", "mixed_bfloat16"),
        ("processor : 0\nflags : fpu amx_tile amx_bf16\n", "mixed_bfloat16"),
        ("flags : fpu avx2 avx512f\nbugs : avx512_bf16\n", "float32"),
        ("flags : not_avx512_bf16\n", "float32"),
        ("Features : fp asimd bf16\n", "float32"),  # as ARM writes them
        ("", "float32"),
    ],
)
def test_bfloat16_is_taken_where_the_processor_multiplies_it(tmp_path, monkeypatch, text, expected):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    file = tmp_path / "cpuinfo"
    file.write_text(text, encoding="utf-8")
    assert fastest_precision(file) == expected


def test_without_the_file_and_on_a_gpu_it_is_float32(tmp_path, monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert fastest_precision(tmp_path / "none") == "float32"
    file = tmp_path / "cpuinfo"
    file.write_text("flags : avx512_bf16\n", encoding="utf-8")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a GPU"])
    assert fastest_precision(file) == "float32"
