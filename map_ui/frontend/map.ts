/** The viewer page: layer tree, map, what was selected; also the map of the workspace and of security staff. */
import L from "leaflet";
import { api } from "./api";
import type { Catalog, SearchResult } from "./api_types";
import { parsedPosition, zoneOf, type Zone } from "./coordinates";
import { h, iconButton, replaceChildren, required } from "./dom";
import { formatLatLon } from "./format";
import { t } from "./i18n";
import { BASE_LAYERS } from "./map/base_rules";
import { createCityMap, type CityMap } from "./map/city_map";
import { addScale, buttonGroup, locateButton, wholeCityButton, zoomButtons } from "./map/map_buttons";
import { parsePermalink, permalinkHash, type Permalink } from "./permalink";
import { say } from "./shell/messages";
import { keepAddress, mapStateOf, startPageFrame } from "./shell/page_frame";
import { coveredEdges, Panel, phone, showPosition } from "./shell/panel";
import { SearchBox } from "./shell/search_box";
import { errorState, skeleton } from "./shell/states";
import { ActiveLayers } from "./viewer/active_layers";
import { coordinateBar } from "./viewer/coordinate_bar";
import type { Extend, ViewerExtension } from "./viewer/extension";
import { LayerStore } from "./viewer/layer_store";
import { LayerTree } from "./viewer/layer_tree";
import { ListView } from "./viewer/list_view";
import { MeasureTool } from "./viewer/measure_tool";
import { Others } from "./viewer/others";
import { PrintView } from "./viewer/print_view";
import { Selection } from "./viewer/selection";
import { Tabs } from "./shell/tabs";

class Viewer {
  // Read here: the address may have changed while the catalogue was on its way.
  private readonly link = parsePermalink(location.hash);
  private readonly store: LayerStore;
  private readonly zone: Zone;
  private readonly city: CityMap;
  private readonly left: Panel;
  private readonly right: Panel;
  private readonly tabs: Tabs;
  private readonly selection: Selection;
  private readonly list: ListView;
  private readonly measure: MeasureTool;
  private readonly print: PrintView;
  private readonly search: SearchBox;
  private readonly extension: ViewerExtension | null;
  private readonly others = new Others();
  private basemap = this.link.base ?? "own";
  private started = false;

  constructor(
    private readonly catalog: Catalog,
    extend: Extend | null,
  ) {
    this.store = new LayerStore(catalog);
    this.zone = zoneOf(catalog.city.vn2000.name, catalog.city.vn2000.proj4);
    const base = catalog.layers.filter(({ slug }) => BASE_LAYERS.includes(slug));
    this.city = createCityMap(required("#map"), {
      city: catalog.city,
      basemaps: catalog.basemaps,
      baseLayers: base.map(({ slug }) => slug),
      illustrative: base.some(({ illustrative }) => illustrative),
      start: this.link.map,
      basemap: this.basemap,
      onReach: tellReach,
    });
    const { map } = this.city;
    this.left = new Panel(required("#panel-left"), t("panel.layers"), () => this.closeLeft());
    this.right = new Panel(required("#panel-right"), t("feature.selected"), () => this.extension?.closePanel() || this.selection.clear());
    this.extension = extend?.(this.parts()) ?? null;
    this.selection = new Selection({ map, panel: this.right, store: this.store, zone: this.zone, onChange: () => this.onSelection(), buttons: (feature) => this.extension?.featureButtons(feature) ?? [] });
    this.list = new ListView({
      map,
      store: this.store,
      open: (layer, id) => void this.selection.open(layer, id, true, true),
      seen: () => this.started && this.left.open && this.tabs.current === "list",
      onWide: (wide) => this.left.element.classList.toggle("wide", wide),
    });
    this.tabs = this.makeTabs();
    this.measure = new MeasureTool(map, this.zone, () => this.toolEnded());
    this.print = new PrintView(map, this.store, catalog.city.name, () => this.toolEnded());
    this.search = this.makeSearch();
    this.start();
  }

