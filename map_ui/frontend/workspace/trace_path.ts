/** The way along the outlines of other features: a network of their corners and edges, and the shortest path in it. */
import type { LonLat } from "../api_types";
import type { Zone } from "../coordinates";
import { roundedPosition } from "./planar";

type Metres = readonly [easting: number, northing: number];

export interface Network {
  positions: LonLat[];
  metres: Metres[];
  /** For each corner the corners that an edge joins it to. */
  joined: Set<number>[];
  edges: [number, number][];
}

/** A place on the network: the ends of its edge; twice the same for a corner. */
export interface Spot {
  position: LonLat;
  metres: Metres;
  from: number;
  to: number;
}

/** Corners at exactly the same position are one, so that a way goes on from feature to feature. */
export function networkOf(lines: LonLat[][], zone: Zone): Network {
  const numbers = new Map<string, number>();
  const network: Network = { positions: [], metres: [], joined: [], edges: [] };
  const cornerOf = (position: LonLat): number => {
    const name = position.slice(0, 2).join();
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, network.positions.length);
    network.positions.push(position);
    network.metres.push(zone.toMetres(position));
    network.joined.push(new Set());
    return network.positions.length - 1;
  };
  for (const line of lines) {
    const corners = line.map(cornerOf);
    corners.slice(1).forEach((to, index) => {
      const from = corners[index] ?? to;
      if (from === to || network.joined[from]?.has(to)) return;
      network.joined[from]?.add(to);
      network.joined[to]?.add(from);
      network.edges.push([from, to]);
    });
  }
  return network;
}

function apart(a: Metres, b: Metres): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** The corner within reach, else the place on the nearest edge within reach, else null. */
export function spotNear(network: Network, position: LonLat, reachM: number, zone: Zone): Spot | null {
  const at = zone.toMetres(position);
  let corner = -1;
  let least = reachM;
  network.metres.forEach((metres, index) => {
    const distance = apart(metres, at);
    if (distance <= least) [corner, least] = [index, distance];
  });
  if (corner >= 0) return { position: network.positions[corner]!, metres: network.metres[corner]!, from: corner, to: corner };
  let found: Spot | null = null;
  least = reachM;
  for (const [from, to] of network.edges) {
    const [a, b] = [network.metres[from]!, network.metres[to]!];
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const along = Math.min(1, Math.max(0, ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / (dx * dx + dy * dy || 1)));
    const metres: Metres = [a[0] + along * dx, a[1] + along * dy];
    const distance = apart(metres, at);
    if (distance > least) continue;
    least = distance;
    const [p, q] = [network.positions[from]!, network.positions[to]!];
    found = { position: roundedPosition([p[0] + along * (q[0] - p[0]), p[1] + along * (q[1] - p[1])]), metres, from, to };
  }
  return found;
}

const START = -1;
const END = -2;

function edgeName(a: number, b: number): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

function onOneEdge(start: Spot, end: Spot): boolean {
  return start.from !== start.to && edgeName(start.from, start.to) === edgeName(end.from, end.to);
}

/** The shortest way of corner numbers from START to END that uses none of the `closed` edges (Dijkstra). */
function shortest(network: Network, start: Spot, end: Spot, closed: ReadonlySet<string>): number[] | null {
  const metresOf = (corner: number): Metres => (corner === START ? start.metres : corner === END ? end.metres : network.metres[corner]!);
  const sameEdge = onOneEdge(start, end);
  const next = (corner: number): number[] => {
    if (corner === START) return [...new Set([start.from, start.to]), ...(sameEdge ? [END] : [])];
    const ends = corner === end.from || corner === end.to ? [END] : [];
    return [...(network.joined[corner] ?? []), ...ends];
  };
  const far = new Map<number, number>([[START, 0]]);
  const cameFrom = new Map<number, number>();
  const waiting = new Heap();
  waiting.push(START, 0);
  for (let entry = waiting.pop(); entry; entry = waiting.pop()) {
    const { corner, cost } = entry;
    if (cost > (far.get(corner) ?? Infinity)) continue;
    if (corner === END) return way(cameFrom);
    for (const other of next(corner)) {
      if (closed.has(edgeName(corner, other))) continue;
      const total = cost + apart(metresOf(corner), metresOf(other));
      if (total >= (far.get(other) ?? Infinity)) continue;
      far.set(other, total);
      cameFrom.set(other, corner);
      waiting.push(other, total);
    }
  }
  return null;
}

function way(cameFrom: ReadonlyMap<number, number>): number[] {
  const corners = [END];
  for (let corner = cameFrom.get(END); corner !== undefined; corner = cameFrom.get(corner)) corners.unshift(corner);
  return corners;
}

/** The positions after the start up to the end, the shorter way, and the other way where there is one. */
export function waysBetween(network: Network, start: Spot, end: Spot): { shorter: LonLat[]; other: LonLat[] | null } | null {
  if (start.position.join() === end.position.join()) return null;
  const first = shortest(network, start, end, new Set());
  if (!first) return null;
  const used = new Set(first.slice(1).map((corner, index) => edgeName(first[index]!, corner)));
  for (const { from, to } of [start, end]) used.add(edgeName(from, to)); // not over the start again
  // Ends that are corners stay open: the other way starts and ends there too.
  if (start.from === start.to) used.delete(edgeName(START, start.from));
  if (end.from === end.to) used.delete(edgeName(end.from, END));
  if (onOneEdge(start, end)) {
    // From the start away from the end, and to the end from its far side.
    const a = network.metres[start.from]!;
    const startFirst = apart(a, start.metres) < apart(a, end.metres);
    const [near, far] = startFirst ? [start.from, start.to] : [start.to, start.from];
    used.add(edgeName(START, far)).add(edgeName(near, END));
  }
  const second = shortest(network, start, end, used);
  const positions = (corners: number[]) => withoutDoubles([...corners.slice(1, -1).map((corner) => network.positions[corner]!), end.position], start.position);
  return { shorter: positions(first), other: second && positions(second) };
}

function withoutDoubles(positions: LonLat[], start: LonLat): LonLat[] {
  return positions.filter((position, index) => position.join() !== (positions[index - 1] ?? start).join());
}

/** Smallest cost first. */
class Heap {
  private readonly entries: { corner: number; cost: number }[] = [];

  push(corner: number, cost: number): void {
    const { entries } = this;
    entries.push({ corner, cost });
    for (let child = entries.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (entries[parent]!.cost <= entries[child]!.cost) return;
      [entries[parent], entries[child]] = [entries[child]!, entries[parent]!];
      child = parent;
    }
  }

  pop(): { corner: number; cost: number } | undefined {
    const { entries } = this;
    const [top] = entries;
    const last = entries.pop();
    if (!last || entries.length === 0) return top;
    entries[0] = last;
    for (let parent = 0; ; ) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2];
      let least = parent;
      if ((entries[left]?.cost ?? Infinity) < entries[least]!.cost) least = left;
      if ((entries[right]?.cost ?? Infinity) < entries[least]!.cost) least = right;
      if (least === parent) return top;
      [entries[parent], entries[least]] = [entries[least]!, entries[parent]!];
      parent = least;
    }
  }
}
