/** Sends a file and tells how far it is; fetch says nothing while it sends. */
import { RequestError } from "../api";

export interface Sending {
  path: string;
  headers: Record<string, string>;
  file: File;
  /** The share that has left, 0 to 1. */
  onShare(share: number): void;
}

/** The answer of the server, whatever its status; RequestError when there is none. */
export function sendFile({ path, headers, file, onShare }: Sending): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onShare(event.loaded / event.total));
    request.addEventListener("load", () => resolve(new Response(request.responseText, { status: request.status })));
    request.addEventListener("error", () => reject(new RequestError("offline", 0, "")));
    request.send(file);
  });
}