  private start(): void {
    const { map } = this.city;
    this.started = true;
    this.addButtons();
    this.store.onChange(() => this.draw());
    map.on("moveend", () => this.keepAddress());
    map.on("click", (event) => !this.measure.active && !this.print.active && this.look(event.latlng));
    map.on("contextmenu", (event) => this.look(event.latlng));
    map.getContainer().addEventListener("keydown", (event) => this.onMapKey(event));
    this.draw();
    this.left.show(phone.matches ? "peek" : "half");
    this.follow(this.link);
    window.addEventListener("hashchange", () => this.follow(parsePermalink(location.hash)));
    this.search.askedByAddress();
    startPageFrame({ search: () => this.search.focus(), escape: () => this.escape() });
    this.keepAddress();
    this.others.follow({ vectors: this.city.vectors, store: this.store, selection: this.selection, list: this.list });
  }

  /** What lies at a place: for the extension if it wants it, else the sheet. */
  private look(position: L.LatLng): void {
    if (!this.extension?.click(position)) void this.selection.identify(position);
  }

  private parts() {
    const { catalog, store, zone, left, right } = this;
    return {
      ...{ catalog, store, zone, left, right, map: this.city.map, vectors: this.city.vectors },
      openFeature: (layer: string, id: string) => void this.selection.open(layer, id, false),
      clearSelection: () => this.selection.clear(),
      showTab: (key: string) => {
        this.left.show("half");
        this.tabs.select(key);
      },
      refreshTiles: () => this.city.vectors.reload(),
      others: this.others,
    };
  }

  /** Shows what an address names; parts that it leaves out stay as they are. */
  private follow({ map: place, layers, selection }: Permalink): void {
    if (place) this.city.map.setView([place.lat, place.lon], place.zoom, { animate: false });
    if (layers) this.store.restore(layers);
    if (selection) void this.selection.open(selection.layer, selection.id, place === null);
  }

  private makeTabs(): Tabs {
    const tree = new LayerTree({ catalog: this.catalog, store: this.store, map: this.city.map, basemap: this.basemap, onBasemap: (key) => this.useBasemap(key), layerButton: (slug) => this.extension?.layerButton(slug) ?? null });
    const active = new ActiveLayers(this.store, this.city.map);
    const tabs = new Tabs(t("panel.layers"), [
      { key: "tree", title: t("tab.layers"), icon: "layers", content: tree.element },
      { key: "legend", title: t("tab.legend"), icon: "sliders-horizontal", content: active.element },
      { key: "list", title: t("tab.list"), icon: "list", content: this.list.element },
      ...(this.extension?.tab ? [this.extension.tab] : []),
    ]);
    tabs.onChange((key) => {
      if (key === "list") this.list.restart();
      else this.left.element.classList.remove("wide");
      if (phone.matches && this.left.element.dataset["height"] === "peek") this.left.setHeight("half");
    });
    replaceChildren(this.left.body, tabs.element);
    return tabs;
  }

  private makeSearch(): SearchBox {
    return new SearchBox({
      near: () => ({ lon: this.city.map.getCenter().lng, lat: this.city.map.getCenter().lat }),
      local: (text) => this.typedPosition(text),
      onChoose: (result) => this.goTo(result),
    });
  }

  private typedPosition(text: string): SearchResult[] {
    const position = parsedPosition(text, this.zone);
    if (!position) return [];
    const [lon, lat] = position;
    return [{ kind: "coordinate", title: formatLatLon(lat, lon), subtitle: t("search.coordinate"), layer: null, id: null, lon, lat, bbox_4326: null, href: null }];
  }

  private goTo(result: SearchResult): void {
    const { map } = this.city;
    const covered = coveredEdges();
    if (result.bbox_4326) {
      const [west, south, east, north] = result.bbox_4326;
      map.fitBounds([[south, west], [north, east]], { maxZoom: 18, ...covered });
    } else showPosition(map, [result.lat, result.lon], 17);
    if (result.layer && result.id) {
      if (!this.store.find(result.layer)?.visible) this.store.setVisible(result.layer, true);
      void this.selection.open(result.layer, result.id, false, true);
    } else void this.selection.identify(L.latLng(result.lat, result.lon));
  }

