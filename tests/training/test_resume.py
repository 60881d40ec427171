"""A training run that is killed and started again ends with the weights of one that was not."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

from tuili.checkpoints import embedded  # noqa: E402
from tuili.training.curves import read_curves  # noqa: E402

SMALL = {"steps": 60, "save_steps": 10, "warmup_steps": 2, "rows": 1, "row_tokens": 128, "processes": 1}
SMALL |= {"hidden_size": 32, "intermediate_size": 32, "layers": 1, "heads": 2, "key_value_heads": 1}


def start(output, config):
    command = [sys.executable, "-m", "tuili.training", "sft", str(config), f"output={output}"]
    command += [f"{key}={value}" for key, value in SMALL.items()]
    environment = os.environ | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('output = ""\nsteps = 1\n')
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert start(whole, config).wait(120) == 0

    process = start(killed, config)
    while not (killed / "checkpoint-10" / "trainer_state.json").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (killed / "model.safetensors").exists()
    assert start(killed, config).wait(120) == 0

    expected, resumed = load_file(whole / "model.safetensors"), load_file(killed / "model.safetensors")
    assert expected.keys() == resumed.keys()
    for name, weight in expected.items():
        torch.testing.assert_close(resumed[name], weight)


TUILI = Path(sys.executable).with_name("tuili")
RL = {"base": embedded("policy"), "steps": 5, "save_steps": 2, "warmup_steps": 0, "processes": 1}
RL |= {"problems": 2, "samples": 4, "validation_limit": 2, "validation_samples": 1, "validation_steps": 5}


def start_rl(output, **changed):
    settings = [part for key, value in (RL | changed).items() for part in ("--set", f"{key}={value}")]
    command = [str(TUILI), "train", "rl", "mini_rl", *settings, "--set", f"output={output}"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def learnt_from(folder):
    """All that the curves say of what was practised, which is another for other problems, samples or weights."""
    return [replace(point, seconds={}) for point in read_curves(folder)]


def test_a_killed_command_of_rl_goes_on_with_the_data_of_an_uninterrupted_one(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert start_rl(whole).wait(120) == 0

    process = start_rl(killed)
    while not (killed / "checkpoint-2" / "trainer_state.json").exists() or len(list(read_curves(killed))) < 4:
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (killed / "training.json").exists()
    assert start_rl(killed).wait(120) == 0
    assert len(learnt_from(whole)) == RL["steps"] + 1
    assert learnt_from(killed) == learnt_from(whole)
    assert start_rl(killed, adamw_lr=1e-3).wait(120) == 2, "that would be another training"
