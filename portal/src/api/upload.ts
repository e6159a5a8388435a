// A file on its way into the desk's own folder on this same machine. The one request that is not made by the generated client:
// only XMLHttpRequest says how much of a body is sent.
import { csrfHeader } from "./client";
import { noAnswer } from "./problem";

export interface Sent {
  /** What other requests call the file. */
  file: string;
}

/** A name the desk takes: letters, digits, dot, dash and underscore, not beginning with a dot. */
export function safeName(name: string): string {
  const plain = name.normalize("NFKD").replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "").slice(-80);
  return plain === "" ? "file" : plain;
}

/** Sends a file; `onProgress` hears the bytes sent so far, `signal` stops it. */
export function sendFile(file: File, onProgress: (done: number) => void, signal?: AbortSignal): Promise<Sent> {
  return new Promise((done, refuse) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/files/${encodeURIComponent(safeName(file.name))}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    for (const [name, value] of Object.entries(csrfHeader())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onerror = () => refuse(noAnswer());
    request.onabort = () => refuse(new DOMException("stopped", "AbortError"));
    request.onload = () => {
      const answer = read(request.responseText);
      if (request.status >= 200 && request.status < 300 && answer) done(answer as Sent);
      else refuse(answer ?? noAnswer());
    };
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