  private addButtons(): void {
    const { map } = this.city;
    const layers = iconButton("layers", t("panel.layers"), () => this.toggleLeft(), { "aria-controls": "panel-left" });
    const measure = iconButton("ruler", t("measure.name"), () => this.toggleMeasure(measure), { "aria-pressed": "false", id: "measure-button" });
    const print = iconButton("printer", t("print.print"), () => this.startPrint());
    const tools = required("#map-tools");
    replaceChildren(
      tools,
      buttonGroup(t("tools"), layers, measure, print),
      buttonGroup(t("map.place"), locateButton(map, this.catalog.city), wholeCityButton(map, this.catalog.city)),
      zoomButtons(map),
    );
    tools.after(this.measure.element);
    addScale(map);
    required("#map-foot").append(coordinateBar(map, this.zone));
  }

  private toggleLeft(): void {
    if (this.left.open) this.closeLeft();
    else this.left.show("half", true);
    this.list.restart();
  }

  private closeLeft(): void {
    if (phone.matches && this.left.element.dataset["height"] !== "peek") this.left.setHeight("peek");
    else this.left.hide();
  }

  private toggleMeasure(button: HTMLElement): void {
    if (this.measure.active) {
      this.measure.stop();
      return;
    }
    button.setAttribute("aria-pressed", "true");
    if (phone.matches) this.left.setHeight("peek");
    this.measure.start();
  }

  private startPrint(): void {
    this.measure.stop();
    this.print.start();
  }

  private toolEnded(): void {
    required("#measure-button").setAttribute("aria-pressed", "false");
  }

  private useBasemap(key: string): void {
    this.basemap = key;
    this.city.useBasemap(key);
    this.keepAddress();
  }

  private draw(): void {
    const shown = this.store.visible;
    // The store lists the top of the map first; drawing starts at the bottom.
    const vectors = shown.flatMap(({ item, opacity }) => (item.kind === "vector" ? [{ layer: item.layer, opacity }] : [])).reverse();
    this.city.vectors.setActive(vectors);
    this.city.useRasters(shown.flatMap(({ item, opacity }) => (item.kind === "raster" ? [{ raster: item.raster, opacity }] : [])));
    this.keepAddress();
  }

  private onSelection(): void {
    if (phone.matches) this.left.element.hidden = this.right.open;
    this.keepAddress();
  }

  private keepAddress(): void {
    if (!this.started || this.print.active) return;
    const layers = this.store.visible.map(({ slug, opacity }) => ({ slug, opacity }));
    keepAddress(permalinkHash({ map: mapStateOf(this.city.map), layers, selection: this.selection.current, base: this.basemap }));
  }

  private onMapKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" || this.measure.active || event.target !== this.city.map.getContainer()) return;
    this.look(this.city.map.getCenter());
  }

  private escape(): boolean {
    if (this.print.active) this.print.stop();
    else if (this.measure.active) this.measure.stop();
    else if (this.extension?.escape()) return true;
    else if (this.right.open) this.selection.clear();
    else if (this.left.open) this.closeLeft();
    else return false;
    return true;
  }
}

let told = true;

/** One message when tiles stop coming, one when they come again. */
function tellReach(reachable: boolean): void {
  if (reachable === told) return;
  told = reachable;
  say(reachable ? t("map.tiles_back") : t("map.tiles_missing"), reachable ? "good" : "caution");
}

async function open(): Promise<void> {
  const panel = required("#panel-left");
  const waiting = window.setTimeout(() => replaceChildren(panel, skeleton(8)), 300);
  try {
    // Staff pages bring more; visitors never load it.
    const staff = document.documentElement.dataset["page"] === "workspace" ? import("./workspace/workspace") : null;
    const [catalog, added] = await Promise.all([api.catalog(), staff]);
    window.clearTimeout(waiting);
    replaceChildren(panel);
    new Viewer(catalog, added?.extend ?? null);
  } catch (reason) {
    window.clearTimeout(waiting);
    panel.hidden = false;
    replaceChildren(panel, h("div", { class: "panel-body" }, errorState(reason, () => void open())));
    throw reason;
  }
}

void open();
