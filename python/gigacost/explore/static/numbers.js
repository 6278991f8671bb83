// Numbers as people write them: $82.4M, 31.4 MW, 30.8M chip-hours. The same texts as the command line's.

const SUFFIXES = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]];
const UNIT_WORDS = {
  "chip·h": "chip-hours", d: "days", yr: "years", "FTE·yr": "person-years", t: "t CO2e",
  household: "households", reactor: "reactors", mm3: "mm³", "1/yr": "a year",
  chip: "chips", param: "parameters", token: "tokens",
};
const GROUPED_UNITS = new Set(["MW", "h", "d", "yr", "kW", "MWh", "chip"]);

/** So many digits after the point; what lies halfway is rounded to the even digit, as Python does. */
function fixed(value, places) {
  const text = value.toFixed(places);
  const halfway = (Math.abs(value) * 2 ** (places + 1)) % 2 === 1;
  return halfway && /[13579]$/.test(text) ? (value - (Math.sign(value) * 0.5) / 10 ** places).toFixed(places) : text;
}

/** Three significant digits without an exponent: 8.24, 82.4, 824. */
function threeDigits(value) {
  const size = Math.abs(value);
  const text = fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Three significant digits as a program writes them: 0.0123, 1.23e-05. */
function general(value) {
  if (value === 0) return "0";
  const halfway = /^-?\d\.\d[02468]50*e/.test(value.toExponential(60));
  const [digits, power] = (halfway ? value * (1 - 1e-9) : value).toExponential(2).split("e").map(Number);
  const bare = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power >= -4 && power < 3) return bare((digits * 10 ** power).toFixed(Math.max(2 - power, 0)));
  return `${bare(digits.toFixed(2))}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** Three digits and a suffix: 30.8M; above the trillions and below one a power of ten. */
function scaled(value) {
  const size = Math.abs(value);
  if (size >= 1e15) return general(value);
  for (const [limit, suffix] of SUFFIXES) {
    if (size >= limit * 0.9995) return `${threeDigits(value / limit)}${suffix}`;
  }
  return size < 1 ? general(value) : threeDigits(value);
}

/** Money: $82.4M, $950, $2.95, $0. */
function usd(value) {
  const size = Math.abs(value);
  const sign = value < 0 ? "-" : "";
  if (size >= 1e3) return `${sign}$${scaled(size)}`;
  return `${sign}$${fixed(size, size === Math.round(size) || size >= 100 ? 0 : 2)}`;
}

/** Three digits, thousands set apart: 39,632, 80.8. */
function grouped(value) {
  return Math.abs(value) >= 100 ? Number(fixed(value, 0)).toLocaleString("en-US") : scaled(value);
}

/** A quantity with its unit; a dash where there is none. */
function amount(value, unit) {
  if (!Number.isFinite(value)) return "—";
  if (unit === "$") return usd(value);
  if (unit.startsWith("$/")) {
    const size = Math.abs(value);
    return `${size > 0 && size < 1 ? `$${general(value)}` : usd(value)}${unit.slice(1)}`;
  }
  if (unit === "1" || unit === "" || unit === "truth") return scaled(value);
  return `${(GROUPED_UNITS.has(unit) ? grouped : scaled)(value)} ${UNIT_WORDS[unit] ?? unit}`;
}

/** A share as a percentage: 36 %, 0.2 %, <0.1 %. */
function share(value) {
  if (value > 0 && value < 0.0005) return "<0.1 %";
  const places = (value >= 0.995 && value < 0.9995) || value < 0.0995 ? 1 : 0;
  return `${fixed(value * 100, places)} %`;
}

/** How much more or less, as a signed percentage. */
function change(from, to) {
  if (!(Number.isFinite(from) && Number.isFinite(to)) || from === 0) return "";
  if (from === to) return "same";
  const part = to / from - 1;
  if (Math.abs(part) >= 10) return `× ${scaled(to / from)}`;
  const sign = part > 0 ? "+" : "−";
  if (Math.abs(part) < 0.0005) return `${sign}<0.1 %`;
  return `${sign}${(Math.abs(part) * 100).toFixed(Math.abs(part) < 0.1 ? 1 : 0)} %`;
}
