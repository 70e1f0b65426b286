/** Text without case and tone marks, for comparing what people type: "Chùa Vĩnh Tràng" → "chua vinh trang". */
export function folded(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[đĐ]/g, "d") // đ is a letter of its own: no decomposition takes its stroke away
    .toLowerCase()
    .replace(/\s+/g, " ")
    .trim();
}

/** True when every word typed occurs in the text, in any order. */
export function matches(text: string, typed: string): boolean {
  const hay = folded(text);
  return folded(typed)
    .split(" ")
    .every((word) => hay.includes(word));
}
