"""Image files as generators and signers write them, made byte by byte."""

from __future__ import annotations

import io
import json
import struct
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

SIGNER = "Test Camera, Test Works"
AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
A1111 = """a red fox, <lora:fog:0.8>
in the fog, "quoted"
Negative prompt: blurry, bad: very
Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 42, Size: 512x768, \
Model hash: abc123, Model: dream_v8, VAE: none, TI hashes: "one: 1f, two: 2e", Version: v1.10.1"""
COMFYUI = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 5,
            "steps": 20,
            "cfg": 8.0,
            "sampler_name": "euler",
            "model": ["10", 0],
            "positive": ["6", 0],
            "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd15.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 512}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["9", 0], "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "watermark", "clip": ["4", 1]}},
    "9": {"class_type": "PrimitiveString", "inputs": {"value": "a harbour at dawn, ü"}},
    "10": {"class_type": "LoraLoader", "inputs": {"lora_name": "x", "model": ["4", 0]}},
}
INVOKEAI = {
    "app_version": "5.6.0",
    "positive_prompt": "a teapot in the rain",
    "negative_prompt": "ugly",
    "seed": 7,
    "model": {"key": "k", "hash": "blake3:1f", "name": "FLUX Dev", "base": "flux", "type": "main"},
}
NOVELAI = {"prompt": "girl, fox ears", "steps": 28, "sampler": "k_euler", "seed": 1, "uc": "lowres"}
FOOOCUS = {
    "prompt": "an orchid",
    "negative_prompt": "grey",
    "base_model": "juggernautXL",
    "base_model_hash": "aeb7e9e6",
    "seed": "9",
}
SWARMUI = {
    "sui_image_params": {
        "prompt": "a violinist",
        "negativeprompt": "",
        "model": "flux1",
        "steps": 4,
    },
    "sui_extra_data": {"date": "2026-11-20"},
}


def png(*chunks: bytes, after: bool = False) -> bytes:
    """A PNG of one pixel with more chunks, before or after the pixels."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    pixels, more = _chunk(b"IDAT", zlib.compress(b"\0\1\2\3")), b"".join(chunks)
    parts = pixels + more if after else more + pixels
    return b"\x89PNG\r\n\x1a\n" + head + parts + _chunk(b"IEND", b"")


def text_chunk(keyword: str, text: str) -> bytes:
    return _chunk(b"tEXt", keyword.encode() + b"\0" + text.encode("latin-1"))


def packed_chunk(keyword: str, text: str) -> bytes:
    return _chunk(b"zTXt", keyword.encode() + b"\0\0" + zlib.compress(text.encode("latin-1")))


def international_chunk(keyword: str, text: str, *, packed: bool = False) -> bytes:
    data = zlib.compress(text.encode()) if packed else text.encode()
    return _chunk(b"iTXt", keyword.encode() + bytes([0, packed, 0, 0, 0]) + data)


def exif_chunk(exif: Image.Exif) -> bytes:
    return _chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_comment(file_format: str, comment: str) -> bytes:
    """A JPEG or WebP with an EXIF comment in UTF-16, as generators write it."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + comment.encode("utf-16-be")
    return saved(file_format, exif=exif)


def saved(file_format: str, **options: Any) -> bytes:
    """An image of 64 × 64 pixels in this format."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).convert("RGB").save(file, file_format, **options)
    return file.getvalue()


def xmp(properties: str) -> bytes:
    """An XMP packet with these properties."""
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<rdf:Description rdf:about="">{properties}</rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>""".encode()


def signed(content: bytes, media_type: str) -> bytes:
    """The image with Content Credentials that say it was made by AI."""
    manifest = {
        "claim_generator_info": [{"name": "Test Works", "version": "1"}],
        "title": "A test",
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": AI}]},
            }
        ],
    }
    chain, key = _certificates()
    done = io.BytesIO()
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=None)
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(json.dumps(manifest)) as builder:
        builder.sign(signer, media_type, io.BytesIO(content), done)
    return done.getvalue()


@cache
def _certificates() -> tuple[bytes, bytes]:
    """A signer's certificate with its issuer's, and the signer's key, all in PEM."""
    issuer_key, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    issuer, signer = _name("Test Root"), _name("Test Camera")
    root = (
        _certificate(issuer, issuer, issuer_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    leaf = (
        _certificate(signer, issuer, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
        .sign(issuer_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8
    return (
        leaf.public_bytes(pem) + root.public_bytes(pem),
        key.private_bytes(pem, private, serialization.NoEncryption()),
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test Works"),
        ]
    )


def _usage(*wanted: str) -> x509.KeyUsage:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in wanted for name in every})
