"""What image files say about themselves."""

from __future__ import annotations

import builtins
import json
import random
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.credentials import read_credentials
from core.embedded import read_embedded
from core.embedded_records import Embedded, Generated, State
from core.errors import ThumbnailError, ThumbnailUnavailable
from core.generators import read_generated
from core.image_header import read_header
from core.xmp import XmpError, read_xmp
from tests import generated
from tests.generated import exif_chunk, international_chunk, packed_chunk, png, text_chunk

MEDIA_TYPES = {
    name: f"image/{name.lower()}" for name in ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "TIFF")
}


@pytest.fixture
def read(tmp_path: Path):
    def read(content: bytes) -> Embedded:
        file = tmp_path / "image"
        file.write_bytes(content)
        return read_embedded(str(file))

    return read


def test_automatic1111_writes_lines_of_text(read) -> None:
    found = read(png(text_chunk("parameters", generated.A1111))).generated
    assert found.generator == "Automatic1111"
    assert found.prompt == 'a red fox, <lora:fog:0.8>\nin the fog, "quoted"'
    assert found.negative == "blurry, bad: very"
    assert found.model == "dream_v8"
    values = dict(found.values)
    assert values["Seed"] == "42"
    assert values["TI hashes"] == "one: 1f, two: 2e"
    assert values["Schedule type"] == "Karras"


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP"])
def test_its_lines_are_an_exif_comment_in_other_formats(read, file_format: str) -> None:
    found = read(generated.with_comment(file_format, generated.A1111)).generated
    assert found == read(png(text_chunk("parameters", generated.A1111))).generated


def test_forge_is_told_by_its_version(read) -> None:
    text = generated.A1111.replace("v1.10.1", "f2.0.1v1.10.1")
    assert read(png(text_chunk("parameters", text))).generated.generator == "Forge"


@pytest.mark.parametrize("workflow", [True, False])
def test_comfyui_writes_a_graph(read, workflow: bool) -> None:
    texts = [international_chunk("prompt", json.dumps(generated.COMFYUI))]
    if workflow:
        texts.append(international_chunk("workflow", '{"nodes": [], "links": []}'))
    found = read(png(*texts)).generated
    assert found.generator == "ComfyUI"
    assert found.prompt == "a harbour at dawn, ü"
    assert found.negative == "watermark"
    assert found.model == "sd15.safetensors"
    assert ("steps", "20") in found.values


def test_the_whole_workflow_is_there_to_copy(read) -> None:
    workflow = json.dumps({"nodes": list(range(5000)), "links": []})
    (section,) = read(png(packed_chunk("workflow", workflow))).sections
    assert section.values == (("workflow", workflow),)


def test_comfyui_writes_webp_with_keywords_before_the_texts(read) -> None:
    exif = Image.Exif()
    exif[0x0110] = "prompt:" + json.dumps(generated.COMFYUI)
    exif[0x010F] = 'workflow:{"nodes": []}'
    found = read(generated.saved("WEBP", exif=exif)).generated
    assert found.prompt == "a harbour at dawn, ü"


def test_a_graph_that_goes_in_circles_ends(read) -> None:
    graph = json.loads(json.dumps(generated.COMFYUI))
    graph["9"]["inputs"] = {"value": ["6", 0], "other": ["9", 0]}
    found = read(png(international_chunk("prompt", json.dumps(graph)))).generated
    assert (found.prompt, found.negative) == ("", "watermark")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            {"invokeai_metadata": json.dumps(generated.INVOKEAI)},
            Generated("InvokeAI", "a teapot in the rain", "ugly", "FLUX Dev"),
        ),
        (
            {
                "Title": "NovelAI generated image",
                "Description": "girl, fox ears",
                "Software": "NovelAI",
                "Source": "NovelAI Diffusion V4 37442FCA",
                "Comment": json.dumps(generated.NOVELAI),
            },
            Generated("NovelAI", "girl, fox ears", "lowres", "NovelAI Diffusion V4 37442FCA"),
        ),
        (
            {"parameters": json.dumps(generated.FOOOCUS), "fooocus_scheme": "fooocus"},
            Generated("Fooocus", "an orchid", "grey", "juggernautXL"),
        ),
        (
            {"parameters": json.dumps(generated.SWARMUI)},
            Generated("SwarmUI", "a violinist", "", "flux1"),
        ),
    ],
)
def test_others_write_json(read, texts: dict[str, str], expected: Generated) -> None:
    found = read(png(*(text_chunk(*each) for each in texts.items()), after=True)).generated
    told = (found.generator, found.prompt, found.negative, found.model)
    assert told == (expected.generator, expected.prompt, expected.negative, expected.model)
    assert found.values


