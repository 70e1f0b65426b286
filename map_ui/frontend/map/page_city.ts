/** What a public page says about its city, so that its map needs no catalogue. */
import type { Bbox, LonLat } from "../api_types";
import { required } from "../dom";
import { BASE_LAYERS } from "./base_rules";
import type { CityMapOptions } from "./city_map";

function numbers(text: string | undefined): number[] {
  return (text ?? "").split(",").map(Number);
}

/** The map options that the data attributes of #city hold. */
export function pageCity(): Pick<CityMapOptions, "city" | "basemaps" | "baseLayers" | "illustrative"> {
  const { name, bbox, center, zoom, layers, illustrative } = required("#city").dataset;
  return {
    city: { name: name ?? "", bbox_4326: numbers(bbox) as Bbox, center: numbers(center) as LonLat, zoom: Number(zoom) },
    basemaps: [],
    baseLayers: layers ? layers.split(",") : BASE_LAYERS,
    illustrative: illustrative === "yes",
  };
}
