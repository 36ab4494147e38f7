"""What image generators write into their images' texts: prompt, model and parameters.

Each has a format of its own; none is specified but by the program that writes it. Texts are never
trusted: what cannot be read as what it seems to be is no generator's, and is shown as the text that
it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from core.embedded_records import Generated, Value

Texts = Mapping[str, str]


# What reading a text can raise that only looks like a generator's.
_NOT_ITS_OWN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def read_generated(texts: Texts) -> Generated | None:
    """Return what a generator said; ``None`` if no text is one's.

    Args:
        texts: By their keyword in a PNG; the comment of another format's Exif block stands under
            "parameters", as the generators that write both do.
    """
    for read in _READERS:
        try:
            return read(texts)
        except _NOT_ITS_OWN:
            continue
    return None


def _automatic1111(texts: Texts) -> Generated:
    """Read lines of prompt, of negative prompt, and one of settings; Forge and others write it too.

    The settings are "name: value" with commas between; a value with commas is a JSON string.
    """
    prompts, steps, settings = f"\n{texts['parameters']}".rpartition("\nSteps: ")
    if not steps:
        raise ValueError
    prompt, _, negative = prompts.partition("\nNegative prompt:")
    values = dict(_settings(f"Steps: {settings}"))
    model = values.pop("Model", "")
    name = "Forge" if values.get("Version", "").startswith("f") else "Automatic1111"
    return Generated(name, prompt.strip(), negative.strip(), model, tuple(values.items()))


_SETTING = re.compile(r'\s*([^:,"]+):\s*("(?:\\.|[^"\\])*"|\{[^{}]*\}|[^,]*)(?:,|$)')


def _settings(line: str) -> Iterator[Value]:
    for match in _SETTING.finditer(line):
        name, value = match[1].strip(), match[2].strip()
        yield name, json.loads(value) if value.startswith('"') else value


def _comfyui(texts: Texts) -> Generated:
    """Read the graph of nodes that was run; the workflow, its picture in the editor, is not needed.

    A node is ``{"class_type": …, "inputs": {name: value, or [node, output] of another}}``.
    """
    graph = _object(texts["prompt"])
    samplers = [node for node in graph.values() if _is_sampler(node)]
    if not samplers:
        raise ValueError
    inputs = _inputs(samplers[-1])  # an earlier one's picture is refined by a later one
    found = _of_nodes(graph)
    return Generated(
        "ComfyUI",
        found(inputs, ("positive", "conditioning", "guider"), _TEXTS),
        found(inputs, ("negative",), _TEXTS),
        found(inputs, ("model", "guider"), _CHECKPOINTS),
        tuple(
            (name, _line(value))
            for node in samplers
            for name, value in (("node", node["class_type"]), *_inputs(node).items())
            if not isinstance(value, list)
        ),
    )


_TEXTS = ("text", "text_g", "text_l", "t5xxl", "clip_l", "prompt", "positive", "string", "value")
_CHECKPOINTS = ("ckpt_name", "unet_name", "model_name")


def _is_sampler(node: dict[str, Any]) -> bool:
    inputs = node["inputs"]
    return "latent_image" in inputs and not {"positive", "guider"}.isdisjoint(inputs)


def _inputs(node: dict[str, Any]) -> dict[str, Any]:
    inputs: dict[str, Any] = node["inputs"]
    return inputs


def _of_nodes(
    graph: Mapping[str, Any],
) -> Callable[[Mapping[str, Any], Iterable[str], Iterable[str]], str]:
    """Return what looks for texts in the nodes that lead to an input, nearest first."""

    def found(inputs: Mapping[str, Any], starts: Iterable[str], names: Iterable[str]) -> str:
        waiting = [inputs[start][0] for start in starts if isinstance(inputs.get(start), list)]
        seen: dict[str, None] = {}
        texts: list[str] = []
        while waiting:
            number = str(waiting.pop(0))
            if number in seen or number not in graph:
                continue
            seen[number] = None
            here = _inputs(graph[number])
            own = [here[name] for name in names if isinstance(here.get(name), str) and here[name]]
            texts += own
            if not own:  # beyond a text there are only the parts that read it
                waiting += [value[0] for value in here.values() if isinstance(value, list)]
        return "\n".join(dict.fromkeys(text.strip() for text in texts))

    return found


def _invokeai(texts: Texts) -> Generated:
    values = _object(texts["invokeai_metadata"])
    model = values.pop("model", None)
    name = model.get("name") or model.get("model_name") if isinstance(model, dict) else model
    return _from(values, "InvokeAI", "positive_prompt", "negative_prompt", _line(name))


def _novelai(texts: Texts) -> Generated:
    """Read the settings in "Comment"; the prompt stands in "Description" too."""
    if "NovelAI" not in texts.get("Software", "") and "Source" not in texts:
        raise ValueError
    values = {"prompt": texts.get("Description", "")} | _object(texts["Comment"])
    return _from(values, "NovelAI", "prompt", "uc", texts.get("Source", ""))


def _fooocus(texts: Texts) -> Generated:
    values = _object(texts["parameters"])
    model = values.pop("base_model")
    return _from(values, "Fooocus", "prompt", "negative_prompt", _line(model))


def _swarmui(texts: Texts) -> Generated:
    """Read what was asked for; the rest of the text is what came of it."""
    whole = _object(texts["parameters"])
    values = dict(whole.pop("sui_image_params"))
    model = values.pop("model", "")
    for name, more in whole.items():
        values |= more if isinstance(more, dict) else {name: more}
    return _from(values, "SwarmUI", "prompt", "negativeprompt", _line(model))


def _from(
    values: dict[str, Any], generator: str, prompt: str, negative: str, model: str
) -> Generated:
    """Take the prompts out of a flat object of settings."""
    asked, unwanted = _line(values.pop(prompt, "")), _line(values.pop(negative, ""))
    rest = tuple((name, _line(value)) for name, value in values.items())
    return Generated(generator, asked, unwanted, model, rest)


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError
    return found


def _line(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# What looks like several is the first's.
_READERS: tuple[Callable[[Texts], Generated], ...] = (
    _swarmui,
    _fooocus,
    _invokeai,
    _comfyui,
    _novelai,
    _automatic1111,
)
