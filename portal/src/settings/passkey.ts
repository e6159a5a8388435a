// Passkeys of this browser: the desk's keys are sealed to what the passkey computes (WebAuthn PRF), so that the desk can be
// unlocked without typing. The passphrase stays; the command line needs it.
import { answered, desk, type Shape } from "../api";

type Proof = Shape<"PasskeyProof">;

/** Passkeys belong to the name `localhost`; the numbered address of the same desk cannot use them. */
export function passkeyPlace(): "here" | "elsewhere" | "nowhere" {
  if (typeof PublicKeyCredential === "undefined" || !navigator.credentials) return "nowhere";
  return location.hostname === "localhost" ? "here" : "elsewhere";
}

export const toBase64url = (bytes: ArrayBuffer | Uint8Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

export const fromBase64url = (text: string): Uint8Array<ArrayBuffer> => {
  const raw = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
};

const chance = (n: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(n));

/** The passkey cannot compute what we need; said by its type so that the page can explain. */
export class NoPrf extends Error {}

function proofOf(credential: Credential | null): Proof {
  if (!(credential instanceof PublicKeyCredential)) throw new NoPrf("no credential");
  const first = credential.getClientExtensionResults().prf?.results?.first;
  if (!first) throw new NoPrf("the passkey gave no PRF output");
  const bytes = first instanceof ArrayBuffer ? first : first.buffer;
  return { id: toBase64url(credential.rawId), prf: toBase64url(bytes as ArrayBuffer) };
}

/** Asks for one of the desk's passkeys and hands back what opens the desk. */
export async function proveWithPasskey(): Promise<Proof> {
  const { salt, passkeys, rp_id } = await answered(desk.GET("/passkeys"));
  return proofOf(await navigator.credentials.get({ publicKey: requestFor(salt, rp_id, passkeys.map((passkey) => passkey.id)) }));
}

function requestFor(salt: string, rpId: string, ids: string[]): PublicKeyCredentialRequestOptions {
  return {
    challenge: chance(32),
    rpId,
    userVerification: "required",
    allowCredentials: ids.map((id) => ({ type: "public-key", id: fromBase64url(id) })),
    extensions: { prf: { eval: { first: fromBase64url(salt) } } },
  };
}

/** Makes a new passkey and hands back what the desk is to be sealed to. Some browsers compute it only at the second asking. */
export async function makePasskey(name: string): Promise<Proof> {
  const { salt, user, rp_id, passkeys } = await answered(desk.GET("/passkeys"));
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: chance(32),
      rp: { id: rp_id, name: "Tacit" },
      user: { id: fromBase64url(user), name, displayName: name },
      pubKeyCredParams: [
        { type: "public-key", alg: -7 },
        { type: "public-key", alg: -257 },
      ],
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      excludeCredentials: passkeys.map((passkey) => ({ type: "public-key", id: fromBase64url(passkey.id) })),
      extensions: { prf: { eval: { first: fromBase64url(salt) } } },
    },
  });
  if (!(made instanceof PublicKeyCredential)) throw new NoPrf("no credential");
  const { prf } = made.getClientExtensionResults();
  if (prf?.results?.first) return proofOf(made);
  if (prf?.enabled === false) throw new NoPrf("the passkey has no PRF");
  return proofOf(await navigator.credentials.get({ publicKey: requestFor(salt, rp_id, [toBase64url(made.rawId)]) }));
}
