/** Numbers, angles and days as people type them, and back. */
import { language } from "../i18n";

/** "1.234,5" in Vietnamese, "1,234.5" in English, and each other's where it is unmistakable; null for anything else. */
export function typedNumber(text: string): number | null {
  const bare = text.replace(/[\s\u00a0\u202f]/g, "").replace(/−/g, "-");
  const [group, decimal] = language === "vi" ? [".", ","] : [",", "."];
  const grouped = new RegExp(`^[+-]?\\d{1,3}(\\${group}\\d{3})+(\\${decimal}\\d*)?$`);
  const plain = grouped.test(bare) ? bare.replaceAll(group, "").replace(decimal, ".") : bare.replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

/** What stands in a field for a number: no grouping, all its digits. */
export function numberText(value: number, digits?: number): string {
  const text = digits === undefined ? String(value) : value.toFixed(digits);
  return language === "vi" ? text.replace(".", ",") : text;
}

const ANGLE = /^([NBEĐDSTW])?(-?\d{1,3}(?:[.,]\d+)?)(?:°|º|\s|$)\s*(?:(\d{1,2}(?:[.,]\d+)?)(?:['′’]|\s|$)\s*)?(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:"|″|”|''|′′|’’)?\s*)?([NBEĐDSTW])?$/i;

/** Degrees of "10,354", "10°21'38,5\"B" or "10 21 38.5"; null for anything else. */
export function typedAngle(text: string): number | null {
  const found = ANGLE.exec(text.trim().replace(/(\d)\s*([NBEĐDSTW])$/i, "$1 $2"));
  if (!found) return null;
  const [, , degrees = "", minutes = "0", seconds = "0"] = found;
  const [d, m, s] = [degrees, minutes, seconds].map((part) => Number(part.replace(",", "."))) as [number, number, number];
  if (m >= 60 || s >= 60) return null;
  return Math.sign(d || 1) * (Math.abs(d) + m / 60 + s / 3600);
}

/** "10°21'38,51\"": seconds to the hundredth, about 30 cm. */
export function angleText(degrees: number, digits = 4): string {
  const whole = Math.abs(degrees);
  const total = Math.round(whole * 3600 * 10 ** digits) / 10 ** digits;
  const d = Math.floor(total / 3600);
  const m = Math.floor((total - d * 3600) / 60);
  const s = total - d * 3600 - m * 60;
  return `${degrees < 0 ? "-" : ""}${d}°${String(m).padStart(2, "0")}'${numberText(Math.abs(s), digits)}"`;
}

/** The ISO date of "7/3/2025", "07-03-2025" or "2025-03-07"; null where there is no such day. */
export function typedDate(text: string): string | null {
  const bare = text.trim();
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(bare);
  const usual = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$/.exec(bare);
  const [year, month, day] = iso ? iso.slice(1).map(Number) : usual ? usual.slice(1).map(Number).reverse() : [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real ? date.toISOString().slice(0, 10) : null;
}

/** dd/MM/yyyy, in both languages: that is how it is typed. */
export function dateText(iso: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso);
  return parts ? `${parts[3]}/${parts[2]}/${parts[1]}` : iso;
}

/** "14:05" of "14:05", "14h05", "14 giờ 5", "1405" or "14h"; null where there is no such time. */
export function typedTime(text: string): string | null {
  const found = /^(\d{1,2})(?:\s*(?:[:.h]|giờ|gi)\s*(\d{1,2})?|(\d{2}))?\s*(?:phút)?$/i.exec(text.trim());
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2] ?? found[3] ?? 0)];
  return hours < 24 && minutes < 60 ? `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}` : null;
}
