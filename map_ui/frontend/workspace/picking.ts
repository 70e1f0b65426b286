/** Ways to a feature in hand: a click, a feature of the map, a step of the draft. */
import type L from "leaflet";
import { api } from "../api";
import { replaceChildren } from "../dom";
import { say } from "../shell/messages";
import { coveredEdges, showPosition } from "../shell/panel";
import { errorState, failureWords, skeleton } from "../shell/states";
import { featureKey } from "./draft";
import type { Editor } from "./editor";
import { boundsOf } from "./geometry";
import { server } from "./server";
import type { Problem } from "./types";

/** What lies under a click becomes the feature in hand. */
export async function pick(editor: Editor, position: L.LatLng): Promise<void> {
  const { layer, shapes, options } = editor;
  if (!layer || shapes.drawing || shapes.clicked || editor.onPick(position)) return;
  try {
    const { features } = await api.identify(position.lng, position.lat, options.map.getZoom(), [layer]);
    const [found] = features;
    if (found) await openFeature(editor, layer, found.id);
    else editor.close();
  } catch (reason) {
    say(failureWords(reason).title, "bad");
  }
}

/** Takes a feature of the map in hand. */
export async function openFeature(editor: Editor, layer: string, id: string): Promise<void> {
  const { panel, draft } = editor.options;
  const known = draft.operations.find((step) => step.layer === layer && step.id === id);
  const key = known?.key ?? featureKey(layer, id);
  if (layer !== editor.layer) await editor.start(layer);
  if (layer !== editor.layer) return;
  replaceChildren(panel.body, skeleton(6));
  try {
    if (!known || !draft.base(key)) draft.keepBase(key, await server.base(layer, id));
  } catch (reason) {
    panel.show("half");
    replaceChildren(panel.body, errorState(reason, () => void openFeature(editor, layer, id)));
    return;
  }
  editor.take(key, id);
}

/** Takes a step of the draft in hand, wherever it is, and shows the place of a problem. */
export async function openStep(editor: Editor, key: string, problem: Problem | null): Promise<void> {
  const { draft, map } = editor.options;
  const step = draft.step(key);
  if (!step) return;
  if (step.id) await openFeature(editor, step.layer, step.id);
  else {
    if (step.layer !== editor.layer) await editor.start(step.layer);
    if (step.layer === editor.layer) editor.take(key, null);
  }
  const geometry = draft.geometry(key);
  if (problem?.place) showPosition(map, [problem.place[1], problem.place[0]], 20);
  else if (geometry) map.fitBounds(boundsOf(geometry), { maxZoom: 19, ...coveredEdges() });
  editor.focusField(problem?.field ?? null);
  if (problem && editor.key === key) editor.onProblem(problem);
}
