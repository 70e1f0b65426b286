/** What others do, brought to everything on the page that shows features. */
import { t } from "../i18n";
import type { VectorLayer } from "../map/vector_layer";
import { say } from "../shell/messages";
import type { LayerStore } from "./layer_store";
import type { ListView } from "./list_view";
import { Live, type LiveChange, type LiveEditing } from "./live";
import type { Selection } from "./selection";

export interface Followers {
  vectors: VectorLayer;
  store: LayerStore;
  selection: Selection;
  list: ListView;
}

export class Others {
  private readonly changeListeners: ((changes: LiveChange[]) => void)[] = [];
  private readonly editingListeners: ((marks: LiveEditing[]) => void)[] = [];

  /** Others have written something: the places, a second or two later. */
  onChanges(listener: (changes: LiveChange[]) => void): void {
    this.changeListeners.push(listener);
  }

  /** Where others are editing, each time that it is not the same. */
  onEditing(listener: (marks: LiveEditing[]) => void): void {
    this.editingListeners.push(listener);
  }

  follow({ vectors, store, selection, list }: Followers): void {
    this.onChanges((changes) => void vectors.refresh(changes));
    this.onChanges((changes) => void selection.refresh(changes));
    this.onChanges((changes) => list.refresh(changes));
    new Live({
      onChanges: (changes) => this.changeListeners.forEach((listener) => listener(changes)),
      onOld: () => vectors.reload(),
      onLayers: (slugs) => dropHidden(store, slugs),
      onEditing: (marks) => this.editingListeners.forEach((listener) => listener(marks)),
    });
  }
}

/** A layer that the reader may not see any more is switched off. */
function dropHidden(store: LayerStore, slugs: string[]): void {
  const gone = store.visible.filter(({ slug, item }) => item.kind === "vector" && !slugs.includes(slug));
  for (const { slug } of gone) store.setVisible(slug, false);
  if (gone.length > 0) say(t("live.layer_gone", { name: gone.map(({ title }) => title).join(", ") }), "caution");
}