def test_text_that_is_no_generators_is_shown_as_it_is(read) -> None:
    found = read(png(text_chunk("Author", "Ada"), text_chunk("parameters", "a note to myself")))
    assert found.generated is None
    assert found.sections[0].values == (("Author", "Ada"), ("parameters", "a note to myself"))


def test_whatever_texts_say_reading_them_raises_nothing() -> None:
    rng = random.Random(5)
    pieces: list[Any] = [
        None,
        1,
        "x",
        [],
        ["3", 0],
        {},
        {"inputs": {}},
        {"inputs": []},
        [[]],
        1e999,
    ]
    keys = ("prompt", "parameters", "invokeai_metadata", "Comment", "sui_image_params", "inputs")

    def anything(depth: int) -> Any:
        if depth == 0 or rng.random() < 0.3:
            return rng.choice(pieces)
        if rng.random() < 0.5:
            return [anything(depth - 1) for _ in range(3)]
        names = (*keys, "positive", "latent_image", "class_type", "base_model", "model")
        return {rng.choice(names): anything(depth - 1) for _ in range(4)}

    for _ in range(3000):
        texts = {key: json.dumps(anything(4)) for key in keys}
        read_generated(texts | {"Source": "x"})
    read_generated({"prompt": "[" * 100_000, "parameters": "{" * 100_000})


def test_exif_is_told_by_the_names_of_its_tags(read) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Ada"
    exif[0xC000] = b"\0\1\2\xff"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:20 17:48:09"
    exif.get_ifd(0x8825)[1] = "N"
    for content in (
        png(exif_chunk(exif)),
        png(exif_chunk(exif), after=True),
        generated.saved("JPEG", exif=exif),
        generated.saved("WEBP", exif=exif),
        generated.saved("AVIF", exif=exif),
    ):
        sections = {section.name: dict(section.values) for section in read(content).sections}
        assert sections["EXIF"]["Artist"] == "Ada"
        assert sections["EXIF"]["0xC000"] == "00 01 02 ff"
        assert sections["EXIF"]["DateTimeOriginal"] == "2026:11:20 17:48:09"
        assert sections["EXIF"]["GPSLatitudeRef"] == "N"


PROPERTIES = f"""
<dc:creator><rdf:Seq><rdf:li>Ada</rdf:li><rdf:li>Grace</rdf:li></rdf:Seq></dc:creator>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Fog</rdf:li></rdf:Alt></dc:title>
<Iptc4xmpExt:DigitalSourceType>{generated.AI}</Iptc4xmpExt:DigitalSourceType>
<Iptc4xmpExt:AIPromptInformation>a fox</Iptc4xmpExt:AIPromptInformation>
<Iptc4xmpExt:AISystemUsed>imagen-4</Iptc4xmpExt:AISystemUsed>
<Iptc4xmpExt:AISystemVersionUsed>4.0</Iptc4xmpExt:AISystemVersionUsed>
<Iptc4xmpExt:AIPromptWriterName>Ada</Iptc4xmpExt:AIPromptWriterName>
<Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li rdf:parseType="Resource">
  <Iptc4xmpExt:City>Kiel</Iptc4xmpExt:City></rdf:li></rdf:Bag></Iptc4xmpExt:LocationCreated>
"""
TOLD = (
    ("creator", "Ada, Grace"),
    ("title", "Fog"),
    ("DigitalSourceType", generated.AI),
    ("AIPromptInformation", "a fox"),
    ("AISystemUsed", "imagen-4"),
    ("AISystemVersionUsed", "4.0"),
    ("AIPromptWriterName", "Ada"),
    ("LocationCreated / City", "Kiel"),
)


def test_xmp_is_read_in_every_format_that_has_it(read) -> None:
    packet = generated.xmp(PROPERTIES)
    assert tuple(read_xmp(packet)) == TOLD
    for content in (
        png(international_chunk("XML:com.adobe.xmp", packet.decode())),
        png(international_chunk("XML:com.adobe.xmp", packet.decode(), packed=True), after=True),
        generated.saved("JPEG", xmp=packet),
        generated.saved("WEBP", xmp=packet),
        generated.saved("AVIF", xmp=packet),
        generated.saved("TIFF", tiffinfo={700: packet}),
    ):
        sections = {section.name: section.values for section in read(content).sections}
        assert sections["XMP"] == TOLD


def test_xmp_made_to_harm_is_refused_and_hides_nothing_else(read) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(XmpError):
        read_xmp(bomb)
    chunks = international_chunk("XML:com.adobe.xmp", bomb.decode()), text_chunk("Author", "Ada")
    found = read(png(*chunks))
    assert [section.name for section in found.sections] == ["XMP", "PNG text"]
    assert found.sections[0].problem


