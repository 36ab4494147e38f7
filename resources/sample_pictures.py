"""Paints the pictures of the sample store: ten motifs, each in any palette."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from resources.sample_paint import Palette, Size, blend, disc, glow, gradient, ridge


def mountains(rng: random.Random, size: Size, palette: Palette) -> Image.Image:
    """Ridge behind ridge, paler with the distance, under a low sun."""
    width, height = size
    sun_x, sun_y = width * rng.uniform(0.25, 0.75), height * rng.uniform(0.24, 0.4)
    picture = gradient(size, palette.dark, palette.middle, palette.warm, palette.light)
    picture = glow(picture, (sun_x, sun_y), width * 0.2, palette.warm)
    draw = ImageDraw.Draw(picture)
    disc(draw, sun_x, sun_y, width * 0.055, palette.light)
    for layer in range(6):
        share = layer / 5
        outline = ridge(
            rng, width, height * (0.52 + 0.09 * layer), height * (0.075 - 0.006 * layer)
        )
        colour = blend(blend(palette.warm, palette.dark, 0.35), palette.deep, share**0.8)
        draw.polygon([*outline, (width, height), (0, height)], fill=colour)
    return picture


def aurora(rng: random.Random, size: Size, palette: Palette) -> Image.Image:
    """Ribbons of light over a lake that mirrors them, and stars."""
    width, height = size
    shore = round(height * 0.68)
    small = Image.new("RGB", (width // 8, shore // 8))
    draw = ImageDraw.Draw(small)
    for band in range(3):
        crest = ridge(rng, small.width, small.height * (0.34 + 0.2 * band), small.height * 0.1)
        tint = (palette.middle, palette.warm, blend(palette.middle, palette.light, 0.4))[band]
        for x, y in crest:
            for step in range(40):
                shade = blend(tint, (0, 0, 0), min(step / 40 + 0.5 * (step < 3), 1))
                draw.line((x, y - step, x, y - step - 1), fill=shade)
    sky = gradient((width, shore), palette.deep, palette.deep, palette.dark)
    light = small.filter(ImageFilter.GaussianBlur(2)).resize(sky.size, Image.Resampling.BICUBIC)
    sky = ImageChops.screen(sky, light)
    stars = ImageDraw.Draw(sky)
    for _ in range(170):
        disc(
            stars,
            rng.uniform(0, width),
            rng.uniform(0, shore * 0.8),
            rng.choice((0.6, 1, 1.6)),
            palette.light,
        )
    outline = ridge(rng, width, shore * 0.93, shore * 0.05)
    stars.polygon([*outline, (width, shore), (0, shore)], fill=blend(palette.deep, (0, 0, 0), 0.45))
    picture = Image.new("RGB", size)
    picture.paste(sky)
    mirror = sky.transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop((0, 0, width, height - shore))
    mirror = mirror.resize((width // 6, (height - shore) // 22)).resize(
        mirror.size, Image.Resampling.BICUBIC
    )
    picture.paste(
        Image.blend(mirror, Image.new("RGB", mirror.size, palette.deep), 0.35), (0, shore)
    )
    return picture


def silk(rng: random.Random, size: Size, palette: Palette) -> Image.Image:
    """Soft fields of colour that flow into each other."""
    field = Image.new("RGB", (5, 5))
    pairs = [(rng.choice(palette[1:]), rng.choice(palette[1:])) for _ in range(25)]
    field.putdata([blend(one, other, rng.random() * 0.5) for one, other in pairs])
    picture = field.resize((96, 96), Image.Resampling.BICUBIC)
    inset = [rng.uniform(2, 34) for _ in range(8)]
    signs = (1, 1, 1, -1, -1, -1, -1, 1)  # corners: top left, bottom left, bottom right, top right
    edges = (0, 0, 0, 96, 96, 96, 96, 0)
    quad = tuple(e + s * i for e, s, i in zip(edges, signs, inset, strict=True))
    swirl = picture.transform((96, 96), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    picture = Image.blend(picture, swirl, 0.65).filter(ImageFilter.GaussianBlur(3))
    return picture.resize(size, Image.Resampling.BICUBIC)


def tiles(rng: random.Random, size: Size, palette: Palette) -> Image.Image:
    """A wall of quarter circles, discs and triangles."""
    columns = rng.choice((4, 5, 6))
    cell = 2 * size[0] // columns
    picture = Image.new("RGB", (2 * size[0], 2 * size[1]), palette.light)
    draw = ImageDraw.Draw(picture)
    for top in range(0, picture.height, cell):
        for left in range(0, picture.width, cell):
            ground, shape, dot = rng.sample(palette[1:], 3)
            right, bottom = left + cell, top + cell
            draw.rectangle((left, top, right, bottom), fill=ground)
            corner_x, corner_y = rng.choice((left, right)), rng.choice((top, bottom))
            match rng.randrange(4):
                case 0:
                    tile = Image.new("RGB", (cell, cell), ground)
                    disc(ImageDraw.Draw(tile), corner_x - left, corner_y - top, cell, shape)
                    picture.paste(tile, (left, top))
                case 1:
                    disc(draw, left + cell / 2, top + cell / 2, cell * 0.5, shape)
                    disc(draw, left + cell / 2, top + cell / 2, cell * 0.22, dot)
                case 2:
                    square = [(left, top), (right, top), (right, bottom), (left, bottom)]
                    draw.polygon([p for p in square if p != (corner_x, corner_y)], fill=shape)
                case _:
                    for ring, colour in enumerate((shape, ground, dot)):
                        radius = cell * (0.5 - 0.15 * ring)
                        disc(draw, left + cell / 2, top + cell / 2, radius, colour)
    return picture.reduce(2)


def waves(rng: random.Random, size: Size, palette: Palette) -> Image.Image:
    """Rows of overlapping rings, as on Japanese cloth."""
    radius = size[0] // rng.choice((3, 4, 5))
    picture = gradient((2 * size[0], 2 * size[1]), palette.light, palette.warm)
    draw = ImageDraw.Draw(picture)
    rings = (
        palette.deep,
        palette.light,
        palette.dark,
        palette.light,
        palette.middle,
        palette.light,
        palette.warm,
    )
    for row in range(2 * size[1] * 2 // radius + 4):
        y = row * radius / 2 + radius * 0.4
        depth = min(y / (2 * size[1]), 1)
        for column in range(-1, 2 * size[0] // (2 * radius) + 2):
            x = (2 * column + row % 2) * radius
            for step, colour in enumerate(rings):
                disc(
                    draw,
                    x,
                    y,
                    radius * (1 - step * 0.145),
                    blend(colour, palette.deep, 0.35 * depth),
                )
    return picture.reduce(2)


def planet(rng: random.Random, size: Size, palette: Palette) -> Image.Image:
    """A banded planet with a ring, lit from one side."""
    width, height = size
    radius = min(size) * rng.uniform(0.24, 0.32)
    x, y = width * rng.uniform(0.42, 0.58), height * rng.uniform(0.44, 0.56)
    picture = gradient(size, palette.deep, blend(palette.deep, palette.dark, 0.5), palette.deep)
    picture = glow(picture, (x, y), radius * 1.15, blend(palette.middle, palette.dark, 0.5))
    draw = ImageDraw.Draw(picture)
    for _ in range(220):
        disc(
            draw,
            rng.uniform(0, width),
            rng.uniform(0, height),
            rng.choice((0.6, 0.9, 1.5)),
            palette.light,
        )
    tilt, span = rng.uniform(-28, 28), round(radius * 2)
    belts = Image.new("RGB", (1, 14))
    belts.putdata([rng.choice(palette[2:]) for _ in range(14)])
    globe = belts.resize((1, span), Image.Resampling.BICUBIC).resize((span, span))
    lit = (
        Image.radial_gradient("L")
        .resize((span * 2, span * 2))
        .crop((span // 2, span // 2, span * 3 // 2, span * 3 // 2))
    )
    lit = ImageChops.offset(lit, -span // 5, -span // 5).point(
        [max(0, 255 - round(v * 1.9)) for v in range(256)]
    )
    globe = ImageChops.multiply(globe, Image.merge("RGB", (lit,) * 3))
    mask = Image.new("L", (span * 2, span * 2))
    ImageDraw.Draw(mask).ellipse((2, 2, span * 2 - 3, span * 2 - 3), fill=255)
    corner = (round(x) - span // 2, round(y) - span // 2)
    picture.paste(globe.rotate(tilt, Image.Resampling.BICUBIC), corner, mask.reduce(2))
    ring = Image.new("L", (span * 4, span * 4))
    pen = ImageDraw.Draw(ring)
    for share, light in ((0.98, 120), (0.93, 0), (0.9, 220), (0.76, 90), (0.7, 0)):
        rx, ry = span * 2 * share, span * 0.5 * share
        pen.ellipse((span * 2 - rx, span * 2 - ry, span * 2 + rx, span * 2 + ry), fill=light)
    pen.ellipse((span, span * 2 - span, span * 3, span * 2), fill=0)  # what passes behind the globe
    ring = ring.reduce(2).rotate(tilt, Image.Resampling.BICUBIC)
    picture.paste(palette.light, (round(x) - span, round(y) - span), ring)
    return picture


def seeds(rng: random.Random, size: Size, palette: Palette) -> Image.Image:
    """Dots in the golden spiral of a sunflower."""
    width, height = 2 * size[0], 2 * size[1]
    picture = gradient((width, height), palette.deep, blend(palette.deep, palette.dark, 0.6))
    draw = ImageDraw.Draw(picture)
    turn = math.pi * (3 - math.sqrt(5)) + rng.uniform(-0.0006, 0.0006)
    count, reach = 620, min(width, height) * 0.46
    for number in range(count, 0, -1):
        share = number / count
        distance, angle = reach * math.sqrt(share), number * turn
        colour = blend(palette.light, palette.warm, min(share * 2.2, 1))
        colour = blend(colour, palette.middle, max(share * 2 - 1, 0))
        x, y = width / 2 + distance * math.cos(angle), height / 2 + distance * math.sin(angle)
        disc(draw, x, y, reach * (0.008 + 0.026 * share), colour)
    return picture.reduce(2)


def city(rng: random.Random, size: Size, palette: Palette) -> Image.Image:
    """Rows of houses with lit windows, under a moon."""
    width, height = size
    moon_x = width * rng.uniform(0.2, 0.8)
    picture = gradient(size, palette.deep, palette.dark, palette.middle, palette.warm)
    picture = glow(picture, (moon_x, height * 0.24), width * 0.12, palette.warm)
    draw = ImageDraw.Draw(picture)
    disc(draw, moon_x, height * 0.24, width * 0.07, palette.light)
    for layer in range(3):
        wall = blend(blend(palette.middle, palette.dark, 0.5), palette.deep, (layer + 0.6) / 2.6)
        left = -rng.randrange(60)
        while left < width:
            wide = rng.randrange(width // 16, width // 8)
            top = round(height * (0.4 + 0.14 * layer) + rng.uniform(-0.09, 0.11) * height)
            draw.rectangle((left, top, left + wide, height), fill=wall)
            if rng.random() < 0.3:
                draw.rectangle(
                    (left + wide // 2, top - height // 18, left + wide // 2 + 3, top), fill=wall
                )
            for x, y in _windows(left, top, wide, height):
                if rng.random() < 0.22 + 0.16 * layer:
                    lamp = blend(palette.light, palette.warm, rng.random())
                    draw.rectangle(
                        (x, y, x + 7, y + 11), fill=blend(wall, lamp, 0.45 + 0.25 * layer)
                    )
            left += wide + rng.choice((0, 0, 3))
    return picture


def _windows(left: int, top: int, wide: int, bottom: int) -> Iterator[tuple[int, int]]:
    for y in range(top + 14, bottom, 24):
        for x in range(left + 9, left + wide - 12, 17):
            yield x, y


def facets(rng: random.Random, size: Size, palette: Palette) -> Image.Image:
    """A crumpled sheet of triangles, each in the colour of the light that falls on it."""
    width, height = 2 * size[0], 2 * size[1]
    across, down = 13, 13
    shades = silk(rng, (across * 2 + 2, down + 1), palette).tobytes()
    cells = list(zip(shades[::3], shades[1::3], shades[2::3], strict=True))
    points = [
        [
            (
                (column + rng.uniform(-0.36, 0.36) * (0 < column < across)) * width / across,
                (row + rng.uniform(-0.36, 0.36) * (0 < row < down)) * height / down,
            )
            for column in range(across + 1)
        ]
        for row in range(down + 1)
    ]
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for row in range(down):
        for column in range(across):
            a, b = points[row][column], points[row][column + 1]
            c, d = points[row + 1][column], points[row + 1][column + 1]
            for half, corners in enumerate(((a, b, d), (a, d, c))):
                shade = cells[row * (across * 2 + 2) + column * 2 + half]
                towards = palette.light if rng.random() < 0.5 else palette.deep
                draw.polygon(
                    corners,
                    fill=blend(shade, towards, rng.random() * 0.28),
                )
    return picture.reduce(2)


def contours(rng: random.Random, size: Size, palette: Palette) -> Image.Image:
    """A map of an island that does not exist, in steps of height."""
    small = (size[0] // 2, size[1] // 2)
    land = Image.new("L", small)
    for cells, share in ((4, 1.0), (8, 0.4), (16, 0.13)):
        noise = Image.frombytes("L", (cells, cells), rng.randbytes(cells * cells))
        land = Image.blend(land, noise.resize(small, Image.Resampling.BICUBIC), share)
    land = land.filter(ImageFilter.GaussianBlur(4)).resize(
        (2 * size[0], 2 * size[1]), Image.Resampling.BICUBIC
    )
    levels = [value // 14 for value in range(256)]
    run = (palette.deep, palette.dark, palette.middle, palette.warm, palette.light)
    tints = []
    for level in levels:
        place = max(0.0, min((level - 3) / 11, 1)) * 3.999
        tints.append(blend(run[int(place)], run[int(place) + 1], place % 1))
    indexed = land.convert("P")
    indexed.putpalette([channel for tint in tints for channel in tint])
    return indexed.convert("RGB").reduce(2)
