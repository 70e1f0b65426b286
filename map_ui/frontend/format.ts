/** Numbers, lengths, areas, dates and positions as people of each language write them.
 *  A number and its unit never part at the end of a line: "\u00a0" stands between them. */
import { language, locale } from "./i18n";

function number(value: number, digits: number): string {
  return new Intl.NumberFormat(locale(), { minimumFractionDigits: 0, maximumFractionDigits: digits }).format(value);
}

export function formatNumber(value: number, digits = 2): string {
  return number(value, digits);
}

/** Metres below 1 km, kilometres above. */
export function formatLength(metres: number): string {
  if (metres < 1000) return `${number(metres, metres < 100 ? 1 : 0)}\u00a0m`;
  return `${number(metres / 1000, metres < 10_000 ? 2 : 1)}\u00a0km`;
}

/** Square metres below 1 ha, then hectares, then square kilometres. */
export function formatArea(squareMetres: number): string {
  if (squareMetres < 10_000) return `${number(squareMetres, 1)}\u00a0m²`;
  if (squareMetres < 1_000_000) return `${number(squareMetres / 10_000, 2)}\u00a0ha`;
  return `${number(squareMetres / 1_000_000, 2)}\u00a0km²`;
}

/** dd/MM/yyyy in Vietnamese, "3 July 2025" in English; text that is no date stays as it is. */
export function formatDate(iso: string | null | undefined): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso ?? "");
  if (!parts) return iso ?? "";
  const [, year, month, day] = parts;
  if (language === "vi") return `${day}/${month}/${year}`;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(date);
}

/** The day and time of a clock on the wall, "2026-11-26T14:05", as the browser's own date fields want it. */
export function localInput(moment: Date): string {
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Day and time of a moment, "26/11/2026 14:05". */
export function formatMoment(iso: string | null | undefined): string {
  if (!iso) return "";
  return new Intl.DateTimeFormat(locale(), { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
}

/** The time of day of a moment, "14:05". */
export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
}

/** Decimal degrees, latitude first as people say them: "10,35400° B, 106,36300° Đ". */
export function formatLatLon(lat: number, lon: number): string {
  const degrees = new Intl.NumberFormat(locale(), { minimumFractionDigits: 5, maximumFractionDigits: 5 });
  const [northing, easting] = language === "vi" ? ["B", "Đ"] : ["N", "E"];
  return `${degrees.format(lat)}° ${northing}, ${degrees.format(lon)}° ${easting}`;
}

/** VN-2000 metres under the Vietnamese axis names: X is northing, Y is easting. */
export function formatVn2000(easting: number, northing: number): string {
  const metres = new Intl.NumberFormat(locale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const [x, y] = language === "vi" ? ["X\u00a0(Bắc)", "Y\u00a0(Đông)"] : ["X\u00a0(N)", "Y\u00a0(E)"];
  return `${x}\u00a0${metres.format(northing)}\u00a0m, ${y}\u00a0${metres.format(easting)}\u00a0m`;
}

/** "850 m" from a to b along the sphere; good to a metre inside a city. */
export function distanceM(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const rad = Math.PI / 180;
  const dLat = (b.lat - a.lat) * rad;
  const dLon = (b.lon - a.lon) * rad;
  const s = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(s));
}
