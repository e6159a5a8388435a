"""Recomputes a sample of Tacit from its manifest, its beacon and its file key, with the standard library alone.

    python3 check_sample.py sample.json

It shares no code with the marketplace and follows docs/spec/delivery.md: which rows are drawn, every salt, every cell
hash, every row leaf, the tree over all rows of the plaintext, and the paths of the opened rows. Exit status 0 and
"ok" when everything agrees.
"""

import base64
import csv
import hashlib
import hmac
import io
import json
import sys


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hkdf(key, info, length):
    """RFC 5869 with SHA-256, no salt, one block of output."""
    secret = hmac.new(bytes(32), key, hashlib.sha256).digest()
    return hmac.new(secret, info + b"\x01", hashlib.sha256).digest()[:length]


def u32(number):
    return number.to_bytes(4, "big")


def u64(number):
    return number.to_bytes(8, "big")


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def manifest_digest(manifest):
    # RFC 8785 for documents of ASCII text and whole numbers: sorted keys, no spaces.
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(b"tacit/v1/manifest", text.encode())


def size_of_sample(rows):
    return min(459, max(100, -(-rows // 20)), rows // 10)


def rows_of_sample(digest, beacon, rows):
    seed = sha256(b"tacit/v1/sample", digest, beacon)
    drawn, counter, fair = [], 0, 2**64 // rows * rows if rows else 0
    while len(drawn) < size_of_sample(rows):
        value = int.from_bytes(sha256(seed, u32(counter))[:8], "big")
        counter += 1
        if value < fair and value % rows not in drawn:
            drawn.append(value % rows)
    return drawn


def tree(leaves):
    """RFC 6962, section 2.1, by recursion."""
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01", tree(leaves[:split]), tree(leaves[split:]))


def path(leaves, place):
    """RFC 6962, section 2.1.1, by recursion."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if place < split:
        return path(leaves[:split], place) + [tree(leaves[split:])]
    return path(leaves[split:], place - split) + [tree(leaves[:split])]


def row_leaf(row, hashes):
    return sha256(b"\x00tacit/v1/row", u64(row), u32(len(hashes)), *hashes)


def check(document):
    manifest, sample = document["manifest"], document["sample"]
    digest = manifest_digest(manifest)
    assert digest.hex() == document["digest"] == sample["manifest"], "the manifest's digest"
    assert manifest["sample"] == size_of_sample(manifest["rows"]) > 0, "the size of the sample"
    drawn = rows_of_sample(digest, bytes.fromhex(document["beacon"]), manifest["rows"])
    assert drawn == document["rows"] == [row["row"] for row in sample["rows"]], "the rows that are drawn"

    listing_salt = hkdf(bytes.fromhex(document["file_key"]), b"tacit/v1/rows", 32)
    table = list(csv.reader(io.StringIO(bytes.fromhex(document["plaintext"]).decode(), newline="")))[1:]
    assert len(table) == manifest["rows"], "the number of rows"
    hashes = []
    for row, fields in enumerate(table):
        salts = [hkdf(listing_salt, b"tacit/v1/cell" + u64(row) + u32(place), 16) for place in range(len(fields))]
        cells = [b"\x01" + field.encode() for field in fields]
        hashes.append([sha256(b"tacit/v1/cell", salt, cell) for salt, cell in zip(salts, cells)])
    leaves = [row_leaf(row, cells) for row, cells in enumerate(hashes)]
    assert tree(leaves).hex() == manifest["row_root"], "the root of all rows"

    redacted = [column["redacted"] for column in manifest["schema"]]
    for opened in sample["rows"]:
        row, shown = opened["row"], []
        for closed, cell in zip(redacted, opened["cells"], strict=True):
            assert closed == ("hash" in cell), "exactly the redacted columns stay closed"
            if closed:
                shown.append(bytes.fromhex(cell["hash"]))
            else:
                canonical = bytes([cell["tag"]]) + unbase64(cell["value"])
                shown.append(sha256(b"tacit/v1/cell", unbase64(cell["salt"]), canonical))
        assert shown == hashes[row], f"the cells of row {row}"
        assert row_leaf(row, shown) == leaves[row], f"the leaf of row {row}"
        assert [bytes.fromhex(step) for step in opened["path"]] == path(leaves, row), f"the path of row {row}"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        check(json.load(file))
    print("ok")
