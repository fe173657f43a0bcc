/**
 * The characters with which a spreadsheet begins a formula (OWASP, "CSV Injection"), after any
 * number of apostrophes. A user's name like `=HYPERLINK(...)` must not run on an admin's machine.
 */
const FORMULA = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** Prefixes a cell that could be a formula with an apostrophe, which makes it text. */
export function disarm(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** Reverses `disarm`. Cells that it did not change stay as they are. */
export function rearm(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
