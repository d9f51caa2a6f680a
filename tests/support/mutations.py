"""Small damages of a file's bytes: what a bad disk, editor or transfer does to it.

Each takes a `random.Random` and the bytes, so that a seed names the damage.
"""


def flip(rng, content):
    at = rng.randrange(len(content))
    return (
        content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]
    )


def inserting(pieces):
    """Return a mutation that inserts one of the pieces somewhere."""

    def insert(rng, content):
        at = rng.randrange(len(content) + 1)
        return content[:at] + rng.choice(pieces) + content[at:]

    return insert


def remove(rng, content):
    at = rng.randrange(len(content))
    return content[:at] + content[at + rng.choice((1, 1, 2, 40)) :]


def cut(rng, content):
    return content[: rng.randrange(len(content))]


def double(rng, content):
    start, stop = sorted(rng.randrange(len(content)) for _ in range(2))
    return content[:stop] + content[start:stop] + content[stop:]
