/** Sends a write again when its answer was lost; the server applies it once, by its Idempotency-Key. */
import { RequestError } from "../api";

const PAUSES_MS = [400, 1600];
const AWAY = [502, 503, 504]; // the server or its database is starting again

export type Fetch = (address: string, options: RequestInit) => Promise<Response>;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The answer; throws a RequestError of kind "offline" when none came, also not later. */
export async function sentOnce(address: string, options: RequestInit, send: Fetch = fetch, pauses = PAUSES_MS): Promise<Response> {
  for (const wait of [...pauses, null]) {
    try {
      const response = await send(address, options);
      if (wait === null || !AWAY.includes(response.status)) return response;
    } catch (reason) {
      if (wait === null) throw new RequestError("offline", 0, String(reason));
    }
    await pause(wait);
  }
  throw new RequestError("offline", 0, address);
}
