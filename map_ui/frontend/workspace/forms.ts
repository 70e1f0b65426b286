/** The forms of layers, asked once each. */
import { server } from "./server";
import type { LayerForm } from "./types";

export class Forms {
  readonly known = new Map<string, LayerForm>();

  async of(layer: string): Promise<LayerForm> {
    const form = this.known.get(layer) ?? (await server.form(layer));
    this.known.set(layer, form);
    return form;
  }
}
