"""Networks: gradients by hand against autograd, NumPy against torch, and the optimiser against torch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from rlstudio.algorithms.blocks.adam import Adam, AdamSettings, clip_by_norm, clip_by_value
from rlstudio.algorithms.blocks.mlp import MLPSpec
from rlstudio.algorithms.blocks.networks import Networks, NetworksSpec, make_networks

SPECS = [
    MLPSpec((3, 5), "relu"),
    MLPSpec((4, 16, 2), "relu"),
    MLPSpec((4, 16, 8, 3), "tanh", "orthogonal", 0.01),
    MLPSpec((7, 32, 32, 16, 1), "relu", "orthogonal"),
]


def autograd(networks: Networks, spec: MLPSpec, inputs: Any, by_output: Any, masks: Any = None) -> dict[str, Any]:
    """Gradients of Σ by_output · output, by torch, in float64."""
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in networks.parameters().items()}
    value = torch.tensor(inputs)
    last = len(spec.sizes) - 2
    for i in range(last + 1):
        value = value @ leaves[f"net.weight.{i}"] + leaves[f"net.bias.{i}"]
        if i < last:
            value = torch.tanh(value) if spec.activation == "tanh" else torch.relu(value)
            if masks is not None:
                value = value * torch.tensor(masks[i])
    (value * torch.tensor(by_output)).sum().backward()
    found = {name: leaf.grad.numpy() for name, leaf in leaves.items()}
    return {"output": value.detach().numpy(), **found}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.sizes}-{spec.activation}")
@pytest.mark.parametrize("dropout", [False, True])
@pytest.mark.parametrize("device", ["cpu", "torch-cpu"])
def test_backward_is_autograds(spec: MLPSpec, dropout: bool, device: str) -> None:
    rng = np.random.default_rng(3)
    networks = make_networks(device, NetworksSpec({"net": spec}), rng, np.float64)
    for n in (9, 4, 30):  # smaller and larger than the scratch of before
        inputs = rng.standard_normal((n, spec.sizes[0]))
        by_output = rng.standard_normal((n, spec.sizes[-1]))
        masks = [2.0 * (rng.random((n, size)) < 0.5) for size in spec.sizes[1:-1]] if dropout else None
        output = networks.forward("net", inputs, masks).copy()
        networks.backward("net", by_output)
        wanted = autograd(networks, spec, inputs, by_output, masks)
        np.testing.assert_allclose(output, wanted.pop("output"), rtol=0, atol=1e-12)
        for name, gradient in networks.gradients().items():
            np.testing.assert_allclose(gradient, wanted[name], rtol=1e-6, atol=1e-12, err_msg=name)


def test_acting_on_one_observation_is_a_row_of_the_batch() -> None:
    spec = MLPSpec((4, 16, 8, 3), "tanh")
    networks = make_networks("cpu", NetworksSpec({"net": spec}), np.random.default_rng(0))
    inputs = np.random.default_rng(1).standard_normal((5, 4)).astype(np.float32)
    rows = networks.forward("net", inputs)
    np.testing.assert_allclose(networks.host("net").act(inputs[2]), rows[2], atol=1e-6)
    np.testing.assert_allclose(networks.predict("net", np.repeat(inputs, 500, axis=0))[::500], rows, atol=1e-6)


def test_acting_between_forward_and_backward_changes_no_gradient() -> None:
    spec = NetworksSpec({"net": MLPSpec((4, 16, 2), "relu")})
    gradients = []
    for acts in (False, True):
        networks = make_networks("cpu", spec, np.random.default_rng(0))
        networks.forward("net", np.ones((3, 4), np.float32))
        if acts:
            networks.host("net").act(np.full(4, -9.0, np.float32))
            networks.host("net").forward(np.full((3, 4), 7.0, np.float32))
        networks.backward("net", np.ones((3, 2), np.float32))
        gradients.append({name: array.copy() for name, array in networks.gradients().items()})
    for name, array in gradients[0].items():
        np.testing.assert_array_equal(array, gradients[1][name])


def test_orthogonal_weights_are_orthogonal_and_torch_like_ones_bounded() -> None:
    rng = np.random.default_rng(0)
    weight = MLPSpec((6, 16, 2), "tanh", "orthogonal", 0.01).draw("net", rng)
    hidden, last = weight["net.weight.0"], weight["net.weight.1"]
    np.testing.assert_allclose(hidden @ hidden.T, 2.0 * np.eye(6), atol=1e-12)
    np.testing.assert_allclose(last.T @ last, 1e-4 * np.eye(2), atol=1e-12)
    drawn = MLPSpec((25, 400, 2)).draw("net", rng)["net.weight.0"]
    assert 0.19 < np.abs(drawn).max() <= 0.2
    assert abs(drawn.std() - 0.2 / np.sqrt(3)) < 0.003


SETTINGS = [
    AdamSettings(),
    AdamSettings(epsilon=1e-5, beta1=0.8),
    AdamSettings(weight_decay=0.01, amsgrad=True),
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_adam_takes_torchs_steps(settings: AdamSettings) -> None:
    rng = np.random.default_rng(0)
    start = rng.standard_normal(40)
    theirs = torch.nn.Parameter(torch.tensor(start))
    optimiser = torch.optim.AdamW(
        [theirs],
        lr=0.01,
        betas=(settings.beta1, settings.beta2),
        eps=settings.epsilon,
        weight_decay=settings.weight_decay,
        amsgrad=settings.amsgrad,
    )
    ours, adam = start.copy(), Adam(40, settings, np.float64)
    for step in range(50):
        gradient = rng.standard_normal(40) * (10.0 if step == 5 else 1.0)
        theirs.grad = torch.tensor(gradient)
        optimiser.step()
        adam.step(ours, gradient, 0.01)
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-9)


def test_clipping_is_torchs() -> None:
    gradient = np.random.default_rng(0).standard_normal(30)
    theirs = torch.nn.Parameter(torch.zeros(30, dtype=torch.float64))
    theirs.grad = torch.tensor(gradient)
    norm = torch.nn.utils.clip_grad_norm_([theirs], 0.5)
    ours = gradient.copy()
    assert clip_by_norm(ours, 0.5) == pytest.approx(float(norm))
    np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-12)
    assert clip_by_norm(ours, 10.0) == pytest.approx(0.5, rel=1e-5)  # short enough: left alone
    clip_by_value(gradient, 0.25)
    assert np.abs(gradient).max() == 0.25


def both(dtype: Any = np.float64) -> tuple[Networks, Networks]:
    """The same networks in NumPy and in torch: an actor with a free parameter, a critic, a target."""
    mlps = {"actor": MLPSpec((4, 16, 2), "tanh"), "critic": MLPSpec((4, 8, 1), "relu")}
    spec = NetworksSpec(
        mlps, {"log_std": np.zeros(2)}, AdamSettings(amsgrad=True, weight_decay=0.01), target_of="critic"
    )
    ours, theirs = (make_networks(device, spec, np.random.default_rng(5), dtype) for device in ("cpu", "torch-cpu"))
    return ours, theirs


def train(networks: Networks, steps: int) -> list[float]:
    """Some steps towards arbitrary outputs; the gradient norms."""
    rng = np.random.default_rng(1)
    norms = []
    for _ in range(steps):
        inputs = rng.standard_normal((12, 4)).astype(networks.parameters()["log_std"].dtype)
        networks.backward("actor", networks.forward("actor", inputs) - 1.0)
        networks.backward("critic", networks.forward("critic", inputs) + networks.forward_target(inputs) - 3.0)
        networks.set_free_gradient("log_std", networks.parameters()["log_std"] - 0.3)
        norms.append(networks.clip_gradient(1.0, 0.5))
        networks.step(0.01)
        networks.update_target(0.1)
    return norms


def test_numpy_and_torch_networks_learn_alike() -> None:
    ours, theirs = both()
    np.testing.assert_allclose(train(ours, 30), train(theirs, 30), rtol=1e-8)
    for name, array in ours.parameters().items():
        np.testing.assert_allclose(array, theirs.parameters()[name], rtol=1e-7, atol=1e-10, err_msg=name)
    inputs = np.ones((1, 4))
    np.testing.assert_allclose(ours.forward_target(inputs), theirs.forward_target(inputs), rtol=1e-8)
    np.testing.assert_allclose(ours.host("actor").act(inputs[0]), theirs.host("actor").act(inputs[0]), rtol=1e-8)


@pytest.mark.parametrize("saved_by", [0, 1])
@pytest.mark.parametrize("loaded_by", [0, 1])
def test_state_goes_over_to_either_device(saved_by: int, loaded_by: int) -> None:
    source = both()[saved_by]
    train(source, 7)
    arrays, values = source.state()
    arrays = {name: array.copy() for name, array in arrays.items()}
    target = both()[loaded_by]
    train(target, 2)
    target.load_state(arrays, values)
    np.testing.assert_allclose(train(source, 5), train(target, 5), rtol=1e-8)
    for name, array in source.parameters().items():
        np.testing.assert_allclose(array, target.parameters()[name], rtol=1e-8, err_msg=name)


@pytest.mark.parametrize("which", [0, 1])
def test_weights_that_do_not_fit_are_refused(which: int) -> None:
    networks = both()[which]
    arrays, values = networks.state()
    with pytest.raises(ValueError, match=r"no array 'actor.bias.0'"):
        networks.load_state({k: v for k, v in arrays.items() if k != "actor.bias.0"}, values)
    with pytest.raises(ValueError, match="has shape"):
        networks.load_state({**arrays, "log_std": np.zeros(3)}, values)
    with pytest.raises(ValueError, match="optimiser"):
        networks.load_state({k: v for k, v in arrays.items() if k != "adam.mean"}, values)
    with pytest.raises(ValueError, match="target"):
        networks.load_state({**arrays, "target": np.zeros(2)}, values)


def test_adams_memory_of_what_no_longer_moves_fades_to_nothing_and_never_to_denormal_numbers() -> None:
    adam = Adam(3, AdamSettings())
    parameters, gradient = np.ones(3, np.float32), np.array([0.1, 0.1, 0.0], np.float32)
    adam.step(parameters, gradient, 1e-3)
    gradient[1] = 0.0
    smallest = np.finfo(np.float32).tiny
    for _ in range(1_500):
        adam.step(parameters, gradient, 1e-3)
        for running in adam.memory().values():
            assert not ((running != 0.0) & (np.abs(running) < smallest)).any()
    assert adam.memory()["mean"][1] == 0.0
    assert adam.memory()["mean"][0] > 0.9
