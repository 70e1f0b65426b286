import assert from "node:assert/strict";
import test from "node:test";
import { RequestError } from "../api";
import { sentOnce } from "../workspace/sending";

function server(...answers: (number | "lost")[]) {
  const asked: RequestInit[] = [];
  const send = async (_address: string, options: RequestInit) => {
    asked.push(options);
    const answer = answers[asked.length - 1] ?? "lost";
    if (answer === "lost") throw new TypeError("failed to fetch");
    return new Response("{}", { status: answer });
  };
  return { asked, send };
}

test("a lost answer is asked for again with the same request", async () => {
  const { asked, send } = server("lost", 503, 200);
  const options = { method: "PUT", headers: { "Idempotency-Key": "k" } };
  assert.equal((await sentOnce("/x", options, send, [0, 0])).status, 200);
  assert.deepEqual(asked, [options, options, options]);
});

test("a refusal is an answer", async () => {
  const { asked, send } = server(412, 200);
  assert.equal((await sentOnce("/x", {}, send, [0, 0])).status, 412);
  assert.equal(asked.length, 1);
});

test("in the end the caller is told", async () => {
  const { send } = server("lost", "lost", "lost");
  await assert.rejects(sentOnce("/x", {}, send, [0, 0]), (reason) => reason instanceof RequestError && reason.kind === "offline");
  const { send: busy } = server(503, 503, 503);
  assert.equal((await sentOnce("/x", {}, busy, [0, 0])).status, 503);
});
