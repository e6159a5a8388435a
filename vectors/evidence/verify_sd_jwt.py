#!/usr/bin/env python3
"""Checks receipts and presentations with nothing but Python's own library.

An independent reading of docs/spec/evidence.md: SD-JWT (RFC 9901) with Ed25519 (RFC 8032) under did:key, key binding,
the market's countersignature, and inclusion in the log (RFC 6962, C2SP tlog-checkpoint). It shares no code with Tacit.

    verify_sd_jwt.py FILE...     one line of JSON per file: {"ok": true, "claims": {...}} or {"ok": false, "why": "..."}

A file is a vector ({"market": keys, "receipt" or "presentation": document}) or a bare receipt.json, of which only the
seller's part can be checked, since the market's keys are not in it.
"""

import base64
import hashlib
import json
import sys

# Ed25519, RFC 8032 section 5.1.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def add(a, b):
    t1 = (a[1] - a[0]) * (b[1] - b[0]) % P
    t2 = (a[1] + a[0]) * (b[1] + b[0]) % P
    t3 = 2 * a[3] * b[3] * D % P
    t4 = 2 * a[2] * b[2] % P
    e, f, g, h = t2 - t1, t4 - t3, t4 + t3, t2 + t1
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decompress(public), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = multiply(s, BASE), add(r, multiply(h, a))
    same = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same and (left[1] * right[2] - right[1] * left[2]) % P == 0


# The formats.


class Refused(Exception):
    pass


def demand(condition, why):
    if not condition:
        raise Refused(why)


def unbase64(text):
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    demand(base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text, "base64url in another spelling")
    return data


def digest64(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def did_key(text):
    demand(text.startswith("did:key:z"), "no did:key")
    number = 0
    for letter in text[9:]:
        number = number * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(letter)
    data = number.to_bytes(34, "big")
    demand(data[:2] == b"\xed\x01", "no Ed25519 key")
    return data[2:]


def jws(text, typ, key=None):
    """The payload of a compact JWS; `key` may be found in the payload itself."""
    parts = text.split(".")
    demand(len(parts) == 3, "no JWS")
    header, payload = json.loads(unbase64(parts[0])), json.loads(unbase64(parts[1]))
    demand(header.get("alg") == "EdDSA" and header.get("typ") == typ, "another algorithm or type")
    key = key or did_key(payload["iss"])
    demand(ed25519(key, (parts[0] + "." + parts[1]).encode(), unbase64(parts[2])), "bad signature: " + typ)
    return payload


def sd_jwt(text):
    """The payload, the disclosed claims, and whether the holder signed."""
    demand("~" in text, "no SD-JWT")
    issued, *shown, proof = text.split("~")
    payload = jws(issued, "tacit-receipt+sd-jwt")
    demand(payload["vct"] == "urn:tacit:receipt:v1" and payload["_sd_alg"] == "sha-256", "no receipt")
    demand(len(set(payload["_sd"])) == len(payload["_sd"]), "a digest twice")
    demand(len(set(shown)) == len(shown), "a disclosure twice")
    claims = {}
    for disclosure in shown:
        demand(digest64(disclosure) in payload["_sd"], "a disclosure that was not signed")
        _salt, name, value = json.loads(unbase64(disclosure))
        demand(name not in claims and name not in payload, "a claim twice")
        claims[name] = value
    if proof:
        jwk = payload["cnf"]["jwk"]
        demand(jwk["kty"] == "OKP" and jwk["crv"] == "Ed25519", "no holder key")
        bound = jws(proof, "kb+jwt", unbase64(jwk["x"]))
        demand(bound["sd_hash"] == digest64(text[: -len(proof)]), "signed by the holder for other claims")
    return issued, claims, bool(proof)


def note(text, vkey):
    """The text of a C2SP signed note, checked under a verifier key."""
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    body, signatures = text.rsplit("\n\n", 1)
    body += "\n"
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature)
        if dash == "\u2014" and signer == name and signature[:4].hex() == key_id:
            demand(ed25519(key[1:], body.encode(), signature[4:]), "bad signature of the checkpoint")
            return body
    raise Refused("the checkpoint is not signed by the log")


def tree_root(leaf, index, size, proof):
    """RFC 9162 section 2.1.3.2."""
    demand(index < size, "beyond the log")
    node, last, root = index, size - 1, leaf
    for sibling in proof:
        demand(last > 0, "a proof that is too long")
        if node & 1 or node == last:
            root = hashlib.sha256(b"\1" + sibling + root).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\1" + root + sibling).digest()
        node, last = node >> 1, last >> 1
    demand(last == 0, "a proof that is too short")
    return root


def in_log(document, receipt_digest, market):
    log = document["log"]
    said = jws(document["market"], "tacit-countersign+jws", did_key(market["countersign"]))
    body = note(log["checkpoint"], market["log"])
    origin, size, root = body.splitlines()[:3]
    demand(said["receipt"] == receipt_digest.hex(), "the countersignature of another receipt")
    demand(said["index"] == log["index"] and said["checkpoint"] == body, "another place in the log")
    demand(origin == market["log"].split("+")[0], "another log")
    inner = hashlib.sha256(b"tacit/v1/log" + unbase64(log["salt"]) + b"\x03" + receipt_digest).digest()
    leaf = hashlib.sha256(b"\0" + b"\0" + inner).digest()
    proof = [bytes.fromhex(step) for step in log["inclusion"]]
    found = tree_root(leaf, log["index"], int(size), proof)
    demand(found == base64.b64decode(root), "not in the log")


def check(document):
    market = document.get("market") if "receipt" in document or "presentation" in document else None
    receipt = document.get("receipt") or document.get("presentation") or document
    issued, claims, held = sd_jwt(receipt["sd_jwt"])
    demand(held == ("presentation" in document), "a receipt ends with a tilde, a presentation with a proof")
    if market:
        in_log(receipt, hashlib.sha256(issued.encode()).digest(), market)
    return claims


def main():
    failed = False
    for path in sys.argv[1:]:
        try:
            with open(path, encoding="utf-8") as file:
                print(json.dumps({"ok": True, "claims": check(json.load(file))}))
        except (Refused, ValueError, KeyError, TypeError, OverflowError) as why:
            failed = True
            print(json.dumps({"ok": False, "why": str(why) or type(why).__name__}))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