def test_xmp_as_deep_as_can_be_ends() -> None:
    deep = "<dc:a>" * 500 + "x" + "</dc:a>" * 500
    assert read_xmp(generated.xmp(deep))[-1][1] == "…"


def test_iptc_is_told_by_the_names_of_its_datasets(read) -> None:
    datasets = [(5, b"Fog"), (25, b"fox"), (25, b"dawn"), (231, b"\xc3\xbc")]
    iim = b"".join(b"\x1c\x02" + bytes([n]) + struct.pack(">H", len(v)) + v for n, v in datasets)
    resource = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iim)) + iim
    segment = b"\xff\xed" + struct.pack(">H", len(resource) + 2) + resource
    jpeg = generated.saved("JPEG")
    sections = {each.name: each.values for each in read(jpeg[:2] + segment + jpeg[2:]).sections}
    assert sections["IPTC"] == (("Title", "Fog"), ("Keywords", "fox, dawn"), ("2:231", "ü"))


def test_comments_of_jpeg_and_gif_are_shown(read) -> None:
    for name in ("JPEG", "GIF"):
        (section,) = [
            s for s in read(generated.saved(name, comment=b"hello")).sections if "text" in s.name
        ]
        assert section.values == (("Comment", "hello"),)


# Content Credentials


@pytest.mark.parametrize("file_format", MEDIA_TYPES)
def test_a_signed_image_is_valid_and_says_by_whom(read, file_format: str) -> None:
    content = generated.signed(generated.saved(file_format), MEDIA_TYPES[file_format])
    found = read(content).credentials
    assert (found.state, found.signer, found.problem) == (State.VALID, generated.SIGNER, "")
    assert ("DigitalSourceType", generated.AI) in found.values
    assert ("Made with", "Test Works 1") in found.values


@pytest.mark.parametrize("file_format", MEDIA_TYPES)
def test_a_plain_image_has_none(read, file_format: str) -> None:
    assert read(generated.saved(file_format)).credentials.state is State.NONE


def test_an_image_changed_after_it_was_signed_is_invalid(read) -> None:
    content = bytearray(generated.signed(generated.saved("PNG"), "image/png"))
    content[content.index(b"IDAT") + 20] ^= 1
    found = read(bytes(content)).credentials
    assert (found.state, found.signer) == (State.INVALID, generated.SIGNER)
    assert "dataHash.mismatch" in found.problem


def test_credentials_that_are_broken_are_unreadable(read) -> None:
    found = read(png(generated._chunk(b"caBX", b"nothing of the kind"))).credentials
    assert found.state is State.UNREADABLE
    assert found.problem


@pytest.mark.parametrize("file_format", MEDIA_TYPES)
def test_without_the_extra_it_is_told_that_there_are_some(
    read, monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    content = generated.signed(generated.saved(file_format), MEDIA_TYPES[file_format])
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "c2pa":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    assert read(content).credentials.state is State.PRESENT


def test_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(socket, "socket", None)
    file = tmp_path / "signed.png"
    file.write_bytes(generated.signed(generated.saved("PNG"), "image/png"))
    with file.open("rb") as opened:
        assert read_credentials(opened, "image/png").state is State.VALID


# Broken and hostile files


@pytest.mark.parametrize("file_format", MEDIA_TYPES)
def test_files_cut_short_anywhere_never_raise_anything_else(read, file_format: str) -> None:
    content = generated.signed(
        generated.saved(file_format, exif=Image.Exif().tobytes()), MEDIA_TYPES[file_format]
    )
    rng = random.Random(1)
    for _ in range(60):
        broken = bytearray(content[: rng.randrange(len(content))])
        for _ in range(rng.randrange(4)):
            if broken:
                broken[rng.randrange(len(broken))] = rng.randrange(256)
        with suppress(ThumbnailError):
            read(bytes(broken))


def test_what_is_no_image_or_not_there_is_said(read, tmp_path: Path) -> None:
    with pytest.raises(ThumbnailError):
        read(b"no image")
    with pytest.raises(ThumbnailUnavailable):
        read_embedded("gone.png", str(tmp_path))
    with pytest.raises(ThumbnailUnavailable):
        read_embedded("../image", str(tmp_path))


def test_an_image_as_large_as_can_be_shown_has_a_header() -> None:
    pixels = [struct.pack(">IIBBBBB", width, 16_000, 8, 2, 0, 0, 0) for width in (16_000, 16_001)]
    large, too_large = (
        b"\x89PNG\r\n\x1a\n"
        + generated._chunk(b"IHDR", header)
        + generated._chunk(b"IDAT", zlib.compress(b"\0"))
        for header in pixels
    )
    assert read_header(large) == ("png", 16_000, 16_000)
    assert read_header(too_large) is None
